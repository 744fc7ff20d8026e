package main

import (
	"hash/fnv"
	"math"
	"slices"

	"ekc/knowledge/evalset"
	"ekc/knowledge/rank"
)

// judge is one candidate of a query as the confidence model sees it.
type judge struct {
	sample *sample
	place  int
	inputs []float32
	right  bool
}

// judgedPlaces are the places that the confidence model learns from.
const judgedPlaces = 4

// firstWeight is what the first candidate counts against the others: by its probability Yana decides.
const firstWeight = 2.5

func confidenceOptions() boostOptions {
	return boostOptions{
		trees: 80, depth: 3, rate: 0.08, minLeaf: 25, l2: 4, columns: 0.6, rows: 0.8, seed: 11, monotone: confidenceDirections(),
	}
}

// confidenceDirections as orderDirections.
func confidenceDirections() []int {
	up := map[string]int{
		"score": 1, "gap_best": 1, "share": 1, "unexplained": -1,
		"word": 1, "gram": 1, "cover_unit": 1, "cover_any": 1, "cover_exact": 1, "back_cover": 1, "f1": 1,
		"missing_any": -1, "missing_unit": -1, "extra_unit": -1, "bigrams": 1, "class_same": 1, "class_other": -1,
		"negation": -1, "second_unit": 1, "pooled": 1,
		"surface": 1, "mark_missing": -1, "mark_extra": -1, "local_f1": 1, "local_missing": -1, "strict_unit": 1, "topic_f1": 1,
		"lead_word": 1, "lead_gram": 1, "lead_f1": 1, "lead_cover_any": 1, "lead_local_f1": 1, "lead_strict_unit": 1, "lead_surface": 1,
	}
	names := rank.ConfidenceNames()
	out := make([]int, len(names))
	for i, n := range names {
		out[i] = up[n]
	}
	return out
}

// judges lists the first candidates of each sample in their order; the forest's scores tell the probabilities more than the sums.
func judges(samples []*sample, scores map[*sample]scored) []judge {
	var out []judge
	for _, s := range samples {
		order := sortedBy(s, func(s *sample, i int) float64 { return scores[s].sum[i] })
		sorted, inputs := make([]float64, len(order)), make([][]float32, len(order))
		for p, i := range order {
			sorted[p], inputs[p] = scores[s].forest[i], s.inputs[i]
		}
		for p := range min(judgedPlaces, len(order)) {
			out = append(out, judge{s, p, rank.ConfidenceInputs(sorted, inputs, p), s.relevant[order[p]]})
		}
	}
	return out
}

// fitConfidence learns the probability that a candidate answers: boosted trees on the logistic loss.
func fitConfidence(js []judge, o boostOptions) rank.Forest {
	rows := make([][]float32, len(js))
	for i, j := range js {
		rows[i] = j.inputs
	}
	grad := func(sums, g, h []float64) {
		for i, j := range js {
			p := 1 / (1 + math.Exp(-sums[i]))
			y := 0.0
			if j.right {
				y = 1
			}
			w := j.sample.weight
			if j.place == 0 {
				w *= firstWeight
			}
			g[i] = (p - y) * w
			h[i] = p * (1 - p) * w
		}
	}
	return bag(o, func(o boostOptions) rank.Forest { return boost(rows, grad, nil, o) })
}

// probabilitiesOutOfFold gives each judge the probability by a model that has not seen its record, calibrated by a line
// on the logit fitted on the same folds.
func probabilitiesOutOfFold(js []judge, o boostOptions) []float64 {
	out := make([]float64, len(js))
	for f := range folds {
		var train []judge
		for _, j := range js {
			if j.sample.fold != f {
				train = append(train, j)
			}
		}
		forest := fitConfidence(train, o)
		for i, j := range js {
			if j.sample.fold == f {
				out[i] = 1 / (1 + math.Exp(-forest.Score(j.inputs)))
			}
		}
	}
	return out
}

// decision is the first candidate of a query with its probability.
type decision struct {
	sample *sample
	p      float64
	sum    float64 // of the first three
	right  bool
	among  bool // the right one is among the first three
}

func decisions(js []judge, ps []float64, sets ...string) []decision {
	bySample := make(map[*sample]*decision)
	var order []*sample
	for i, j := range js {
		if !slices.Contains(sets, j.sample.set) {
			continue
		}
		d := bySample[j.sample]
		if d == nil {
			d = &decision{sample: j.sample}
			bySample[j.sample] = d
			order = append(order, j.sample)
		}
		if j.place == 0 {
			d.p, d.right = ps[i], j.right
		}
		if j.place < 3 {
			d.sum += ps[i]
			d.among = d.among || j.right
		}
	}
	out := make([]decision, len(order))
	for i, s := range order {
		out[i] = *bySample[s]
	}
	return out
}

// coverage is the largest share of all decisions that can be answered at the precision, and the threshold for it.
func coverage(ds []decision, precision float64) (share, threshold float64) {
	sorted := slices.Clone(ds)
	slices.SortFunc(sorted, func(a, b decision) int {
		switch {
		case a.p > b.p:
			return -1
		case a.p < b.p:
			return 1
		}
		return 0
	})
	right := 0
	threshold = 1
	for i, d := range sorted {
		if d.right {
			right++
		}
		if i+1 < len(sorted) && sorted[i+1].p == d.p {
			continue
		}
		if float64(right)/float64(i+1) >= precision {
			share, threshold = float64(i+1)/float64(len(sorted)), d.p
		}
	}
	return share, threshold
}

// askedRight is the least share of clarifying questions that must offer the right record.
const askedRight = 0.7

// asking is what one threshold on the sum of the first three probabilities gives, for the decisions not answered alone: the share of
// all that is asked back, and the share of all that is asked back with the right record among the choices.
func asking(ds []decision, answerAt, askAt float64) (asked, right float64) {
	for _, d := range ds {
		if d.p >= answerAt || d.sum < askAt {
			continue
		}
		asked++
		if d.among {
			right++
		}
	}
	n := math.Max(1, float64(len(ds)))
	return asked / n, right / n
}

// askAt is the lowest threshold, in steps of a twentieth and not below the least, at which enough of the questions offer the right one.
func askAt(ds []decision, answerAt float64) float64 {
	const least, step = 0.3, 0.05
	for at := least; at < 1; at += step {
		if asked, right := asking(ds, answerAt, at); right >= askedRight*asked {
			return math.Round(at*100) / 100
		}
	}
	return 1
}

// halves fits the threshold for the precision on one half of the decisions and applies it to the other, both ways.
func halves(ds []decision, precision float64) (share, got float64) {
	answered, right := 0, 0
	for half := range 2 {
		var fit, judge []decision
		for _, d := range ds {
			if halfOf(d.sample.query) == half {
				fit = append(fit, d)
			} else {
				judge = append(judge, d)
			}
		}
		_, at := coverage(fit, precision)
		for _, d := range judge {
			if d.p >= at {
				answered++
				if d.right {
					right++
				}
			}
		}
	}
	return float64(answered) / float64(len(ds)), float64(right) / math.Max(1, float64(answered))
}

// halfOf divides the queries by record, independently of the folds.
func halfOf(q evalset.Query) int {
	h := fnv.New32a()
	key := q.Text
	if len(q.Relevant) > 0 {
		key = q.Relevant[0]
	}
	_, _ = h.Write([]byte("half " + key)) // never fails
	return int(h.Sum32()>>16) % 2
}
