package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"ekc/access"
	"ekc/assistant"
	"ekc/interaction"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/telemetry"
	"ekc/knowledge"
	"ekc/routing"
)

const (
	sessionSweepEvery = time.Hour
	sessionRetention  = 30 * 24 * time.Hour
)

// domains are the services of one node, wired to each other.
type domains struct {
	access      *access.Service
	routing     *routing.Service
	interaction *interaction.Service
	assistant   *assistant.Service
	base        knowledge.Service
}

// foundation is what the domains stand on.
type foundation struct {
	config    config.Config
	core      *database.Core
	events    *eventlog.Log
	base      knowledge.Service
	metrics   *telemetry.Metrics
	log       *slog.Logger
	overrides Overrides
}

// wire makes the domains. Routing and Yana need the life of an interaction and it needs them, so they are bound after all
// three are made.
func wire(ctx context.Context, f foundation) (*domains, error) {
	d := &domains{base: f.base}
	d.routing = routing.New(routing.Options{
		Client: f.core.Client, Log: f.events, Observer: f.metrics, Logger: f.log.With("domain", "routing"),
		Tick: f.overrides.RoutingTick, Rest: f.overrides.RoutingRest,
	})
	var err error
	d.interaction, err = interaction.New(ctx, f.core.Client, f.events, interaction.Options{
		DataDir: f.config.DataDir, Logger: f.log.With("domain", "interaction"),
	})
	if err != nil {
		return nil, err
	}
	d.assistant = assistant.New(assistant.Options{
		Client: f.core.Client, Base: f.base, Dialogue: d.interaction, Observer: yanaWatch{f.metrics},
		Logger: f.log.With("domain", "assistant"),
	})
	d.routing.Bind(d.interaction)
	d.interaction.Bind(router{d.routing}, d.assistant)
	if d.access, err = newAccess(f, d.routing); err != nil {
		return nil, err
	}
	return d, nil
}

func newAccess(f foundation, r *routing.Service) (*access.Service, error) {
	service, err := access.New(f.core.Client, f.events, access.Options{
		Logger: f.log.With("domain", "access"), Hash: f.overrides.Hash, OnDeactivate: r.Deactivated,
	})
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	return service, nil
}

// run starts what the domains do by themselves.
func (d *domains) run(c *crew, log *slog.Logger) {
	c.add("routing", d.routing.Run)
	c.add("the sweep of interactions", d.interaction.Run)
	c.add("Yana", d.assistant.Run)
	c.add("the sweep of sessions", func(ctx context.Context) error { return sweepSessions(ctx, d.access, log) })
}

func sweepSessions(ctx context.Context, a *access.Service, log *slog.Logger) error {
	ticker := time.NewTicker(sessionSweepEvery)
	defer ticker.Stop()
	for {
		if _, err := a.Sweep(ctx, sessionRetention); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "sweep of sessions failed, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
