package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"ekc/assistant/recordfile"
	"ekc/interaction"
	"ekc/internal/telemetry"
	"ekc/internal/voice"
)

// Limits of the HTTP server. Reading a body and writing a stream have their own limits in the API; a file may take minutes
// over a slow line.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
	fileTimeout   = 10 * time.Minute
	pageTimeout   = time.Minute
)

// pages are what the server serves, by address.
type pages struct {
	graphql     http.Handler
	attachments http.Handler
	recordings  http.Handler
	recordFiles http.Handler
	logout      http.Handler
	web         http.Handler
	health      *telemetry.Health
	metrics     *telemetry.Metrics
	log         *slog.Logger
}

func (p pages) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", p.graphql)
	mux.Handle(interaction.AttachmentPath, within(fileTimeout, p.attachments))
	mux.Handle(recordfile.Path, within(fileTimeout, p.recordFiles))
	mux.Handle(voice.RecordingPath, within(fileTimeout, p.recordings))
	mux.Handle("POST "+logoutPath, within(pageTimeout, p.logout))
	handleMachines(mux, p.health, p.metrics, p.log)
	mux.Handle("/", within(pageTimeout, p.web))
	return mux
}

// handleMachines serves what balancers and Prometheus ask of a process.
func handleMachines(mux *http.ServeMux, health *telemetry.Health, metrics *telemetry.Metrics, log *slog.Logger) {
	mux.Handle("GET /healthz", within(pageTimeout, health.Alive()))
	mux.Handle("GET /readyz", within(pageTimeout, health.Readiness(func(part string, err error) {
		metrics.Unready(part)
		log.Warn("not ready", "part", part, "error", err)
	})))
	mux.Handle("GET /metrics", within(pageTimeout, metrics.Handler()))
}

// routeOf bounds the addresses that clients may invent to the names that logs and metrics know.
func routeOf(path string) string {
	switch {
	case path == "/graphql", path == "/healthz", path == "/readyz", path == "/metrics":
		return path[1:]
	case path == "/":
		return "playground"
	case strings.HasPrefix(path, interaction.AttachmentPath):
		return "attachments"
	case strings.HasPrefix(path, recordfile.Path):
		return "record-files"
	case path == logoutPath:
		return "logout"
	case strings.HasPrefix(path, voice.RecordingPath):
		return "recordings"
	case strings.HasPrefix(path, "/widget"):
		return "widget"
	default:
		return "files"
	}
}

// within bounds how long an answer may take to be read by a slow client, and the body that nobody reads.
func within(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// A writer without deadlines is one of a test: there is nobody to be slow.
		if err := errors.Join(control.SetReadDeadline(time.Now().Add(limit)), control.SetWriteDeadline(time.Now().Add(limit))); err != nil &&
			!errors.Is(err, http.ErrNotSupported) {
			http.Error(w, "the connection is gone", http.StatusInternalServerError)
			return
		}
		// The connection may serve a stream next, which has limits of its own.
		defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
		next.ServeHTTP(w, r)
	})
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(quietServer{log.Handler()}, slog.LevelWarn),
	}
}

// quietServer keeps what net/http says of its clients, which names their addresses, at debug level; a panic is an error.
type quietServer struct{ slog.Handler }

// panicking is how net/http tells of a panic, with the client's address.
var panicking = regexp.MustCompile(`panic serving \S+:`)

// Enabled is part of slog.Handler.
func (quietServer) Enabled(context.Context, slog.Level) bool { return true }

// Handle is part of slog.Handler.
func (q quietServer) Handle(ctx context.Context, r slog.Record) error { //nolint:gocritic // the interface passes it by value
	r.Level = slog.LevelDebug
	if panicking.MatchString(r.Message) {
		r.Level, r.Message = slog.LevelError, panicking.ReplaceAllString(r.Message, "panic:")
	}
	if !q.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}

// listen binds the address before anything else is started, so that a taken port is told at once.
func listen(ctx context.Context, variable, addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, hintListen(variable, addr, err)
	}
	return listener, nil
}
