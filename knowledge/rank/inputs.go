package rank

import (
	"cmp"
	"slices"

	"ekc/knowledge/lexical"
)

// InputNames are the ordering model's inputs: the lexical features, then what semantic search says. The semantic inputs
// are a rank, not a cosine, so that they mean the same for every embedder.
func InputNames() []string {
	return append(slices.Clone(lexical.FeatureNames), "semantic_rank")
}

// Inputs builds the ordering model's inputs.
func Inputs(all []lexical.Candidate, near map[string]float64) [][]float32 {
	type neighbour struct {
		id     string
		cosine float64
	}
	order := make([]neighbour, 0, len(near))
	for id, c := range near {
		order = append(order, neighbour{id, c})
	}
	slices.SortFunc(order, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.cosine, a.cosine), cmp.Compare(a.id, b.id))
	})
	rank := make(map[string]float32, len(order))
	for i, n := range order {
		rank[n.id] = 5 / float32(5+i)
	}
	out := make([][]float32, len(all))
	for i, c := range all {
		out[i] = append(slices.Clone(c.Features), rank[c.Key])
	}
	return out
}
