package knowledge

import (
	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
)

// ranked orders the candidates of a search. The ranking model was fitted with the built-in embedder's neighbours. Another
// embedder's are candidates too and have their say in the order, which is no promise; but what the model makes of them says
// nothing of probability, so that each probability is the one that the record has without any vectors, and none is above that of
// the place before.
func (b *Base) ranked(found []lexical.Candidate, near map[string]float64, fitted bool) []rank.Ranked {
	out := b.ranker.Rank(found, near)
	if fitted || len(near) == 0 {
		return out
	}
	alone := make(map[string]float64, len(out))
	for _, r := range b.ranker.Rank(found, nil) {
		alone[r.Key] = r.Probability
	}
	least := 1.0
	for i := range out {
		least = min(least, alone[out[i].Key])
		out[i].Probability = least
	}
	return out
}
