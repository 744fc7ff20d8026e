package lexical

import (
	"cmp"
	"slices"
)

// compare fills the features that set a candidate against the others: how far it is behind the best, and its rank.
func compare(all []Candidate) {
	gap(all, fWord, fWordGap)
	gap(all, fGram, fGramGap)
	gap(all, fBody, fBodyGap)
	gap(all, fCoverAny, fCoverGap)
	gap(all, fStrict, fStrictGap)
	gap(all, fLocalF1, fLocalGap)
	gap(all, fStrictUnit, fStrictUnitGap)
	gap(all, fTopicF1, fTopicF1Gap)
	gap(all, fKinAny, fKinAnyGap)
	gap(all, fKinF1, fKinF1Gap)
	gap(all, fKinCosine, fKinCosineGap)
	gap(all, fWindow, fWindowGap)
	rank(all, fF1Rank, func(c *Candidate) float32 { return c.Features[fF1] })
	rank(all, fStrictUnitRank, func(c *Candidate) float32 { return c.Features[fStrictUnit] + c.Features[fStrictBody]/10 })
	rank(all, fStrictRank, func(c *Candidate) float32 { return c.Features[fStrict] })
	rank(all, fLocalRank, func(c *Candidate) float32 { return c.Features[fLocalF1] + c.Features[fLocalAny] })
	rank(all, fWordRank, func(c *Candidate) float32 { return c.Features[fWord] })
	rank(all, fGramRank, func(c *Candidate) float32 { return c.Features[fGram] })
	rank(all, fBodyRank, func(c *Candidate) float32 { return c.Features[fBody] })
	rank(all, fFirstRank, func(c *Candidate) float32 { return c.First })
	best := float32(0)
	for _, c := range all {
		best = max(best, c.First)
	}
	for _, c := range all {
		c.Features[fFirstGap] = c.First - best
	}
}

func gap(all []Candidate, from, to int) {
	best := float32(0)
	for _, c := range all {
		best = max(best, c.Features[from])
	}
	for _, c := range all {
		c.Features[to] = c.Features[from] - best
	}
}

// rank writes 1 for the best candidate, then ever less: 5/(4+rank).
func rank(all []Candidate, to int, score func(*Candidate) float32) {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(score(&all[b]), score(&all[a])), cmp.Compare(a, b))
	})
	for i, k := range order {
		all[k].Features[to] = 5 / float32(5+i)
	}
}

// topTopics is how many of the first candidates vote for a topic.
const topTopics = 20

// topicMass is the share of the first candidates' scores that lies in a candidate's topic: a question is more likely
// about what its neighbours are about. Beside it stands how much better the best record of the topic matches.
func (x *Index) topicMass(out []Candidate, all []found) {
	mass := make(map[string]float32)
	sum := float32(0)
	for _, f := range all[:min(len(all), topTopics)] {
		mass[x.records[f.record].topic] += f.first
		sum += f.first
	}
	if sum == 0 {
		return
	}
	best := make(map[string]float32)
	for i, f := range all {
		best[x.records[f.record].topic] = max(best[x.records[f.record].topic], out[i].Features[fStrict]+f.first)
	}
	for i, f := range all {
		if t := x.records[f.record].topic; t != "" {
			out[i].Features[fTopicMass] = mass[t] / sum
			out[i].Features[fTopicBest] = best[t] - out[i].Features[fStrict] - f.first
		}
	}
}
