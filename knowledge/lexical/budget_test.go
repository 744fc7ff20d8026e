package lexical_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/lexical"
	"ekc/knowledge/synthetic"
)

func TestPostingsRoundTrip(t *testing.T) {
	t.Parallel()
	entries := [][2]uint32{{0, 1}, {1, 700}, {64, 1}, {200, 2}, {1 << 20, 128}, {math.MaxUint32, 1}}
	require.Equal(t, entries, lexical.Unpacked(entries))
	var many [][2]uint32
	for i := range uint32(3000) { // several blocks
		many = append(many, [2]uint32{i * i, 1 + i%3})
	}
	require.Equal(t, many, lexical.Unpacked(many))
	require.Empty(t, lexical.Unpacked(nil))
}

// TestFrequentWordsStillScore spends the budget on the rare words: the frequent ones then choose nobody, and the candidates chosen have
// the same scores as without a budget.
func TestFrequentWordsStillScore(t *testing.T) {
	t.Parallel()
	const records = 1000
	made := synthetic.New(records, 5)
	x := lexical.New()
	var queries []string
	for i := range records {
		r := made.Next()
		x.Put(lexical.Doc{Key: r.ID, Units: []string{r.Question, made.Query(r.Answer)}, Answer: r.Answer, Topic: r.Topic})
		if i%100 == 0 {
			queries = append(queries, made.Query(r.Question))
		}
	}
	opts := lexical.Options{Candidates: 50}
	for _, q := range queries {
		x.SetBudget(math.MaxInt)
		whole := x.Search(q, opts)
		x.SetBudget(100)
		short := x.Search(q, opts)
		require.NotEmpty(t, short)
		require.Equal(t, whole[0].Key, short[0].Key, q)
		firsts := make(map[string]float32, len(whole))
		for _, c := range whole {
			firsts[fmt.Sprint(c.Key, c.Unit)] = c.First
		}
		same := 0
		for _, c := range short {
			if first, ok := firsts[fmt.Sprint(c.Key, c.Unit)]; ok {
				require.InDelta(t, first, c.First, 1e-4, q)
				same++
			}
		}
		require.Positive(t, same, q)
	}
}
