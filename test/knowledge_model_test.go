package test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
	"ekc/knowledge/remote"
)

// chatModel is an OpenAI-compatible chat model that answers as the test wants.
type chatModel struct {
	*httptest.Server
	asked  atomic.Int64
	behave atomic.Pointer[http.HandlerFunc]
}

func newChatModel(t *testing.T) *chatModel {
	t.Helper()
	m := &chatModel{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/chat/completions" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client has gone
		m.asked.Add(1)
		(*m.behave.Load())(w, r)
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *chatModel) does(f http.HandlerFunc) { m.behave.Store(&f) }

// chooses answers with the places of records.
func chooses(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": text}}}})
	}
}

// vague are messages about which Yana would ask back, or may.
var vague = []string{
	"какие документы нужны", "пособие на ребенка", "пенсия", "инвалидность", "как оформить пособие", "выплата на детей", "группа инвалидности",
	"больничный", "материнский капитал", "стаж", "увольнение", "социальная доплата", "справка", "декрет", "отпуск", "субсидия", "льготы", "сколько платят",
	"как подать заявление", "перерасчет пенсии", "пособие по безработице", "уход за ребенком", "оформить группу", "путевка", "коляска",
}

// The chat model of the knowledge service, which is asked over RPC, may fail in every way: the search finds what it finds without it.
func TestChatModelOfTheKnowledgeService(t *testing.T) {
	t.Parallel()
	s, model := newStore(t), newChatModel(t)
	address, secret := freeAddress(t), "a secret of sixteen letters and more"
	base := s.knowledgeService(t, address, "EKC_KNOWLEDGE_SECRET="+secret, "EKC_OPENAI_BASE_URL="+model.URL+"/v1", "EKC_CHAT_MODEL=stub")
	client := remote.NewClient(remote.ClientOptions{URL: base.URL, Secret: secret})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	order := func(q knowledge.Query) (ids []string) {
		hits, err := client.Search(t.Context(), q)
		require.NoError(t, err)
		for _, h := range hits {
			ids = append(ids, h.RecordID)
		}
		return ids
	}

	model.does(chooses(`{"records":[2]}`))
	var undecided []knowledge.Query // the model is asked about them, and its choice is heard
	for _, text := range vague {
		q := knowledge.Query{Text: text, On: time.Now(), Limit: 5}
		hits, err := client.Search(t.Context(), q)
		require.NoError(t, err)
		if knowledge.Decide(hits, knowledge.DefaultThresholds()).Choice == knowledge.Clarify {
			undecided = append(undecided, q)
		}
	}
	require.Greater(t, len(undecided), 7, "too few messages are vague")
	require.Zero(t, model.asked.Load(), "who does not ask for advice gets none")
	advised := func(n int) (asked int64, with, without []string) {
		q := undecided[n]
		without = order(q)
		before := model.asked.Load()
		q.Advised = true
		with = order(q)
		return model.asked.Load() - before, with, without
	}
	asked, with, without := advised(0)
	require.EqualValues(t, 1, asked)
	require.NotEqual(t, without[0], with[0], "a choice moves records")

	ways := []http.HandlerFunc{
		chooses(`{"records":[-1,99,"три"]}`), // which is no failure: it chooses none
		func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "overloaded", http.StatusInternalServerError)
		},
		func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		func(w http.ResponseWriter, r *http.Request) { // the beginning of an answer, and then nothing
			_, _ = w.Write([]byte(`{"choices":[{"message":{"content":"{\"rec`))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
		chooses("Ответ: <b>первая</b> запись, конечно!"),
		chooses(`{"answer":"Первая запись."}`),
	}
	for n, way := range ways {
		model.does(way)
		asked, with, without := advised(n + 1)
		require.EqualValues(t, 1, asked, n)
		same(t, without, with, n)
	}
	model.does(chooses(`{"records":[2]}`))
	asked, with, without = advised(7)
	require.Zero(t, asked, "a model that has failed five times is left alone")
	same(t, without, with, "left alone")
	require.Equal(t, http.StatusOK, base.status("/readyz"))
	require.NoError(t, base.interrupt())
}

// same holds two searches for one message together: the best record is the same, and most of the others; on a busy machine one of the two
// may have done without vectors.
func same(t *testing.T, without, with []string, about any) {
	t.Helper()
	require.Equal(t, without[0], with[0], about)
	common := 0
	for _, id := range with {
		if slices.Contains(without, id) {
			common++
		}
	}
	require.GreaterOrEqual(t, common, 3, "%v: %v, %v", about, without, with)
}
