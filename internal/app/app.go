package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"ekc/access"
	"ekc/graph"
	"ekc/internal/config"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/seed"
	"ekc/internal/telemetry"
	"ekc/telephony/ivr"
)

// seedAgain is how often a node looks whether the knowledge service is there for the demo base.
const seedAgain = 5 * time.Second

// Overrides are what tests set and nobody else; zero values mean the product's own.
type Overrides struct {
	// Hash is how passwords are hashed.
	Hash access.HashParams
	// RoutingTick and RoutingRest are as in routing.Options.
	RoutingTick, RoutingRest time.Duration
}

// Options are what Start needs beside the settings.
type Options struct {
	// Log gets everything that is logged; nil discards it. Attributes with private names are withheld.
	Log       *slog.Logger
	Overrides Overrides
}

// App is one running node.
type App struct {
	config config.Config
	log    *slog.Logger
	seeded seed.Report

	stores
	tracing  *telemetry.Tracing
	health   *telemetry.Health
	metrics  *telemetry.Metrics
	listener net.Listener
	server   *http.Server
	api      *graph.Handler
	trunks   trunkRelay
	phone    *phone

	following *crew // the event log
	working   *crew // what the domains do by themselves
	serving   *crew // the HTTP server

	drainOnce sync.Once
	draining  sync.WaitGroup
	drained   chan struct{}

	failed chan error
	close  sync.Once
	closed error
}

// Start starts a node: it returns when it serves, or with an error in one line that says what to do. The caller then calls
// Close, whatever happens in between.
func Start(ctx context.Context, c config.Config, o Options) (*App, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{
		config: c, log: slog.New(telemetry.Private(o.Log.Handler())), health: &telemetry.Health{}, metrics: telemetry.NewMetrics(),
		failed: make(chan error, 1), drained: make(chan struct{}),
	}
	if err := a.start(ctx, o.Overrides); err != nil {
		// The first failure is the one to report; whatever was started is taken down.
		_ = a.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return a, nil
}

func (a *App) start(ctx context.Context, overrides Overrides) (err error) {
	if a.listener, err = listen(ctx, "EKC_HTTP_ADDR", a.config.HTTPAddr); err != nil {
		return err
	}
	secured, err := overTLS(a.listener, a.config.TLS, a.log)
	if err != nil {
		return err
	}
	a.listener = secured
	a.following, a.working, a.serving = newCrew(a.fail), newCrew(a.fail), newCrew(a.fail)
	if a.tracing, err = telemetry.StartTracing(ctx, os.Getenv); err != nil {
		return fmt.Errorf("%w; check OTEL_EXPORTER_OTLP_ENDPOINT", err)
	}
	if err := a.open(ctx, storesOptions{
		Storage: a.config.Storage, Knowledge: a.config.Knowledge, Conns: a.config.DBMaxConns, Logger: a.log,
		Base: BaseOptions{Models: a.config.Models, Metrics: a.metrics, Logger: a.log.With("domain", "knowledge")},
	}); err != nil {
		return err
	}
	events := eventlog.New(a.core.DB, a.core.Client, a.core.URL, a.log.With("domain", "eventlog"))
	d, err := wire(ctx, foundation{
		config: a.config, core: a.core, ring: a.ring, events: events, metrics: a.metrics, log: a.log, overrides: overrides,
		base: observedBase{a.base, a.metrics, a.tracing.Tracer()}, better: a.better, onTrunks: a.trunks.set, trunkStatus: a.trunks.status, onDrain: a.drain,
	})
	if err != nil {
		return err
	}
	if err := a.seed(ctx, d.access); err != nil {
		return err
	}
	a.watch(events)
	a.following.add("the event log", events.Run)
	select { // a cursor given out before would name the beginning of the log
	case <-events.Started():
	case err := <-a.failed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
	if a.phone, err = a.newPhone(ctx, d); err != nil {
		return err
	}
	a.watchPhone()
	d.run(a.working, a.log)
	return a.serve(d, events)
}

func (a *App) seed(ctx context.Context, hasher *access.Service) (err error) {
	_, menu, err := ivr.Default()
	if err != nil {
		return fmt.Errorf("the shipped menu: %w", err)
	}
	o := seed.Options{
		DB: a.core.DB, Client: a.core.Client, Hash: hasher.HashPassword, Demo: a.config.Demo, Password: a.config.DemoPassword.Reveal(),
		Menu: menu,
	}
	if a.seeded, err = seed.Run(ctx, o); err != nil {
		return err
	}
	if a.seeded.Added > 0 {
		a.log.InfoContext(ctx, "the database was filled", "added", a.seeded.Added)
	}
	if !a.config.Demo {
		return nil
	}
	err = a.seedBase(ctx, o)
	if a.config.KnowledgeURL == "" || fail.CodeOf(err) != fail.Unavailable {
		return err
	}
	a.log.WarnContext(ctx, "the knowledge service is away; chats and calls go on without the question base", "error", err)
	a.working.add("the demo base", func(ctx context.Context) error { return a.seedLater(ctx, o) })
	return nil
}

func (a *App) seedBase(ctx context.Context, o seed.Options) error {
	imported, err := seed.Base(ctx, o, seedBase{a.base})
	if imported {
		a.log.InfoContext(ctx, "the demo base was imported")
	}
	return err
}

// seedLater imports the demo base when the knowledge service is there.
func (a *App) seedLater(ctx context.Context, o seed.Options) error {
	ticker := time.NewTicker(seedAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := a.seedBase(ctx, o)
		if fail.CodeOf(err) == fail.Unavailable {
			continue
		}
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "the demo base could not be imported", "error", err)
		}
		<-ctx.Done()
		return nil
	}
}

// watch tells health and metrics of the parts.
func (a *App) watch(events *eventlog.Log) {
	a.health.Add("database", a.core.DB.PingContext)
	if a.config.KnowledgeURL == "" { // chats and calls go on without a service that is away, so that the node stays ready
		a.health.Add("knowledge", a.base.Ready)
	}
	a.health.Add("events", newFollower(a.core.DB, events.Tail).check)
	a.metrics.Register(telemetry.NewCentre(a.core.DB, a.log))
	a.metrics.Register(telemetry.EventLogLag(a.core.DB, events.Tail))
	a.metrics.Pool(a.core.DB, "core")
}

func (a *App) serve(d *domains, events *eventlog.Log) (err error) {
	a.api = a.newAPI(d, events)
	a.metrics.Connections(a.api.Streams)
	web, err := webHandler()
	if err != nil {
		return err
	}
	handler := pages{
		graphql: a.api, attachments: d.interaction.AttachmentHandler(a.api.RefusedLink("Link.attachments")),
		recordFiles: d.files.Handler(a.api.RefusedLink("Link.recordFiles")),
		recordings:  d.voice.RecordingHandler(a.api.RefusedLink("Link.recordings")),
		logout:      logoutHandler(d.access, a.log, a.api.RefusedLink("Logout")), web: web, health: a.health, metrics: a.metrics, log: a.log,
	}.handler()
	handler = telemetry.Requests(a.tracing.Handler(handler, routeOf), a.metrics, a.log, routeOf)
	a.server = newServer(handler, a.log)
	a.serving.add("the HTTP server", func(context.Context) error { return a.server.Serve(a.listener) })
	a.storage.watch(a.working)
	return nil
}

// fail keeps the first failure of what runs by itself.
func (a *App) fail(err error) {
	a.log.Error("a part of the node has ended", "error", err)
	select {
	case a.failed <- err:
	default:
	}
}

// Failed gives the failure after which the node cannot go on; the caller closes it.
func (a *App) Failed() <-chan error { return a.failed }

// PhoneAddr is where SIP is listened to, with the port that the system chose; nil on a node without a phone.
func (a *App) PhoneAddr() net.Addr { return a.phone.addr() }

// PhoneTLSAddr is where SIP over TLS is listened to; nil where it is not.
func (a *App) PhoneTLSAddr() net.Addr { return a.phone.addrTLS() }

// URL is the address that clients on this machine use, without a final slash; it knows the port that the system chose.
func (a *App) URL() string {
	h := a.config.HTTP
	h.HTTPAddr = a.listener.Addr().String()
	base := h.BaseURL()
	if a.config.TLS.On() && h.PublicURL == "" {
		base = "https" + strings.TrimPrefix(base, "http")
	}
	return base
}
