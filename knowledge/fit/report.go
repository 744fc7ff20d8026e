package main

import (
	"fmt"
	"slices"

	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
)

var (
	wordAt = slices.Index(lexical.FeatureNames, "word")
	gramAt = slices.Index(lexical.FeatureNames, "gram")
	bodyAt = slices.Index(lexical.FeatureNames, "body")
)

// first is the score by which candidates are chosen.
func (s *sample) first(i int) float32 {
	v := s.inputs[i]
	return v[wordAt] + v[gramAt] + 0.6*v[bodyAt]
}

// report prints R@1, MRR@10 and Hit@10 of every set that has relevant records.
func report(name string, samples []*sample, score func(s *sample, i int) float64) {
	fmt.Println(name)
	for _, set := range append(slices.Clone(inScope), "intents", "own") {
		var n, r1, mrr, hit, deep float64
		for _, s := range samples {
			if s.set != set {
				continue
			}
			n++
			place := placeOf(s, score)
			if s.hasRelevant() {
				deep++
			}
			if place == 1 {
				r1++
			}
			if place > 0 && place <= 10 {
				mrr += 1 / float64(place)
				hit++
			}
		}
		fmt.Printf("  %-12s %4.0f  R@1 %.3f  MRR@10 %.3f  Hit@10 %.3f  candidates %.3f\n", set, n, r1/n, mrr/n, hit/n, deep/n)
	}
}

// placeOf is the place of the first relevant candidate, 0 when none is relevant.
func placeOf(s *sample, score func(s *sample, i int) float64) int {
	order := rank.SharePage(sortedBy(s, score), s.inputs)
	for p, i := range order {
		if s.relevant[i] {
			return p + 1
		}
	}
	return 0
}

func sortedBy(s *sample, score func(s *sample, i int) float64) []int {
	order := make([]int, len(s.inputs))
	values := make([]float64, len(order))
	for i := range order {
		order[i], values[i] = i, score(s, i)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] > values[b]:
			return -1
		case values[a] < values[b]:
			return 1
		}
		return 0
	})
	return order
}
