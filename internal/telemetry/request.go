package telemetry

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/felixge/httpsnoop"
)

// RequestIDHeader carries the id of a request, of the client's choice or ours; the answer repeats it.
const RequestIDHeader = "X-Request-Id"

var requestID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// exchange is one HTTP request, with what GraphQL made of it.
type exchange struct {
	id string

	mu        sync.Mutex
	operation string
	result    string
	streamed  bool
}

type exchangeKey struct{}

// RequestID is the id of the request that ctx belongs to; empty outside one.
func RequestID(ctx context.Context) string {
	if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return e.id
	}
	return ""
}

// name notes the operation that a request turned out to be; a websocket has many, which are logged one by one.
func (e *exchange) name(operation, result string, streamed bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.operation, e.result, e.streamed = operation, result, streamed
}

// quiet are the routes that machines ask for all the time; they are logged when they fail, or at debug level.
var quiet = map[string]bool{"healthz": true, "readyz": true, "metrics": true}

// Requests logs and counts what the handler answers. route gives the bounded name of a path. No address, no query string
// and nothing of the body is logged.
func Requests(next http.Handler, m *Metrics, log *slog.Logger, route func(path string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &exchange{id: r.Header.Get(RequestIDHeader)}
		if !requestID.MatchString(e.id) {
			e.id = rand.Text()
		}
		w.Header().Set(RequestIDHeader, e.id)
		ctx := context.WithValue(r.Context(), exchangeKey{}, e)
		name := route(r.URL.Path)
		socket := strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
		seen := httpsnoop.CaptureMetrics(next, w, r.WithContext(ctx))
		e.mu.Lock()
		defer e.mu.Unlock()
		if socket && seen.Code == http.StatusOK {
			seen.Code = http.StatusSwitchingProtocols // a hijacked connection writes its own status
		}
		m.requests.WithLabelValues(method(r.Method), name, strconv.Itoa(seen.Code)).Inc()
		if !socket && !e.streamed {
			m.requestSeconds.WithLabelValues(name).Observe(seen.Duration.Seconds())
		}
		level := slog.LevelInfo
		switch {
		case seen.Code >= http.StatusInternalServerError && seen.Code != http.StatusServiceUnavailable:
			level = slog.LevelError
		case quiet[name] && seen.Code < http.StatusBadRequest:
			level = slog.LevelDebug
		}
		attrs := []slog.Attr{
			slog.String("request", e.id), slog.String("method", method(r.Method)), slog.String("route", name),
			slog.Int("status", seen.Code), slog.Duration("took", seen.Duration.Round(10*time.Microsecond)), slog.Int64("bytes", seen.Written),
		}
		if e.operation != "" {
			attrs = append(attrs, slog.String("operation", e.operation), slog.String("result", e.result))
		}
		log.LogAttrs(ctx, level, "request", attrs...)
	})
}

// method bounds what clients may invent.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	default:
		return "OTHER"
	}
}
