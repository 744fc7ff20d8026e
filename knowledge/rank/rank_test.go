package rank_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/lexical"
	"ekc/knowledge/rank"
)

func TestSharePageKeepsEveryCandidateOnce(t *testing.T) {
	t.Parallel()
	n := 40
	inputs := make([][]float32, n)
	order := make([]int, n)
	for i := range inputs {
		inputs[i] = make([]float32, len(rank.InputNames()))
		for j := range inputs[i] {
			inputs[i][j] = float32((i*7 + j*3) % n)
		}
		order[i] = n - 1 - i
	}
	page := rank.SharePage(order, inputs)
	require.Equal(t, order[:3], page[:3], "the first places are the fitted order's")
	require.ElementsMatch(t, order, page)
	require.Equal(t, order[:10], rank.SharePage(order[:10], inputs[:10]), "a short list is left alone")
}

func TestOnlyStatementsShareThePage(t *testing.T) {
	t.Parallel()
	at := func(name string) int { return slices.Index(rank.InputNames(), name) }
	inputs := make([][]float32, 20)
	order := make([]int, len(inputs))
	for i := range inputs {
		inputs[i] = make([]float32, len(rank.InputNames()))
		inputs[i][at("strict_unit")] = float32(i)
		inputs[i][at("asks")] = 1
		order[i] = i
	}
	require.Equal(t, order, rank.SharePage(order, inputs))
	inputs[0][at("asks")], inputs[1][at("asks")] = 0, 0
	require.Equal(t, []int{0, 1, 2, 19, 18}, rank.SharePage(order, inputs)[:5])
}

func TestModelOfOtherInputsIsRefused(t *testing.T) {
	t.Parallel()
	_, err := rank.Parse([]byte(`{"inputs":["word"]}`))
	require.ErrorContains(t, err, "run the fitting command")
	_, err = rank.Parse([]byte(`{`))
	require.Error(t, err)
	encoded, err := json.Marshal(rank.Model{Inputs: rank.InputNames(), Order: rank.Order{Network: rank.Network{Skip: []float32{1}}}})
	require.NoError(t, err)
	_, err = rank.Parse(encoded)
	require.ErrorContains(t, err, "run the fitting command", "a network of other inputs")
}

func TestNetworkBoundsItsInputs(t *testing.T) {
	t.Parallel()
	n := rank.Network{
		Mean: []float32{1, 0}, Scale: []float32{2, 1}, Skip: []float32{1, 0},
		Hidden: []rank.Unit{{Bias: 0.5, Weights: []float32{0, 1}, Out: 3}},
	}
	require.InDelta(t, 2+3*math.Tanh(0.75), n.Score([]float32{2, 0.25}), 1e-6)
	require.InDelta(t, rank.Bound+3*math.Tanh(0.75), n.Score([]float32{1000, 0.25}), 1e-6, "an input far out counts as one at the bound")
	require.Zero(t, (&rank.Network{}).Score([]float32{1, 2}))
}

func TestProbabilitiesFallAndAddUpToOneAtMost(t *testing.T) {
	t.Parallel()
	x := lexical.New()
	x.Put(
		lexical.Doc{Key: "a", Units: []string{"Как получить пенсию?"}, Answer: "Подать заявление."},
		lexical.Doc{Key: "b", Units: []string{"Как получить пособие?"}, Answer: "Подать заявление."},
		lexical.Doc{Key: "c", Units: []string{"Как получить субсидию?"}, Answer: "Подать заявление."})
	for _, query := range []string{"как получить пенсию", "как получить", "пособие", "космос"} {
		sum, last := 0.0, 1.0
		for _, r := range rank.Default().Rank(x.Search(query, lexical.Options{Candidates: 10}), nil) {
			require.LessOrEqual(t, r.Probability, last)
			last = r.Probability
			sum += r.Probability
		}
		require.LessOrEqual(t, sum, 1.0+1e-9, query)
	}
}

func TestNeighboursAreComparedWith(t *testing.T) {
	t.Parallel()
	f1, lead := slices.Index(rank.InputNames(), "f1"), slices.Index(rank.ConfidenceNames(), "lead_f1")
	inputs := make([][]float32, 12)
	for i := range inputs {
		inputs[i] = make([]float32, len(rank.InputNames()))
	}
	inputs[0][f1], inputs[1][f1], inputs[2][f1], inputs[11][f1] = 0.75, 0.25, 0.5, 1
	scores := make([]float64, len(inputs))
	at := func(k int) float32 {
		v := rank.ConfidenceInputs(scores, inputs, k)
		require.Len(t, v, len(rank.ConfidenceNames()))
		return v[lead]
	}
	require.InDelta(t, 0.25, at(0), 1e-6, "before the next best; what is not on the page does not count")
	require.InDelta(t, -0.5, at(1), 1e-6)
	require.InDelta(t, -0.25, at(2), 1e-6)
}
