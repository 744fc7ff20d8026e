package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace/noop"

	"ekc/internal/telemetry"
)

func scrape(t *testing.T, m *telemetry.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	require.Equal(t, http.StatusOK, w.Code)
	return w.Body.String()
}

func route(path string) string {
	if path == "/graphql" || path == "/healthz" {
		return path[1:]
	}
	return "other"
}

func TestRequestsAreLoggedWithoutWhatTheySay(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m := telemetry.NewMetrics()
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.NotEmpty(t, telemetry.RequestID(r.Context())) //nolint:testifylint // same goroutine
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	h := telemetry.Requests(inner, m, slog.New(slog.NewTextHandler(&out, nil)), route)
	send := func(method, target, id string) string {
		r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
		r.Header.Set(telemetry.RequestIDHeader, id)
		r.Header.Set("Authorization", "Bearer opensesame")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Header().Get(telemetry.RequestIDHeader)
	}
	require.Equal(t, "client-id-1", send(http.MethodGet, "/graphql?query=phone", "client-id-1"))
	require.NotEqual(t, "bad id\n", send("BREW", "/int_secret", "bad id\n"))
	send(http.MethodGet, "/broken", "")
	log := out.String()
	require.Contains(t, log, "request=client-id-1 method=GET route=graphql status=200")
	require.Contains(t, log, "level=ERROR")
	for _, private := range []string{"phone", "opensesame", "192.0.2.1", "int_secret", "BREW"} {
		require.NotContains(t, log, private)
	}
	out.Reset()
	send(http.MethodGet, "/healthz", "")
	require.Empty(t, out.String(), "machines ask for it all the time")
	require.Contains(t, scrape(t, m), `ekc_http_requests_total{method="OTHER",route="other",status="200"} 1`)
}

// pass runs one operation of a small schema through the extension and gives back what the resolvers would.
func pass(ctx context.Context, t *testing.T, o telemetry.Operations, query string, answers ...*graphql.Response) {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { viewer: String interaction(id: ID!): String }
		type Mutation { chatStart: String }
		type Subscription { dialogue: String }`})
	next := 0
	exec := executor.New(&graphql.ExecutableSchemaMock{
		SchemaFunc:     func() *ast.Schema { return schema },
		ComplexityFunc: func(context.Context, string, string, int, map[string]any) (int, bool) { return 0, false },
		ExecFunc: func(context.Context) graphql.ResponseHandler {
			return func(context.Context) *graphql.Response {
				if next == len(answers) {
					return nil
				}
				next++
				return answers[next-1]
			}
		},
	})
	exec.Use(o)
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	ctx = graphql.WithOperationContext(ctx, op)
	if len(errs) > 0 {
		exec.DispatchError(ctx, errs)
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, op)
	for range len(answers) + 1 {
		if responses(ctx) == nil {
			break
		}
	}
}

func refusal(code string) *graphql.Response {
	return &graphql.Response{Errors: gqlerror.List{{Message: "no", Extensions: map[string]any{"code": code}}}}
}

func TestOperationsAreCountedByRootField(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o := telemetry.Operations{Metrics: m, Log: log, Tracer: noop.NewTracerProvider().Tracer("")}
	ok := &graphql.Response{Data: []byte(`{}`)}
	pass(t.Context(), t, o, `query Ivanov89161234567 { viewer }`, ok)
	pass(t.Context(), t, o, `mutation { chatStart __typename }`, ok)
	pass(t.Context(), t, o, `{ interaction(id: "int_secret") }`, refusal("NOT_FOUND"))
	pass(t.Context(), t, o, `{ viewer interaction(id: "1") }`, ok)
	pass(t.Context(), t, o, `{ __schema { types { name } } }`, ok)
	pass(t.Context(), t, o, `{ nonsense }`)
	pass(t.Context(), t, o, `{ viewer `)
	text := scrape(t, m)
	for _, line := range []string{
		`ekc_graphql_operations_total{operation="viewer",result="ok",type="query"} 1`,
		`ekc_graphql_operations_total{operation="chatStart",result="ok",type="mutation"} 1`,
		`ekc_graphql_operations_total{operation="interaction",result="NOT_FOUND",type="query"} 1`,
		`ekc_graphql_operations_total{operation="(several)",result="ok",type="query"} 1`,
		`ekc_graphql_operations_total{operation="(introspection)",result="ok",type="query"} 1`,
		`operation="(refused)"`,
	} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text+out.String(), "Ivanov")
	require.NotContains(t, text+out.String(), "int_secret")
	require.NotContains(t, text, "nonsense")
}

func TestSubscriptionsAreCountedWhileTheyRun(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics()
	o := telemetry.Operations{Metrics: m, Log: slog.New(slog.DiscardHandler), Tracer: noop.NewTracerProvider().Tracer("")}
	item := &graphql.Response{Data: []byte(`{}`)}
	pass(t.Context(), t, o, `subscription { dialogue }`, item, item)
	require.Contains(t, scrape(t, m), `ekc_subscriptions_open{operation="dialogue"} 0`, "read to its end")

	ctx, cancel := context.WithCancelCause(t.Context())
	schema := `subscription { dialogue }`
	responsesLeftUnread := func() { pass(ctx, t, o, schema, item, item, item) }
	responsesLeftUnread()
	cancel(errors.New("the client has gone"))
	require.Eventually(t, func() bool {
		return bytes.Contains([]byte(scrape(t, m)), []byte(`ekc_subscriptions_open{operation="dialogue"} 0`))
	}, 5*time.Second, 5*time.Millisecond)
	require.Contains(t, scrape(t, m), `ekc_graphql_operations_total{operation="dialogue",result="ok",type="subscription"} 2`)
}

func TestTracesNameNobody(t *testing.T) {
	t.Parallel()
	kept := tracetest.NewInMemoryExporter()
	tracing, err := telemetry.NewTracing(t.Context(), keep{kept})
	require.NoError(t, err)
	o := telemetry.Operations{Metrics: telemetry.NewMetrics(), Log: slog.New(slog.DiscardHandler), Tracer: tracing.Tracer()}
	h := tracing.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		pass(r.Context(), t, o, `{ interaction(id: "int_secret") }`, refusal("NOT_FOUND"))
	}), route)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql?token=opensesame", http.NoBody)
	r.Header.Set("User-Agent", "Ivanov/1")
	r.Header.Set("X-Forwarded-For", "198.51.100.7")
	h.ServeHTTP(httptest.NewRecorder(), r)
	require.NoError(t, tracing.Stop(t.Context()))
	spans := kept.GetSpans()
	require.Len(t, spans, 2)
	require.Equal(t, "graphql query interaction", spans[0].Name)
	require.Equal(t, "POST graphql", spans[1].Name)
	require.Equal(t, spans[1].SpanContext.SpanID(), spans[0].Parent.SpanID())
	for _, s := range spans {
		for _, a := range s.Attributes {
			for _, private := range []string{"opensesame", "192.0.2.1", "198.51.100.7", "Ivanov", "int_secret"} {
				require.NotContains(t, a.Value.String(), private, string(a.Key))
			}
		}
	}
}

// keep holds on to the spans when the provider shuts down.
type keep struct{ *tracetest.InMemoryExporter }

func (keep) Shutdown(context.Context) error { return nil }

var _ sdktrace.SpanExporter = keep{}

func TestTracingIsOffWithoutAnEndpoint(t *testing.T) {
	t.Parallel()
	tracing, err := telemetry.StartTracing(t.Context(), func(string) string { return "" })
	require.NoError(t, err)
	_, span := tracing.Tracer().Start(t.Context(), "x")
	require.False(t, span.IsRecording())
	require.NoError(t, tracing.Stop(t.Context()))
}
