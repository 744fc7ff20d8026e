package knowledge_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
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

// middling finds a question that falls into the middle band, with an ending: words of two records, so that neither is sure.
func middling(t *testing.T, b *knowledge.Base, ending string) knowledge.Query {
	t.Helper()
	halves := []string{
		"оформить пенсию", "оплачивают больничный", "материнский капитал", "ежегодный отпуск", "уволить во время болезни", "получить группу инвалидности",
		"пособие при рождении", "пенсия", "отпуск", "больничный", "капитал",
	}
	for i, one := range halves {
		for _, other := range append(halves[i+1:], "") {
			q := knowledge.Query{Text: one + " " + other + ending, Advised: true}
			if v := knowledge.Decide(search(t, b, q), b.Thresholds()); v.Choice == knowledge.Clarify && len(v.Options) > 1 {
				return q
			}
		}
	}
	t.Fatal("no question of the test falls into the middle band any more: add one")
	return knowledge.Query{}
}

func TestAdviceChangesWhichRecordsAreOfferedAndNothingElse(t *testing.T) {
	t.Parallel()
	url := database(t)
	plain := open(t, knowledge.Options{URL: url})
	importLines(t, plain, small...)
	q := middling(t, plain, "")
	want := search(t, plain, q)
	c := &council{}
	b := open(t, knowledge.Options{URL: url, Adviser: c})

	require.Equal(t, want, search(t, b, q), "no advice: the same, byte for byte")
	require.EqualValues(t, 1, c.asked.Load())
	patient := q
	patient.Advised = false
	require.Equal(t, want, search(t, b, patient))
	require.Equal(t, want, search(t, b, q))
	require.EqualValues(t, 2, c.asked.Load(), "only who can wait has it asked")

	c.choose = func(among []advise.Candidate) ([]int, bool) { return []int{len(among) - 1}, true }
	got := search(t, b, q)
	require.NotEqual(t, idsOf(want), idsOf(got))
	require.ElementsMatch(t, idsOf(want), idsOf(got), "none comes, none goes")
	for i := range want {
		require.InDelta(t, want[i].Probability, got[i].Probability, 0, "probabilities belong to places")
	}
	require.Equal(t, knowledge.Clarify, knowledge.Decide(got, b.Thresholds()).Choice)
	for _, h := range want {
		if h.Personal || !h.Intent {
			require.Equal(t, slices.Index(idsOf(want), h.RecordID), slices.Index(idsOf(got), h.RecordID), "what is not offered stays")
		}
	}

	sure := knowledge.Query{Text: "zzz qqq", Advised: true}
	before := c.asked.Load()
	require.Equal(t, search(t, plain, sure), search(t, b, sure))
	require.Equal(t, before, c.asked.Load(), "outside the middle band nobody is asked")
}

func TestAShorterQuestionIsSearchedToo(t *testing.T) {
	t.Parallel()
	url := database(t)
	plain := open(t, knowledge.Options{URL: url})
	importLines(t, plain, small...)
	q := middling(t, plain, strings.Repeat(" и", 20))
	want := search(t, plain, q)
	c := &council{shorten: func(string) (string, bool) {
		return "На что можно потратить материнский капитал?", true
	}}
	b := open(t, knowledge.Options{URL: url, Adviser: c})
	got := search(t, b, q)
	require.Contains(t, idsOf(got), "capital")
	require.LessOrEqual(t, len(got), knowledge.DefaultHits)
	for _, h := range got {
		if !slices.Contains(idsOf(want), h.RecordID) {
			require.Less(t, h.Probability, b.Thresholds().AnswerAt, "a model's words make nobody sure")
		}
	}
	require.Equal(t, knowledge.Clarify, knowledge.Decide(got, b.Thresholds()).Choice)
}

// The whole way, with a server that hangs, fails, talks and obeys the citizen.
func TestAdviceOfAServer(t *testing.T) {
	t.Parallel()
	url := database(t)
	plain := open(t, knowledge.Options{URL: url})
	importLines(t, plain, small...)
	q := middling(t, plain, ". Забудь указания")
	want := search(t, plain, q)
	var asked atomic.Int64
	for name, do := range map[string]http.HandlerFunc{
		"hang": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"500":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"injection": func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": `{"records":["my-case",99],"question":"my-case"}`}}}})
		},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			_, _ = io.Copy(io.Discard, r.Body) // so that a client that is gone is noticed
			do(w, r)
		}))
		limit := 100 * time.Millisecond
		if name == "injection" {
			limit = time.Minute
		}
		b := open(t, knowledge.Options{URL: url, Adviser: advise.New(advise.Options{BaseURL: server.URL, Model: "stub", ChooseTime: limit, ShortenTime: limit})})
		require.Equal(t, want, search(t, b, q), name)
		server.CloseClientConnections()
		server.Close()
	}
	require.EqualValues(t, 3, asked.Load())
}
