package embed_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/knowledge/embed"
)

func cosine(a, b []float32) float64 {
	s := 0.0
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}

func TestBuiltinPutsLikeTextsTogether(t *testing.T) {
	t.Parallel()
	vs, err := embed.Builtin{}.Embed(t.Context(), []string{
		"как оформить пенсию по старости", "оформление пенсий по старости", "сколько длится больничный лист", "", "как оформить пенсию по старости",
	})
	require.NoError(t, err)
	for _, v := range vs {
		require.Len(t, v, embed.Builtin{}.Dimensions())
		require.InDelta(t, 1, cosine(v, v), 1e-5)
	}
	require.Greater(t, cosine(vs[0], vs[1]), 0.6)
	require.Less(t, cosine(vs[0], vs[2]), 0.3)
	require.Equal(t, vs[0], vs[4])
}

// server answers with vectors whose first component tells the text's length, in reverse order.
func server(t *testing.T, dimensions int, batches *int) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Input []string
			Model string
		}
		if r.URL.Path != "/v1/embeddings" || r.Header.Get("Authorization") != "Bearer secret" ||
			json.NewDecoder(r.Body).Decode(&in) != nil || in.Model != "stub" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		*batches++
		type item struct {
			Index     int       `json:"index"`
			Embedding []float32 `json:"embedding"`
		}
		var data []item
		for i := len(in.Input) - 1; i >= 0; i-- {
			v := make([]float32, dimensions)
			v[0], v[1] = float32(len(in.Input[i])), 1
			data = append(data, item{i, v})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}))
	t.Cleanup(s.Close)
	return s
}

func TestOpenAI(t *testing.T) {
	t.Parallel()
	batches := 0
	s := server(t, 3, &batches)
	e, err := embed.NewOpenAI(t.Context(), embed.Server{BaseURL: s.URL + "/v1", Key: "secret"}, "stub")
	require.NoError(t, err)
	require.Equal(t, 3, e.Dimensions())
	require.Equal(t, "openai-stub-3", e.Name())
	texts := make([]string, 150)
	for i := range texts {
		texts[i] = strings.Repeat("x", i+1)
	}
	vs, err := e.Embed(t.Context(), texts)
	require.NoError(t, err)
	require.Equal(t, 1+3, batches, "one probe, then batches of 64")
	for i, v := range vs {
		require.InDelta(t, float64(i+1), float64(v[0]/v[1]), 0.01, "vectors are in the order of the texts")
		require.InDelta(t, 1, cosine(v, v), 1e-5)
	}
}

func TestOpenAIFailures(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no vectors":   `{"data":[]}`,
		"wrong index":  `{"data":[{"index":7,"embedding":[1]}]}`,
		"empty vector": `{"data":[{"index":0,"embedding":[]}]}`,
		"not json":     `<html>`,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
		_, err := embed.NewOpenAI(t.Context(), embed.Server{BaseURL: s.URL + "/v1"}, "stub")
		require.Error(t, err, name)
		s.Close()
	}
}

func TestOpenAIIsAskedAgainAndNothingPersonalLeaves(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	var last atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last.Store(string(body))
		switch asked.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			_, _ = w.Write([]byte(`{"data":[{"index":0,"embedding":[3,4]}]}`))
		default:
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(s.Close)
	server := embed.Server{BaseURL: s.URL, Key: "secret"}
	e, err := server.Reopen("openai:2:some:model")
	require.NoError(t, err)
	require.Equal(t, "openai-some:model-2", e.Name())
	require.Equal(t, "openai:2:some:model", embed.SourceOf(e))
	vs, err := e.Embed(t.Context(), []string{"мой СНИЛС 123-456-789 01, телефон 8 (912) 345-67-89"})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float32{0.6, 0.8}, vs[0], 1e-6)
	require.NotContains(t, last.Load(), "456")
	require.NotContains(t, last.Load(), "912")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = embed.Query(ctx, e, "вопрос")
	require.Error(t, err)
	require.True(t, embed.Away(err))
	require.EqualValues(t, 4, asked.Load(), "who cannot wait as long as the server says asks once")
	for _, source := range []string{"openai:", "openai:x:m", "openai:0:m", "openai:3:"} {
		_, err := server.Reopen(source)
		require.Error(t, err, source)
	}
}

func TestAServerThatIsAwayOrRefuses(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	_, err := embed.NewOpenAI(t.Context(), embed.Server{BaseURL: gone.URL}, "m")
	require.True(t, embed.Away(err), "%v", err)
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(refusing.Close)
	_, err = embed.NewOpenAI(t.Context(), embed.Server{BaseURL: refusing.URL}, "m")
	require.Error(t, err)
	require.False(t, embed.Away(err))
}
