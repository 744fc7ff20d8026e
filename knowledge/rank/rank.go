// Package rank orders the candidates of a search and says how probable each is to answer. Its weights are fitted by
// `go run ./knowledge/fit` and embedded; it imports package lexical only.
package rank

import (
	"cmp"
	"slices"

	"ekc/knowledge/lexical"
)

// Ranked is a candidate in its place.
type Ranked struct {
	Key string
	// Text is the question or phrasing that matched.
	Text string
	// Score is that of the fitted order.
	Score float64
	// Probability that the record answers the query.
	Probability float64
}

// Rank orders the candidates, best first, with probabilities that never rise from one to the next. near holds the
// cosines of the semantic neighbours by record.
func (m *Model) Rank(all []lexical.Candidate, near map[string]float64) []Ranked {
	inputs := Inputs(all, near)
	out := make([]Ranked, len(all))
	byForest := make([]float64, len(all))
	for i, c := range all {
		byForest[i] = m.Order.Forest.score(inputs[i])
		out[i] = Ranked{Key: c.Key, Text: c.Text, Score: byForest[i] + m.Order.Network.Score(inputs[i])}
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(out[b].Score, out[a].Score), cmp.Compare(out[a].Key, out[b].Key))
	})
	order = SharePage(order, inputs)
	sorted := make([]Ranked, len(all))
	sortedInputs, scores := make([][]float32, len(all)), make([]float64, len(all))
	for i, k := range order {
		sorted[i], sortedInputs[i], scores[i] = out[k], inputs[k], byForest[k]
	}
	m.setProbabilities(sorted, scores, sortedInputs)
	return sorted
}
