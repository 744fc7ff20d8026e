package main

import (
	"math"
	"runtime"
	"sync"

	"ekc/knowledge/rank"
)

// orderOptions are those of the forest that orders candidates.
func orderOptions() boostOptions {
	return boostOptions{
		trees: 60, depth: 4, rate: 0.12, minLeaf: 60, l2: 20, columns: 0.3, rows: 0.8, seed: 7, monotone: orderDirections(),
	}
}

// orderDirections say of which inputs more can only speak for a candidate, or only against it; without them the trees would
// learn accidents of a thousand queries.
func orderDirections() []int {
	up := map[string]int{
		"word": 1, "gram": 1, "body": 1, "cover_unit": 1, "cover_any": 1, "cover_body": 1, "cover_exact": 1,
		"cover_sentence": 1, "back_cover": 1, "f1": 1, "missing_any": -1, "missing_unit": -1, "extra_unit": -1, "bigrams": 1,
		"class_same": 1, "class_other": -1, "negation": -1, "word_gap": 1, "gram_gap": 1, "body_gap": 1, "first_gap": 1,
		"cover_gap": 1, "word_rank": 1, "gram_rank": 1, "body_rank": 1, "first_rank": 1, "second_unit": 1, "pooled": 1,
		"semantic_rank": 1, "strict_unit": 1, "strict_body": 1, "strict": 1, "strict_gap": 1, "strict_rank": 1, "cover_lead": 1,
		"definition": 1, "local_unit": 1, "local_any": 1, "local_back": 1, "local_f1": 1, "local_missing": -1, "local_gap": 1,
		"local_rank": 1, "topic_mass": 1, "strict_unit_gap": 1, "strict_unit_rank": 1, "topic_back": 1, "topic_f1": 1, "topic_f1_gap": 1, "surface": 1,
		"mark_missing": -1, "mark_extra": -1, "f1_rank": 1, "defines": 1, "heading_f1": 1,
		"kin_unit": 1, "kin_any": 1, "kin_back": 1, "kin_f1": 1, "kin_cosine": 1, "kin_any_gap": 1, "kin_f1_gap": 1, "kin_cosine_gap": 1,
		"window": 1, "window_gap": 1, "pairs": 1,
	}
	names := rank.InputNames()
	out := make([]int, len(names))
	for i, n := range names {
		out[i] = up[n]
	}
	return out
}

// learned is how many candidates of a query the order is learned from; those below are too easy to teach anything.
const learned = 30

// teaching is what the order is learned from: candidates of queries, those of one query in a row.
type teaching struct {
	rows   [][]float32
	labels []bool
	spans  [][2]int
	weight []float64 // of each query
}

// taught leaves out queries without a right candidate, and those of the own base: it is for the probabilities only, for learning the
// order from it costs the other kinds two in a hundred.
func taught(samples []*sample) teaching {
	ofSet := setWeights(samples)
	var t teaching
	for _, s := range samples {
		if !s.hasRelevant() || s.set == "own" {
			continue
		}
		from := len(t.rows)
		for i, in := range s.inputs {
			if i < learned || s.relevant[i] { // candidates come in the order of the first stage
				t.rows = append(t.rows, in)
				t.labels = append(t.labels, s.relevant[i])
			}
		}
		t.spans = append(t.spans, [2]int{from, len(t.rows)})
		t.weight = append(t.weight, ofSet[s.set])
	}
	return t
}

// fitOrder learns to put the records that answer before the others, by a forest and by networks.
func fitOrder(samples []*sample) rank.Order {
	return rank.Order{Forest: fitForest(samples, orderOptions()), Network: fitNetwork(samples, defaultNetwork())}
}

// fitForest fits a linear sum, then LambdaMART, both with the gain of the reciprocal rank.
func fitForest(samples []*sample, o boostOptions) rank.Forest {
	t := taught(samples)
	grad := func(sums, g, h []float64) {
		for i := range g {
			g[i], h[i] = 0, 0
		}
		parallel(len(t.spans), func(i int) { lambdas(t.spans[i], t.weight[i], t.labels, sums, g, h) })
	}
	weights := linear(t.rows, grad, o)
	start := make([]float64, len(t.rows))
	weigh(t.rows, weights, start)
	f := bag(o, func(o boostOptions) rank.Forest { return boost(t.rows, grad, start, o) })
	f.Linear = weights
	return f
}

func lambdas(span [2]int, weight float64, labels []bool, sums, g, h []float64) {
	from, to := span[0], span[1]
	n := to - from
	place := make([]float64, n)
	for i := range n {
		p := 1
		for j := range n {
			if sums[from+j] > sums[from+i] || (sums[from+j] == sums[from+i] && j < i) {
				p++
			}
		}
		place[i] = 1 / (float64(p) + 0.5)
	}
	for i := range n {
		if !labels[from+i] {
			continue
		}
		for j := range n {
			if labels[from+j] {
				continue
			}
			rho := 1 / (1 + math.Exp(sums[from+i]-sums[from+j]))
			w := weight * (math.Abs(place[i]-place[j]) + 0.02)
			g[from+i] -= rho * w
			g[from+j] += rho * w
			d := rho * (1 - rho) * w
			h[from+i] += d
			h[from+j] += d
		}
	}
}

// smallSets is how far small sets count as much as large ones: 0 is by their size, 1 is alike.
const smallSets = 0.75

// setWeights lets a query of a small set count more, so that the largest kind of question does not decide alone.
func setWeights(samples []*sample) map[string]float64 {
	n := make(map[string]float64)
	for _, s := range samples {
		n[s.set]++
	}
	for set := range n {
		n[set] = math.Pow(200/n[set], smallSets)
	}
	return n
}

func parallel(n int, do func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}
