package app

import (
	"context"
	"io"
	"log/slog"

	"ekc/access/viewer"
	"ekc/internal/config"
	"ekc/internal/eventlog"
	"ekc/internal/seed"
	"ekc/onboarding"
)

// Onboarding plans and shows how sites join from the console, with nothing running but the database.
type Onboarding struct {
	coreStore
	service *onboarding.Service
}

// OpenOnboarding opens the core's database, migrated and with its agencies and regions.
func OpenOnboarding(ctx context.Context, c config.Storage, log *slog.Logger) (*Onboarding, error) {
	o := &Onboarding{}
	if err := o.openAlone(ctx, c, log, func() error { return o.open(ctx, log) }); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *Onboarding) open(ctx context.Context, log *slog.Logger) error {
	events := eventlog.New(o.core.DB, o.core.Client, o.core.URL, log)
	o.service = onboarding.New(onboarding.Options{Client: o.core.Client, Log: events, Logger: log})
	_, err := seed.Run(ctx, seed.Options{DB: o.core.DB, Client: o.core.Client})
	return err
}

// Import takes over a plan; with try set it is only read and checked.
func (o *Onboarding) Import(ctx context.Context, plan io.Reader, try bool) (onboarding.Imported, error) {
	rows, err := onboarding.ReadPlan(plan)
	if err != nil {
		return onboarding.Imported{}, err
	}
	return o.service.Import(viewer.AsSystem(ctx), rows, try)
}

// Board is how far the sites are, as the nodes have found them last.
func (o *Onboarding) Board(ctx context.Context, f onboarding.Filter) (*onboarding.Board, error) {
	return o.service.Board(viewer.AsSystem(ctx), f)
}
