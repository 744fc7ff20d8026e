package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/internal/fail"
)

// retryAfter is what a client that asked too often is told to wait, seconds.
const retryAfter = 10

// respond executes one query or mutation and writes its only response.
func (h *Handler) respond(w http.ResponseWriter, r *http.Request, f format, in *request) {
	ctx := graphql.StartOperationTrace(r.Context())
	op, errs := h.exec.CreateOperationContext(ctx, &in.params)
	if len(errs) > 0 {
		resp := h.exec.DispatchError(graphql.WithOperationContext(ctx, op), errs)
		h.write(w, f, requestStatus(f, resp.Errors), resp)
		return
	}
	switch kind := op.Operation.Operation; {
	case kind == ast.Subscription:
		h.refuse(w, f, http.StatusBadRequest,
			fail.New(fail.Invalid, "subscribe over a websocket, or accept %s", events.mediaType()))
		return
	case in.get && kind != ast.Query:
		w.Header().Set("Allow", "POST")
		h.refuse(w, f, http.StatusMethodNotAllowed, fail.New(fail.Invalid, "only queries may be sent by GET"))
		return
	}
	h.write(w, f, http.StatusOK, h.execute(ctx, op))
}

// execute runs a query or mutation within its time.
func (h *Handler) execute(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	ctx, cancel := context.WithTimeout(ctx, h.o.OperationTimeout)
	defer cancel()
	next, ctx := h.exec.DispatchOperation(ctx, op)
	return next(ctx)
}

// requestStatus is the status of a response without data: the request was not executed.
func requestStatus(f format, errs gqlerror.List) int {
	code := fail.Invalid
	if len(errs) > 0 {
		if text, ok := errs[0].Extensions["code"].(string); ok {
			code = fail.Code(text)
		}
	}
	status := statusOf(code)
	if f == legacy && status == http.StatusBadRequest {
		return http.StatusOK // the draft, §6.4.1: the request was well-formed
	}
	return status
}

// statusOf is the HTTP status of a failure that keeps a request from being executed.
func statusOf(code fail.Code) int {
	switch code {
	case fail.Unauthenticated:
		return http.StatusUnauthorized
	case fail.Forbidden:
		return http.StatusForbidden
	case fail.RateLimited:
		return http.StatusTooManyRequests
	case fail.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fail.Unavailable:
		return http.StatusServiceUnavailable
	case fail.Internal:
		return http.StatusInternalServerError
	default:
		return http.StatusBadRequest
	}
}

// refuse answers a request that is not executed.
func (h *Handler) refuse(w http.ResponseWriter, f format, status int, err error) {
	h.write(w, f, status, &graphql.Response{Errors: gqlerror.List{present(err)}})
}

// present shows an error of this package; the text of any other stays inside.
func present(err error) *gqlerror.Error {
	e, ok := fail.As(err)
	if !ok {
		e = &fail.Error{Code: fail.Internal, Message: "internal error"}
	}
	return &gqlerror.Error{Message: e.Message, Extensions: map[string]any{"code": string(e.Code)}}
}

// encode writes a response without the `data` of an operation that was not executed, as the specification asks (§7.1).
func encode(resp *graphql.Response) ([]byte, error) {
	return json.Marshal(struct {
		Errors     gqlerror.List   `json:"errors,omitempty"`
		Data       json.RawMessage `json:"data,omitempty"`
		Extensions map[string]any  `json:"extensions,omitempty"`
	}{resp.Errors, resp.Data, resp.Extensions})
}

// write writes a whole response. After a failure the deadline stays, and the connection ends with it.
func (h *Handler) write(w http.ResponseWriter, f format, status int, resp *graphql.Response) {
	if f == events { // an error before the stream has begun
		f = legacy
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	body, err := encode(resp)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}`)
	}
	w.Header().Set("Content-Type", f.mediaType()+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	// All of it is written within the time, the last bytes too: a client that does not read must not hold the answer.
	writeDeadline(w, h.o.WriteTimeout)
	w.WriteHeader(status)
	if _, err := w.Write(body); err == nil && http.NewResponseController(w).Flush() == nil {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	}
}

func writeDeadline(w http.ResponseWriter, within time.Duration) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(within))
}
