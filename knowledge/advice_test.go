package knowledge_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
	"ekc/knowledge/advise"
)

// council is an adviser that says what it is told to.
type council struct {
	shorten func(string) (string, bool)
	choose  func([]advise.Candidate) ([]int, bool)
	asked   atomic.Int64
}

func (c *council) Shorten(_ context.Context, message string) (string, bool) {
	c.asked.Add(1)
	if c.shorten == nil {
		return "", false
	}
	return c.shorten(message)
}

func (c *council) Choose(_ context.Context, _ string, among []advise.Candidate) ([]int, bool) {
	c.asked.Add(1)
	if c.choose == nil {
		return nil, false
	}
	return c.choose(among)
}

// middlingAlone finds a question that falls into the middle band, with an ending: words of two records, so that neither is sure.
func middlingAlone(t *testing.T, b *knowledge.Base, ending string) knowledge.Query {
	t.Helper()
	halves := []string{
		"оформить пенсию", "оплачивают больничный", "материнский капитал", "ежегодный отпуск", "уволить во время болезни", "получить группу инвалидности",
		"пособие при рождении", "пенсия", "отпуск", "больничный", "капитал",
	}
	for i, one := range halves {
		for _, other := range append(halves[i+1:], "") {
			q := knowledge.Query{Text: one + " " + other + ending}
			if v := knowledge.Decide(search(t, b, q), b.Thresholds()); v.Choice == knowledge.Clarify && len(v.Options) > 1 {
				return q
			}
		}
	}
	t.Fatal("no question of the test falls into the middle band any more: add one")
	return knowledge.Query{}
}

// calm never gives semantic search up, however slow the machine: with it and without it the scores differ.
const calm = 10 * time.Minute

func TestOnlyTheMiddleBandAndThePatientAreAdvised(t *testing.T) {
	t.Parallel()
	c := &council{}
	b := open(t, knowledge.Options{URL: database(t), Adviser: c, SemanticTimeout: calm})
	importLines(t, b, small...)
	q := middlingAlone(t, b, "")
	require.Zero(t, c.asked.Load(), "only who can wait has it asked")
	q.Advised = true
	search(t, b, q)
	require.EqualValues(t, 1, c.asked.Load())
	search(t, b, knowledge.Query{Text: "zzz qqq", Advised: true})
	require.EqualValues(t, 1, c.asked.Load(), "outside the middle band nobody is asked")
}

func TestAShorterQuestionIsSearchedToo(t *testing.T) {
	t.Parallel()
	c := &council{shorten: func(string) (string, bool) {
		return "На что можно потратить материнский капитал?", true
	}}
	b := open(t, knowledge.Options{URL: database(t), Adviser: c, SemanticTimeout: calm})
	importLines(t, b, small...)
	q := middlingAlone(t, b, strings.Repeat(" и", 20))
	want := search(t, b, q)
	q.Advised = true
	got := search(t, b, q)
	require.Contains(t, idsOf(got), "capital")
	require.LessOrEqual(t, len(got), knowledge.DefaultHits)
	for _, h := range got {
		if k := slices.Index(idsOf(want), h.RecordID); k < 0 || want[k].Probability < h.Probability {
			require.Less(t, h.Probability, b.Thresholds().AnswerAt, "a model's words make nobody sure")
		}
	}
	require.Equal(t, knowledge.Clarify, knowledge.Decide(got, b.Thresholds()).Choice)
}
