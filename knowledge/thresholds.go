package knowledge

import (
	"cmp"
	"slices"
)

// Aims of the fitted thresholds.
const (
	answerPrecision = 0.95 // of what Yana answers by herself
	clarifyChance   = 0.7  // that the right record is among those offered
)

// fitThresholds finds the lowest thresholds that keep the aims on the given outcomes. When no threshold reaches the
// precision, none is answered.
func fitThresholds(all []outcome) Thresholds {
	_, answerAt := coverageAt(all, answerPrecision)
	return Thresholds{AnswerAt: answerAt, ClarifyAt: min(clarifyAt(all, answerAt), answerAt)}
}

// coverageAt is the largest share of outcomes that can be answered at the precision, and the threshold for it; the
// threshold lies above 1, so that nothing is answered, when there is none.
func coverageAt(all []outcome, precision float64) (share, threshold float64) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b outcome) int {
		pa, _ := a.first()
		pb, _ := b.first()
		return cmp.Compare(pb, pa)
	})
	right := 0
	threshold = 1.01
	for i, o := range sorted {
		p, ok := o.first()
		if ok {
			right++
		}
		if i+1 < len(sorted) {
			if next, _ := sorted[i+1].first(); next == p {
				continue // a threshold cannot divide equals
			}
		}
		if p > 0 && float64(right)/float64(i+1) >= precision {
			share, threshold = float64(i+1)/float64(len(sorted)), p
		}
	}
	return share, threshold
}

// clarifyAt is the lowest sum of the first probabilities above which, of the outcomes not answered, the right record is
// offered often enough.
func clarifyAt(all []outcome, answerAt float64) float64 {
	type asked struct {
		sum   float64
		right bool
	}
	var rest []asked
	for _, o := range all {
		if p, _ := o.first(); p >= answerAt {
			continue
		}
		a := asked{}
		for _, h := range o.hits[:min(MaxOptions, len(o.hits))] {
			a.sum += h.Probability
			a.right = a.right || o.query.Answers(h.RecordID)
		}
		rest = append(rest, a)
	}
	slices.SortFunc(rest, func(a, b asked) int { return cmp.Compare(b.sum, a.sum) })
	at, right := 1.01, 0
	for i, a := range rest {
		if a.right {
			right++
		}
		if a.sum > 0 && float64(right)/float64(i+1) >= clarifyChance {
			at = a.sum
		}
	}
	return at
}
