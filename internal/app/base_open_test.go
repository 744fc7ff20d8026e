package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/app"
	"ekc/internal/config"
	"ekc/internal/pgtest"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	knowledgemigrations "ekc/migrations/knowledge"
)

func TestBaseByTheSettings(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t, "knowledge:"+pgtest.Hash(knowledgemigrations.Files()), knowledgemigrations.ApplyTo)
	var away atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if away.Load() {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(`{"data":[{"index":0,"embedding":[1,0,0]}]}`))
	}))
	t.Cleanup(server.Close)
	open := func(m config.Models) (*knowledge.Base, error) {
		return app.OpenBase(t.Context(), app.BaseOptions{URL: url, Models: m, Metrics: telemetry.NewMetrics(), Logger: slog.New(slog.DiscardHandler)})
	}
	active := func(b *knowledge.Base) string {
		sets, err := b.VectorSets(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, sets)
		require.Equal(t, knowledge.VectorsActive, sets[0].State)
		return sets[0].Embedder
	}
	_, err := open(config.Models{EmbeddingDir: t.TempDir()})
	require.ErrorContains(t, err, "EKC_EMBEDDING_DIR")
	require.ErrorContains(t, err, "has no model")

	m := config.Models{OpenAIBaseURL: server.URL, EmbeddingModel: "stub", ChatModel: "stub"}
	b, err := open(m)
	require.NoError(t, err)
	require.Equal(t, "openai-stub-3", active(b), "an empty base needs no waiting for")
	require.NoError(t, b.Close())

	away.Store(true)
	b, err = open(m)
	require.NoError(t, err, "a server that is away is no reason not to start")
	require.Equal(t, "openai-stub-3", active(b))
	began := time.Now()
	_, err = b.Search(t.Context(), knowledge.Query{Text: "вопрос"})
	require.NoError(t, err)
	require.Less(t, time.Since(began), time.Minute)
	require.NoError(t, b.Close())

	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(refusing.Close)
	m.OpenAIBaseURL = refusing.URL
	_, err = open(m)
	require.ErrorContains(t, err, "EKC_OPENAI_API_KEY")
}
