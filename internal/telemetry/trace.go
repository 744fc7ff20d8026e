package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// The variables of the OpenTelemetry specification that switch the export of traces on.
const (
	endpointVariable       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesEndpointVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
)

// Tracing makes tracers, and sends what they record when an endpoint is set.
type Tracing struct {
	trace.TracerProvider
	stop func(context.Context) error
}

// StartTracing reads the OTEL_* variables of the OpenTelemetry specification through getenv and the exporter; without an
// endpoint nothing is recorded and nothing is spent.
func StartTracing(ctx context.Context, getenv func(string) string) (*Tracing, error) {
	if getenv(endpointVariable) == "" && getenv(tracesEndpointVariable) == "" {
		return &Tracing{TracerProvider: noop.NewTracerProvider(), stop: func(context.Context) error { return nil }}, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("export traces: %w", err)
	}
	return NewTracing(ctx, exporter)
}

// NewTracing records spans for an exporter, without what may name a person.
func NewTracing(ctx context.Context, exporter sdktrace.SpanExporter) (*Tracing, error) {
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "ekc")), resource.WithFromEnv(),
		resource.WithTelemetrySDK())
	if err != nil {
		return nil, fmt.Errorf("describe this process for traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(discreet{exporter}), sdktrace.WithResource(about))
	return &Tracing{TracerProvider: provider, stop: provider.Shutdown}, nil
}

// Tracer is that of the project.
func (t *Tracing) Tracer() trace.Tracer { return t.TracerProvider.Tracer("ekc") }

// Stop sends what is left.
func (t *Tracing) Stop(ctx context.Context) error { return t.stop(ctx) }

// Handler gives each request a span named after its route, a child of the client's when it has one. Health and metrics have
// none, nor have websockets: their operations have their own.
func (t *Tracing) Handler(next http.Handler, route func(path string) string) http.Handler {
	return otelhttp.NewHandler(next, "http",
		otelhttp.WithTracerProvider(t.TracerProvider), otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return method(r.Method) + " " + route(r.URL.Path) }),
		otelhttp.WithFilter(func(r *http.Request) bool {
			return !quiet[route(r.URL.Path)] && !strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
		}))
}

// named are the beginnings of attributes that may tell who a request came from or what it said.
var named = []string{"client.", "net.peer", "net.sock", "network.peer", "http.client_ip", "user_agent", "enduser.", "user.", "url.", "http.target", "http.url"}

// discreet drops such attributes before spans leave the process.
type discreet struct{ sdktrace.SpanExporter }

// ExportSpans is part of sdktrace.SpanExporter.
func (d discreet) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	clean := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		clean[i] = discreetSpan{s}
	}
	return d.SpanExporter.ExportSpans(ctx, clean)
}

type discreetSpan struct{ sdktrace.ReadOnlySpan }

// Attributes are those that name nobody.
func (s discreetSpan) Attributes() []attribute.KeyValue {
	var kept []attribute.KeyValue
	for _, a := range s.ReadOnlySpan.Attributes() {
		if !namesSomebody(string(a.Key)) {
			kept = append(kept, a)
		}
	}
	return kept
}

func namesSomebody(key string) bool {
	if private[key] {
		return true
	}
	for _, beginning := range named {
		if strings.HasPrefix(key, beginning) {
			return true
		}
	}
	return false
}
