package main

import (
	"fmt"
	"slices"
	"strings"

	"ekc/knowledge/rank"
)

// leaveOut blanks inputs in every sample.
func leaveOut(samples []*sample, names string) error {
	for name := range strings.SplitSeq(names, ",") {
		if name == "" {
			continue
		}
		at := slices.Index(rank.InputNames(), name)
		if at < 0 {
			return fmt.Errorf("no input %q; there are %s", name, strings.Join(rank.InputNames(), ", "))
		}
		for _, s := range samples {
			for _, in := range s.inputs {
				in[at] = 0
			}
		}
	}
	return nil
}

// printFailures lists the queries of a set whose first hit is wrong, with the place of the right one.
func printFailures(set string, samples []*sample, scores map[*sample]scored) {
	if set == "" {
		return
	}
	score := func(s *sample, i int) float64 { return scores[s].sum[i] }
	for _, s := range samples {
		if s.set != set {
			continue
		}
		order := sortedBy(s, score)
		place := placeOf(s, score)
		if place == 1 || len(order) == 0 {
			continue
		}
		fmt.Printf("%q\n  right at %d: %v, first: %v\n", s.query.Text, place, s.query.Relevant[:min(3, len(s.query.Relevant))], s.keys[order[0]])
		if place > 0 {
			explain(s, order[0], order[place-1])
		}
	}
}

// explain prints the inputs in which two candidates differ.
func explain(s *sample, wrong, right int) {
	for i, name := range rank.InputNames() {
		if a, b := s.inputs[wrong][i], s.inputs[right][i]; a-b > 0.05 || b-a > 0.05 {
			fmt.Printf("    %s %.2f/%.2f", name, a, b)
		}
	}
	fmt.Println()
}
