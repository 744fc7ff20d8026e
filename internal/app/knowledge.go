package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"ekc/internal/config"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	"ekc/knowledge/remote"
)

// KnowledgeService is the question base as a process of its own.
type KnowledgeService struct {
	config  config.KnowledgeService
	log     *slog.Logger
	health  *telemetry.Health
	metrics *telemetry.Metrics

	tracing  *telemetry.Tracing
	storage  *Storage
	base     *knowledge.Base
	better   Improvements
	listener net.Listener
	server   *http.Server

	serving *crew
	failed  chan error
	close   sync.Once
	closed  error
}

// StartKnowledge starts the knowledge service: it returns when it serves, or with an error in one line that says what to do. The
// caller then calls Close, whatever happens in between.
func StartKnowledge(ctx context.Context, c config.KnowledgeService, log *slog.Logger) (*KnowledgeService, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	k := &KnowledgeService{
		config: c, log: slog.New(telemetry.Private(log.Handler())), health: &telemetry.Health{}, metrics: telemetry.NewMetrics(),
		failed: make(chan error, 1),
	}
	if err := k.start(ctx); err != nil {
		_ = k.Close(context.WithoutCancel(ctx)) // the first failure is the one to report
		return nil, err
	}
	return k, nil
}

func (k *KnowledgeService) start(ctx context.Context) (err error) {
	if k.listener, err = listen(ctx, "EKC_KNOWLEDGE_ADDR", k.config.KnowledgeAddr); err != nil {
		return err
	}
	secret, err := servicesSecret(k.config.DataDir, k.config.KnowledgeSecret)
	if err != nil {
		return err
	}
	if k.tracing, err = telemetry.StartTracing(ctx, os.Getenv); err != nil {
		return fmt.Errorf("%w; check OTEL_EXPORTER_OTLP_ENDPOINT", err)
	}
	if k.storage, err = OpenStorage(ctx, k.config.Storage, KnowledgeDatabase, k.log); err != nil {
		return err
	}
	if err := k.storage.Migrate(ctx); err != nil {
		return err
	}
	if k.base, err = OpenBase(ctx, BaseOptions{URL: k.storage.KnowledgeURL, Models: k.config.Models, Metrics: k.metrics, Logger: k.log}); err != nil {
		return err
	}
	if k.better, err = openImprovements(k.storage.KnowledgeURL, k.base); err != nil {
		return err
	}
	k.health.Add("knowledge", k.base.Ready)
	k.serve(secret)
	return nil
}

func (k *KnowledgeService) serve(secret string) {
	mux := http.NewServeMux()
	mux.Handle(remote.NewHandler(remote.HandlerOptions{
		Base: observedBase{k.base, k.metrics, k.tracing.Tracer()}, Vectors: k.base, Secret: secret, Logger: k.log,
	}))
	mux.Handle(remote.NewImprovementHandler(remote.ImprovementOptions{Service: k.better, Secret: secret, Logger: k.log}))
	handleMachines(mux, k.health, k.metrics, k.log)
	k.server = newServer(telemetry.Requests(k.tracing.Handler(mux, procedureOf), k.metrics, k.log, procedureOf), k.log)
	k.server.Protocols = new(http.Protocols)
	k.server.Protocols.SetHTTP1(true)
	k.server.Protocols.SetHTTP2(true)
	k.server.Protocols.SetUnencryptedHTTP2(true)
	k.serving = newCrew(func(err error) {
		select {
		case k.failed <- err:
		default:
		}
	})
	k.serving.add("the knowledge service", func(context.Context) error {
		if k.config.TLSCert != "" {
			return k.server.ServeTLS(k.listener, k.config.TLSCert, k.config.TLSKey)
		}
		return k.server.Serve(k.listener)
	})
	k.storage.watch(k.serving)
}

// procedureOf bounds the addresses that callers may invent to the names that logs and metrics know.
func procedureOf(path string) string {
	switch path {
	case "/healthz", "/readyz", "/metrics":
		return path[1:]
	}
	for _, service := range []string{"KnowledgeService", "ImprovementService"} {
		if name, ok := strings.CutPrefix(path, "/ekc.knowledge.v1."+service+"/"); ok && slices.Contains(remote.Procedures(), name) {
			return name
		}
	}
	return "other"
}

// Failed gives the failure after which the service cannot go on; the caller closes it.
func (k *KnowledgeService) Failed() <-chan error { return k.failed }

// URL is the address that processes on this machine use.
func (k *KnowledgeService) URL() string {
	scheme := "http://"
	if k.config.TLSCert != "" {
		scheme = "https://"
	}
	return scheme + k.listener.Addr().String()
}

// Close stops the service: calls in progress may finish until EKC_SHUTDOWN_TIMEOUT has passed. Later calls return what the first did.
func (k *KnowledgeService) Close(ctx context.Context) error {
	k.close.Do(func() { k.closed = k.stop(ctx) })
	return k.closed
}

func (k *KnowledgeService) stop(ctx context.Context) error {
	k.health.Drain()
	var errs []error
	if k.server != nil {
		errs = append(errs, k.stopServing(ctx))
	} else if k.listener != nil {
		errs = append(errs, k.listener.Close())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if k.better != nil {
		errs = append(errs, patiently(ctx, k.better.Close))
	}
	if k.base != nil {
		errs = append(errs, patiently(ctx, k.base.Close))
	}
	if k.storage != nil {
		errs = append(errs, k.storage.Close(ctx))
	}
	if k.tracing != nil {
		errs = append(errs, k.tracing.Stop(ctx))
	}
	return errors.Join(errs...)
}

func (k *KnowledgeService) stopServing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.config.ShutdownTimeout)
	defer cancel()
	k.serving.cancel() // from here on its end is no failure
	err := k.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("calls in progress did not end in time: %w", err), k.server.Close())
	}
	k.serving.wait.Wait()
	return err
}
