package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Names of operations that are not one root field.
const (
	operationSeveral       = "(several)"
	operationIntrospection = "(introspection)"
	operationRefused       = "(refused)"
)

const resultOK = "ok"

// Operations is an extension of gqlgen that logs, counts and traces each operation under its root field: the name that a
// client gives could be anything.
type Operations struct {
	Metrics *Metrics
	Log     *slog.Logger
	Tracer  trace.Tracer
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
	graphql.ResponseInterceptor
} = Operations{}

// ExtensionName is part of graphql.HandlerExtension.
func (Operations) ExtensionName() string { return "EKCOperations" }

// Validate is part of graphql.HandlerExtension.
func (o Operations) Validate(graphql.ExecutableSchema) error {
	if o.Metrics == nil || o.Log == nil || o.Tracer == nil {
		return errors.New("telemetry.Operations is not complete")
	}
	return nil
}

type observedKey struct{}

// observed is one operation under way.
type observed struct {
	o     Operations
	name  string
	kind  ast.Operation
	begun time.Time
	span  trace.Span
	once  sync.Once
	// release gives back what a running subscription counts for.
	release func()
}

// InterceptOperation is part of graphql.OperationInterceptor.
func (o Operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	run := &observed{o: o, name: rootField(op.Operation), kind: op.Operation.Operation, begun: time.Now(), release: func() {}}
	ctx, run.span = o.Tracer.Start(ctx, "graphql "+string(run.kind)+" "+run.name, trace.WithAttributes(
		attribute.String("graphql.operation.type", string(run.kind)), attribute.String("ekc.operation", run.name)))
	ctx = context.WithValue(ctx, observedKey{}, run)
	if run.kind == ast.Subscription {
		g := o.Metrics.subscriptions.WithLabelValues(run.name)
		g.Inc()
		run.release = g.Dec
		context.AfterFunc(ctx, func() { run.end(ctx, resultOK) }) // the reader may leave without reading to the end
	}
	responses := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		resp := responses(trace.ContextWithSpan(context.WithValue(ctx, observedKey{}, run), run.span))
		if resp == nil || run.kind != ast.Subscription {
			run.end(ctx, resultOf(resp))
		}
		return resp
	}
}

// InterceptResponse is part of graphql.ResponseInterceptor. It sees what never became an operation: text that does not parse,
// fields that do not exist, limits that were passed.
func (o Operations) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	resp := next(ctx)
	if _, known := ctx.Value(observedKey{}).(*observed); !known {
		result := resultOf(resp)
		o.Metrics.operations.WithLabelValues(operationRefused, "", result).Inc()
		if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
			e.name(operationRefused, result, false)
		}
	}
	return resp
}

func (run *observed) end(ctx context.Context, result string) {
	run.once.Do(func() {
		run.release()
		took := time.Since(run.begun)
		m := run.o.Metrics
		m.operations.WithLabelValues(run.name, string(run.kind), result).Inc()
		if run.kind != ast.Subscription {
			m.operationSeconds.WithLabelValues(run.name).Observe(took.Seconds())
		}
		if result != resultOK {
			run.span.SetStatus(codes.Error, result)
		}
		run.span.End()
		if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
			e.name(run.name, result, run.kind == ast.Subscription)
		}
		run.o.Log.LogAttrs(ctx, slog.LevelDebug, "operation", slog.String("request", RequestID(ctx)),
			slog.String("operation", run.name), slog.String("type", string(run.kind)), slog.String("result", result),
			slog.Duration("took", took.Round(10*time.Microsecond)))
	})
}

// resultOf is the code of the first error; its set is that of package fail and a few of the GraphQL server's own.
func resultOf(resp *graphql.Response) string {
	if resp == nil || len(resp.Errors) == 0 {
		return resultOK
	}
	if code, ok := resp.Errors[0].Extensions["code"].(string); ok && len(code) <= 40 {
		return code
	}
	return "INVALID"
}

// rootField names an operation by what it asks for; the schema bounds the names.
func rootField(op *ast.OperationDefinition) string {
	name := ""
	for _, s := range op.SelectionSet {
		found := operationSeveral
		if field, ok := s.(*ast.Field); ok {
			switch field.Name {
			case "__typename":
				continue
			case "__schema", "__type":
				found = operationIntrospection
			default:
				found = field.Name
			}
		}
		if name != "" && name != found {
			return operationSeveral
		}
		name = found
	}
	if name == "" {
		return operationIntrospection
	}
	return name
}
