package transport

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/internal/fail"
)

// stream executes one operation and writes its responses as server-sent events: `next` for each, `complete` at the end.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, in *request) {
	ctx, finish, err := h.begin(r.Context(), in.address)
	if err != nil {
		h.refuse(w, events, statusOf(fail.CodeOf(err)), err)
		return
	}
	defer finish(nil)
	leave, err := h.enterAs(ctx)
	if err != nil {
		h.refuse(w, events, statusOf(fail.CodeOf(err)), err)
		return
	}
	defer leave()
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := h.exec.CreateOperationContext(ctx, &in.params)
	ctx = graphql.WithOperationContext(ctx, op)
	if len(errs) > 0 {
		resp := h.exec.DispatchError(ctx, errs)
		h.write(w, events, requestStatus(modern, resp.Errors), resp)
		return
	}
	if in.get && op.Operation.Operation == ast.Mutation {
		w.Header().Set("Allow", "POST")
		h.refuse(w, events, http.StatusMethodNotAllowed, fail.New(fail.Invalid, "only queries may be sent by GET"))
		return
	}
	out := &eventWriter{w: w, within: h.o.WriteTimeout}
	out.begin()
	defer out.release()
	h.pump(ctx, out, op, in.token)
}

// pump writes responses as they come, and comments between them so that proxies keep the connection.
func (h *Handler) pump(ctx context.Context, out *eventWriter, op *graphql.OperationContext, token string) {
	watch := h.o.Watch(ctx, token)
	defer watch.Release()
	ctx, cancel := context.WithCancelCause(watch.Refresh(ctx))
	responses := make(chan encoded)
	done, left := make(chan struct{}), make(chan struct{})
	told := false // why it ended
	go func() {
		defer close(done)
		h.run(ctx, op, func(resp *graphql.Response) {
			// Encoded here: the executor uses the memory of a response for the next one as soon as this returns.
			body, err := encode(resp)
			select {
			case responses <- encoded{body, err, len(resp.Data) == 0}:
			case <-left:
			}
		})
	}()
	defer func() { <-done }()
	defer cancel(nil)
	defer close(left)
	ticker := time.NewTicker(h.o.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case resp := <-responses:
			out.write(resp)
			told = resp.last
		case <-ticker.C:
			out.ping()
		case <-watch.Revoked():
			out.fail(h.presented(ctx, watch.Err()))
			return
		case <-done:
			if h.stopping.Err() != nil && !told {
				out.fail(h.presented(ctx, errStopping))
				return
			}
			out.complete()
			return
		}
		if out.err != nil {
			return
		}
	}
}

// run executes an operation and hands on each of its responses; a subscription that fails later ends with one more. It runs
// in goroutines that net/http does not guard, where a panic would end the process: it becomes a response too.
func (h *Handler) run(ctx context.Context, op *graphql.OperationContext, give func(*graphql.Response)) {
	defer func() {
		if value := recover(); value != nil {
			give(&graphql.Response{Errors: h.presented(ctx, h.o.Panicked(ctx, value))})
		}
	}()
	if op.Operation.Operation != ast.Subscription {
		give(h.execute(ctx, op))
		return
	}
	ctx, ended := withEnd(ctx)
	next, ctx := h.exec.DispatchOperation(ctx, op)
	for resp := next(ctx); resp != nil; resp = next(ctx) {
		give(resp)
	}
	if err := ended.reason(); err != nil {
		give(&graphql.Response{Errors: h.presented(ctx, err)})
	}
}

// presented runs an error through the presenter of the executor.
func (h *Handler) presented(ctx context.Context, err error) gqlerror.List {
	return h.exec.DispatchError(ctx, gqlerror.List{gqlerror.Wrap(err)}).Errors
}

// eventWriter writes server-sent events; after a failure it writes nothing more.
type eventWriter struct {
	w      http.ResponseWriter
	within time.Duration
	err    error
}

func (e *eventWriter) begin() {
	header := e.w.Header()
	header.Set("Content-Type", events.mediaType()+"; charset=utf-8")
	header.Set("Cache-Control", "no-cache, no-transform")
	header.Set("X-Accel-Buffering", "no")
	e.w.WriteHeader(http.StatusOK)
	e.send(":\n\n")
}

// release lifts the deadline, so that the connection can serve another request.
func (e *eventWriter) release() { _ = http.NewResponseController(e.w).SetWriteDeadline(time.Time{}) }

// encoded is a response ready to be written; last says that it tells why the operation ended.
type encoded struct {
	body []byte
	err  error
	last bool
}

func (e *eventWriter) write(resp encoded) {
	if resp.err != nil {
		e.err = resp.err
		return
	}
	e.send("event: next\ndata: %s\n\n", resp.body)
}

func (e *eventWriter) fail(errs gqlerror.List) {
	body, err := encode(&graphql.Response{Errors: errs})
	e.write(encoded{body, err, true})
	e.complete()
}

func (e *eventWriter) complete() { e.send("event: complete\ndata:\n\n") }

func (e *eventWriter) ping() { e.send(": ping\n\n") }

func (e *eventWriter) send(form string, args ...any) {
	if e.err != nil {
		return
	}
	writeDeadline(e.w, e.within)
	if _, e.err = fmt.Fprintf(e.w, form, args...); e.err == nil {
		e.err = http.NewResponseController(e.w).Flush()
	}
}
