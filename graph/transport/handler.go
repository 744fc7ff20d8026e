package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"ekc/access/viewer"
	"ekc/internal/fail"
)

// Watch follows a viewer for as long as a connection lives.
type Watch interface {
	// Refresh puts the viewer's present rights into ctx.
	Refresh(ctx context.Context) context.Context
	// Revoked is closed when the token or its session ended; Err then says why.
	Revoked() <-chan struct{}
	Err() error
	// Release ends the watch.
	Release()
}

// Options sets a Handler. Authenticate, Watch, Address and Panicked are required; zero values take the defaults that are named.
type Options struct {
	// Authenticate returns a context that acts as the owner of the bearer token.
	Authenticate func(ctx context.Context, token string) (context.Context, error)
	// Watch begins to follow the viewer of ctx.
	Watch func(ctx context.Context, token string) Watch
	// Address tells where a request comes from.
	Address func(*http.Request) string
	// AllowedOrigins may use the API from a browser beside its own origin; "*" allows every one.
	AllowedOrigins []string
	// PublicURL is the address under which browsers know the server, when it differs from the Host header.
	PublicURL string
	Logger    *slog.Logger

	// MaxBody bounds a JSON body and a message of a websocket; 1 MiB.
	MaxBody int64
	// MaxStrangerBody is the same for who has no account: citizens and nobody; 128 KiB.
	MaxStrangerBody int64
	// MaxFile bounds an uploaded file; 10 MiB.
	MaxFile int64
	// OperationTimeout bounds a query or mutation; 10 s.
	OperationTimeout time.Duration
	// BodyTimeout bounds the reading of a JSON body, UploadTimeout that of a file; 15 s and 2 min.
	BodyTimeout, UploadTimeout time.Duration
	// WriteTimeout bounds the writing of a response and one write to a stream; 15 s.
	WriteTimeout time.Duration
	// InitTimeout bounds the wait for connection_init; 10 s.
	InitTimeout time.Duration
	// PingEvery is how often a stream shows that it lives; 25 s. A websocket that is silent for 3 times as long is dead.
	PingEvery time.Duration
	// MaxOperations bounds what runs at once on one websocket; 20.
	MaxOperations int
	// MaxStreams and MaxStreamsPerAddress bound websockets and event streams; 20,000 and 4,000.
	MaxStreams, MaxStreamsPerAddress int
	// MaxStreamsPerViewer bounds those of one session, of one citizen, and of nobody at one address; 32.
	MaxStreamsPerViewer int
	// MaxUploads and MaxUploadsPerAddress bound the files that come in at once; 200 and 10.
	MaxUploads, MaxUploadsPerAddress int
	// AdmitUpload says before a file is read whether its viewer may send one now; nil admits all.
	AdmitUpload func(ctx context.Context) error
	// Refused is told of requests that were refused before there was an operation and that nobody sends by mistake: what is Upload or
	// Origin. Nil: nobody is told.
	Refused func(ctx context.Context, what string, code fail.Code)
	// Panicked makes the error of a panic, for the presenter of the executor. Required.
	Panicked func(ctx context.Context, value any) error
}

// Handler serves GraphQL.
type Handler struct {
	exec    graphql.GraphExecutor
	o       Options
	origins origins
	// streams are counted by address, viewers by who they are of, uploads by address.
	streams, viewers, uploads counter

	stopping context.Context
	stop     context.CancelCauseFunc
	running  sync.WaitGroup
}

var errStopping = fail.New(fail.Unavailable, "the server is stopping; connect anew")

// New returns a handler that executes with exec.
func New(exec graphql.GraphExecutor, o Options) *Handler {
	o = o.withDefaults()
	h := &Handler{
		exec: exec, o: o, origins: newOrigins(o.AllowedOrigins, o.PublicURL),
		streams: newCounter("connections", o.MaxStreams, o.MaxStreamsPerAddress),
		viewers: newCounter("connections of one token", o.MaxStreams, o.MaxStreamsPerViewer),
		uploads: newCounter("files", o.MaxUploads, o.MaxUploadsPerAddress),
	}
	h.stopping, h.stop = context.WithCancelCause(context.Background())
	return h
}

func (o Options) withDefaults() Options {
	orDefault(&o.MaxBody, 1<<20)
	orDefault(&o.MaxStrangerBody, 128<<10)
	orDefault(&o.MaxFile, 10<<20)
	orDefault(&o.OperationTimeout, 10*time.Second)
	orDefault(&o.BodyTimeout, 15*time.Second)
	orDefault(&o.UploadTimeout, 2*time.Minute)
	orDefault(&o.WriteTimeout, 15*time.Second)
	orDefault(&o.InitTimeout, 10*time.Second)
	orDefault(&o.PingEvery, 25*time.Second)
	orDefault(&o.MaxOperations, 20)
	orDefault(&o.MaxStreams, 20_000)
	orDefault(&o.MaxStreamsPerAddress, 4_000)
	orDefault(&o.MaxStreamsPerViewer, 32)
	orDefault(&o.MaxUploads, 200)
	orDefault(&o.MaxUploadsPerAddress, 10)
	if o.AdmitUpload == nil {
		o.AdmitUpload = func(context.Context) error { return nil }
	}
	if o.Refused == nil {
		o.Refused = func(context.Context, string, fail.Code) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

func orDefault[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

// Close ends all websockets and event streams, telling their clients, and waits for them until ctx ends. New ones are
// refused.
func (h *Handler) Close(ctx context.Context) error {
	h.stop(errStopping)
	done := make(chan struct{})
	go func() { h.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maxBody bounds what the viewer of ctx may send as text.
func (h *Handler) maxBody(ctx context.Context) int64 {
	if viewer.From(ctx).Kind == viewer.Account {
		return h.o.MaxBody
	}
	return min(h.o.MaxBody, h.o.MaxStrangerBody)
}

const allow = "GET, POST, OPTIONS"

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	base := viewer.Viewer{Address: h.o.Address(r), UserAgent: r.UserAgent(), Certificate: certificateOf(r)}
	r = r.WithContext(viewer.With(r.Context(), base))
	if !h.origins.admit(w, r) {
		h.o.Refused(r.Context(), "Origin", fail.Forbidden)
		h.refuse(w, legacy, http.StatusForbidden, fail.New(fail.Forbidden, "this origin may not use the API"))
		return
	}
	switch {
	case r.Method == http.MethodOptions:
		preflight(w)
	case isUpgrade(r):
		h.serveSocket(w, r, base.Address)
	case r.Method == http.MethodGet || r.Method == http.MethodPost:
		h.serveRequest(w, r, base.Address)
	default:
		w.Header().Set("Allow", allow)
		h.refuse(w, legacy, http.StatusMethodNotAllowed, fail.New(fail.Invalid, "use POST, or GET for queries"))
	}
}

// certificateOf is the subject of the client's TLS certificate, verified by the server, in the form of RFC 2253; empty when
// none was shown.
func certificateOf(r *http.Request) string {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return ""
	}
	return r.TLS.VerifiedChains[0][0].Subject.ToRDNSequence().String()
}

// serveRequest serves POST, GET, uploads and event streams.
func (h *Handler) serveRequest(w http.ResponseWriter, r *http.Request, address string) {
	format, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		h.refuse(w, legacy, http.StatusNotAcceptable,
			fail.New(fail.Invalid, "accept %s, %s or %s", modern.mediaType(), legacy.mediaType(), events.mediaType()))
		return
	}
	ctx, token, err := h.authenticate(r)
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer realm="ekc"`)
		h.refuse(w, format, statusOf(fail.CodeOf(err)), err)
		return
	}
	r = r.WithContext(ctx)
	in, status, err := h.read(w, r)
	if err != nil {
		h.refuse(w, format, status, err)
		return
	}
	defer in.release()
	in.token, in.address = token, address
	if format == events {
		h.stream(w, r, in)
		return
	}
	h.respond(w, r, format, in)
}

// authenticate reads the Authorization header; without one nobody is signed in.
func (h *Handler) authenticate(r *http.Request) (ctx context.Context, token string, err error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return r.Context(), "", nil
	}
	return h.authorize(r.Context(), header)
}

// authorize reads "Bearer TOKEN" (RFC 6750).
func (h *Handler) authorize(ctx context.Context, text string) (context.Context, string, error) {
	scheme, token, found := strings.Cut(text, " ")
	token = strings.TrimSpace(token)
	if !found || token == "" || !strings.EqualFold(scheme, "Bearer") {
		return ctx, "", fail.New(fail.Unauthenticated, "the Authorization must read: Bearer TOKEN")
	}
	ctx, err := h.o.Authenticate(ctx, token)
	return ctx, token, err
}
