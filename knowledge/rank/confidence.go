package rank

import (
	"math"
	"slices"

	"ekc/knowledge/lexical"
)

// considered is how many of the first candidates get a probability of their own; the rest share the last one's.
const considered = 10

// judged are the lexical features that the confidence model looks at.
var judged = []string{
	"word", "gram", "body", "cover_unit", "cover_any", "cover_exact", "cover_sentence", "back_cover", "f1", "missing_any",
	"missing_unit", "extra_unit", "bigrams", "class_same", "class_other", "negation", "ratio_abs", "log_query", "topic_mass",
	"second_unit", "pooled",
	"surface", "mark_missing", "mark_extra", "votes", "local_f1", "local_missing", "strict_unit", "topic_f1", "heading", "asks",
}

// leads are the lexical features by which the candidate is compared with the best of its neighbours: a near miss inside the topic
// has a neighbour that is as like to the query as itself.
var leads = []string{"word", "gram", "f1", "cover_any", "local_f1", "strict_unit", "surface"}

var (
	judgedIndex = indexes(judged)
	leadIndex   = indexes(leads)
)

func indexes(names []string) []int {
	out := make([]int, len(names))
	for i, name := range names {
		out[i] = slices.Index(lexical.FeatureNames, name)
	}
	return out
}

var missingAny = slices.Index(lexical.FeatureNames, "missing_any")

// ConfidenceNames are the confidence model's inputs: how the candidate stands among its neighbours, what no candidate
// explains, and the lexical features judged.
func ConfidenceNames() []string {
	return append([]string{"score", "gap_best", "gap_third", "gap_fifth", "share", "first", "unexplained"}, append(slices.Clone(judged), leadNames()...)...)
}

func leadNames() []string {
	out := make([]string, len(leads))
	for i, name := range leads {
		out[i] = "lead_" + name
	}
	return out
}

// ConfidenceInputs builds the confidence model's inputs for the candidate at place k of the sorted list.
func ConfidenceInputs(scores []float64, inputs [][]float32, k int) []float32 {
	at := func(i int) float64 { return scores[min(i, len(scores)-1)] }
	v := make([]float32, 0, len(judged)+len(leads)+7)
	other := at(0)
	if k == 0 {
		other = at(1)
		if len(scores) == 1 {
			other = at(0) - maxGap
		}
	}
	sum := 0.0
	for _, s := range scores[:min(considered, len(scores))] {
		sum += math.Exp(s - at(0))
	}
	unexplained := float32(1)
	for _, in := range inputs[:min(considered, len(inputs))] {
		unexplained = min(unexplained, in[missingAny])
	}
	first := float32(0)
	if k == 0 {
		first = 1
	}
	v = append(v, float32(scores[k]), clip(scores[k]-other), clip(at(0)-at(2)), clip(at(0)-at(4)),
		float32(math.Exp(scores[k]-at(0))/sum), first, unexplained)
	for _, i := range judgedIndex {
		v = append(v, inputs[k][i])
	}
	for _, i := range leadIndex {
		best := float32(0)
		for o, in := range inputs[:min(considered, len(inputs))] {
			if o != k {
				best = max(best, in[i])
			}
		}
		v = append(v, inputs[k][i]-best)
	}
	return v
}

// maxGap is the distance taken for a candidate without a neighbour.
const maxGap = 4

func clip(gap float64) float32 { return float32(max(-maxGap, min(maxGap, gap))) }

// setProbabilities fills the probabilities of sorted candidates; scores are the forest's.
func (m *Model) setProbabilities(sorted []Ranked, scores []float64, inputs [][]float32) {
	last := 1.0
	for k := range sorted {
		if k < considered {
			last = min(last, sigmoid(m.Confidence.score(ConfidenceInputs(scores, inputs, k))))
		}
		sorted[k].Probability = last
	}
	if onlyExact(inputs) {
		sorted[0].Probability = max(sorted[0].Probability, exactProbability)
	}
	boundSum(sorted)
}

// exactProbability is that of a record one of whose phrasings the query is, word for word: the editors have said that this
// is how the record is asked for. It is not fitted: such queries are too rare in the sets.
const exactProbability = 0.97

var exactly = []int{slices.Index(lexical.FeatureNames, "f1"), slices.Index(lexical.FeatureNames, "cover_exact")}

// onlyExact reports whether the first candidate, and no other on the page, has the very words of the query and no more.
func onlyExact(inputs [][]float32) bool {
	for k, in := range inputs[:min(considered, len(inputs))] {
		if (in[exactly[0]] > 0.999 && in[exactly[1]] > 0.999) != (k == 0) {
			return false
		}
	}
	return len(inputs) > 0
}

// boundSum keeps the probabilities of the first candidates, which are about one answer, from adding up to more than 1.
func boundSum(sorted []Ranked) {
	sum := 0.0
	for _, r := range sorted[:min(considered, len(sorted))] {
		sum += r.Probability
	}
	if sum <= 1 {
		return
	}
	rest := sum - sorted[0].Probability
	if rest <= 0 {
		return
	}
	scale := (1 - sorted[0].Probability) / rest
	for k := 1; k < len(sorted); k++ {
		sorted[k].Probability = min(sorted[k].Probability*scale, sorted[0].Probability)
	}
}
