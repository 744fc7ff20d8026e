package remote_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/internal/pgtest"
	"ekc/knowledge"
	"ekc/knowledge/conformance"
	"ekc/knowledge/remote"
	knowledgemigrations "ekc/migrations/knowledge"
)

const secret = "the services' own"

func newBase(t *testing.T) *knowledge.Base {
	t.Helper()
	b, err := knowledge.Open(context.Background(), knowledge.Options{
		URL:         pgtest.Database(t, "knowledge:"+pgtest.Hash(knowledgemigrations.Files()), knowledgemigrations.ApplyTo),
		Clock:       func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
		ValidAgency: func(c string) bool { return c != conformance.UnknownAgency },
		ValidRegion: func(c string) bool { return c != conformance.UnknownRegion },
		Logger:      slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// serve serves a base on a real socket.
func serve(t *testing.T, base knowledge.Service, around func(http.Handler) http.Handler) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	vectors, _ := base.(knowledge.VectorWatcher) // nil for those that have none
	mux.Handle(remote.NewHandler(remote.HandlerOptions{Base: base, Vectors: vectors, Secret: secret, Logger: slog.New(slog.DiscardHandler)}))
	server := httptest.NewUnstartedServer(around(mux))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

func plain(h http.Handler) http.Handler { return h }

func client(t *testing.T, url, secret string) *remote.Client {
	t.Helper()
	c := remote.NewClient(remote.ClientOptions{URL: url, Secret: secret})
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T) knowledge.Service {
		return client(t, serve(t, newBase(t), plain).URL, secret)
	})
}

func TestVectorsAreToldOf(t *testing.T) {
	t.Parallel()
	sets, err := client(t, serve(t, newBase(t), plain).URL, secret).VectorSets(t.Context())
	require.NoError(t, err)
	require.Equal(t, []knowledge.VectorSet{{
		Embedder: "builtin-1-128", Source: "builtin", Dimensions: 128, State: knowledge.VectorsActive,
	}}, sets)
	_, err = client(t, serve(t, unused{}, plain).URL, secret).VectorSets(t.Context())
	require.ErrorContains(t, err, "does not tell")
}

// heard keeps the last query.
type heard struct {
	unused
	query chan knowledge.Query
}

func (h heard) Search(_ context.Context, q knowledge.Query) ([]knowledge.Hit, error) {
	h.query <- q
	return nil, nil
}

func TestAQueryArrivesWhole(t *testing.T) {
	t.Parallel()
	base := heard{query: make(chan knowledge.Query, 1)}
	want := knowledge.Query{Text: "вопрос", Agency: "PFR", Region: "77", AllRegions: true, Limit: 7, IntentsOnly: true, Advised: true}
	_, err := client(t, serve(t, base, plain).URL, secret).Search(t.Context(), want)
	require.NoError(t, err)
	require.Equal(t, want, <-base.query)
}

func TestStrangersAreRefused(t *testing.T) {
	t.Parallel()
	server := serve(t, unused{}, plain)
	for _, wrong := range []string{"", "another", secret + "x"} {
		c := client(t, server.URL, wrong)
		_, err := c.Topics(t.Context(), knowledge.TopicQuery{})
		require.Equal(t, fail.Unavailable, fail.CodeOf(err))
		require.ErrorContains(t, err, "EKC_KNOWLEDGE_SECRET")
		_, err = c.Import(t.Context(), strings.NewReader("{}"), knowledge.ImportOptions{Name: "a.jsonl"})
		require.Equal(t, fail.Unavailable, fail.CodeOf(err))
	}
	response, err := http.Post(server.URL+"/ekc.knowledge.v1.KnowledgeService/ListTopics", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
}

// unused is a base that must not be asked.
type unused struct{ knowledge.Service }

// stuck is a base that does not answer.
type stuck struct {
	knowledge.Service
	deadline chan bool
}

func (s stuck) Search(ctx context.Context, _ knowledge.Query) ([]knowledge.Hit, error) {
	_, bounded := ctx.Deadline()
	<-ctx.Done()
	s.deadline <- bounded
	return nil, ctx.Err()
}

func TestDeadlineReachesTheBase(t *testing.T) {
	t.Parallel()
	s := stuck{deadline: make(chan bool, 1)}
	c := client(t, serve(t, s, plain).URL, secret)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := c.Search(ctx, knowledge.Query{Text: "пенсия"})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.True(t, <-s.deadline)
}

// moody refuses the first requests, as a service does that starts or a proxy in front of one.
func TestReadsAreTriedAgain(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	moody := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) <= 2 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	c := client(t, serve(t, newBase(t), moody).URL, secret)
	topics, err := c.Topics(t.Context(), knowledge.TopicQuery{})
	require.NoError(t, err)
	require.Empty(t, topics)
	require.Equal(t, int32(3), calls.Load())
	calls.Store(0)
	_, err = c.Import(t.Context(), strings.NewReader("{}"), knowledge.ImportOptions{Name: "a.jsonl"})
	require.Equal(t, fail.Unavailable, fail.CodeOf(err))
	require.Equal(t, int32(1), calls.Load(), "an import has read its file")
}

// panicky panics, and fails with what must not be told.
type panicky struct{ knowledge.Service }

func (panicky) Topics(context.Context, knowledge.TopicQuery) ([]knowledge.Topic, error) {
	panic("private")
}

func (panicky) Record(context.Context, string) (knowledge.Record, error) {
	return knowledge.Record{}, &net.OpError{Op: "private", Err: net.ErrClosed}
}

func TestFaultsAreNotTold(t *testing.T) {
	t.Parallel()
	c := client(t, serve(t, panicky{}, plain).URL, secret)
	_, err := c.Topics(t.Context(), knowledge.TopicQuery{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "private")
	_, err = c.Record(t.Context(), "a")
	require.Equal(t, fail.Internal, fail.CodeOf(err))
	require.NotContains(t, err.Error(), "private")
}

func TestServiceAway(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	c := client(t, "http://"+listener.Addr().String(), secret)
	_, err = c.Search(t.Context(), knowledge.Query{Text: "пенсия"})
	require.Equal(t, fail.Unavailable, fail.CodeOf(err))
	require.Equal(t, fail.Unavailable, fail.CodeOf(c.Ready(t.Context())))
}
