package app

import (
	"net/netip"

	"github.com/99designs/gqlgen/graphql"

	"ekc/graph"
	"ekc/graph/transport"
	"ekc/internal/eventlog"
	"ekc/internal/telemetry"
)

// newAPI makes the GraphQL handler.
func (a *App) newAPI(d *domains, events *eventlog.Log) *graph.Handler {
	trusted := make([]netip.Prefix, len(a.config.TrustedProxies))
	for i, network := range a.config.TrustedProxies {
		trusted[i] = network.Prefix
	}
	log := a.log.With("domain", "api")
	return graph.NewHandler(graph.Dependencies{
		Client: a.core.Client, Log: events, Access: d.access, Interactions: d.interaction, Routing: d.routing, Assistant: d.assistant,
		Onboarding: d.onboarding, Training: d.training,
		Knowledge: d.base, Quality: d.quality, Files: d.files, Vectors: a.base, Voice: d.voice, Privacy: d.privacy, Supervision: d.supervision, Logger: log,
	}, graph.Options{
		Introspection: a.config.Introspection, TrustedProxies: trusted,
		Extensions: []graphql.HandlerExtension{telemetry.Operations{Metrics: a.metrics, Log: log, Tracer: a.tracing.Tracer()}},
		Transport:  transport.Options{AllowedOrigins: a.config.AllowedOrigins, PublicURL: a.config.PublicURL},
	})
}
