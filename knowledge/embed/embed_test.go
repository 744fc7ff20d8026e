package embed_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
	e, err := embed.NewOpenAI(t.Context(), s.URL+"/v1", "secret", "stub")
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
		_, err := embed.NewOpenAI(t.Context(), s.URL+"/v1", "", "stub")
		require.Error(t, err, name)
		s.Close()
	}
}
