package knowledge

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"ekc/knowledge/advise"
)

// Adviser is a chat model (knowledge/advise). It never fails: false is no advice.
type Adviser interface {
	// Shorten says a long message in one short question.
	Shorten(ctx context.Context, message string) (question string, ok bool)
	// Choose gives the places in among of the records that answer, best first.
	Choose(ctx context.Context, question string, among []advise.Candidate) (places []int, ok bool)
}

// longMessage is how many words a message has from which on it is worth saying shorter.
const longMessage = 18

// advised lets the chat model have its say on a search in the middle band, where Yana would ask back: it may find more records by
// a shorter question, and choose which are offered. It makes nobody surer: no probability rises to where Yana answers by
// herself, because the thresholds were not fitted with it, and what is not offered to citizens stays where it is. Without
// advice the hits are what they were.
func (b *Base) advised(ctx context.Context, q Query, hits []Hit) []Hit {
	if b.adviser == nil || !q.Advised || Decide(hits, b.Thresholds()).Choice != Clarify {
		return hits
	}
	if len(strings.Fields(q.Text)) >= longMessage {
		if short, ok := b.adviser.Shorten(ctx, q.Text); ok {
			hits = b.searchedToo(ctx, q, hits, short)
		}
	}
	return b.chosen(ctx, q, hits)
}

// searchedToo adds what a shorter question finds. Should that lead anywhere else than to a clarifying question, the citizen's own
// words stand.
func (b *Base) searchedToo(ctx context.Context, q Query, hits []Hit, short string) []Hit {
	also := q
	also.Text = short
	found, err := b.find(ctx, also)
	if err != nil {
		return hits
	}
	both := mergeHits(hits, found, b.Thresholds().AnswerAt, q.Limit)
	if Decide(both, b.Thresholds()).Choice != Clarify {
		return hits
	}
	return both
}

// mergeHits joins the hits of two wordings of one question. A record has the higher of its probabilities, but what the second
// wording adds stays below the threshold.
func mergeHits(first, second []Hit, below float64, limit int) []Hit {
	out := slices.Clone(first)
	place := make(map[string]int, len(out))
	for i, h := range out {
		place[h.RecordID] = i
	}
	for _, h := range second {
		h.Probability = min(h.Probability, math.Nextafter(below, 0))
		if i, ok := place[h.RecordID]; ok {
			out[i].Probability = max(out[i].Probability, h.Probability)
			continue
		}
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Compare(b.Probability, a.Probability) })
	return out[:min(len(out), limit)]
}

// chosen puts the records that the model has chosen before the others that may be offered. Probabilities belong to places, so that
// their order, and what is done with the hits, stays the same.
func (b *Base) chosen(ctx context.Context, q Query, hits []Hit) []Hit {
	var places []int // of the hits that may be offered
	var among []advise.Candidate
	for i, h := range hits {
		if h.Intent && !h.Personal && len(among) < advise.MaxCandidates {
			places, among = append(places, i), append(among, advise.Candidate{Question: h.Question, Passage: h.Snippet})
		}
	}
	if len(among) < 2 {
		return hits
	}
	order, ok := b.adviser.Choose(ctx, q.Text, among)
	if !ok || len(order) == 0 {
		return hits
	}
	for k := range among {
		if !slices.Contains(order, k) {
			order = append(order, k)
		}
	}
	out := slices.Clone(hits)
	for i, k := range order {
		h := hits[places[k]]
		h.Probability = hits[places[i]].Probability
		out[places[i]] = h
	}
	return out
}
