package app

import (
	"context"
	"errors"
	"log/slog"

	"ekc/internal/config"
)

// stores are what a node and the commands stand on: the databases, and the question base that the settings name.
type stores struct {
	coreStore
	base   Base
	better Improvements
}

// storesOptions open stores.
type storesOptions struct {
	Storage   config.Storage
	Knowledge config.Knowledge
	// Conns is the most connections to the core's database.
	Conns int
	// Base is for a base in this process; its URL is filled in.
	Base   BaseOptions
	Logger *slog.Logger
}

// open opens them, migrated. A knowledge service that the settings name may be away now. After an error the caller closes what was
// opened before it.
func (s *stores) open(ctx context.Context, o storesOptions) (err error) {
	needs := BothDatabases
	if o.Knowledge.KnowledgeURL != "" {
		needs = CoreDatabase
	}
	if err := s.openCore(ctx, o.Storage, needs, o.Conns, o.Logger); err != nil {
		return err
	}
	if err := s.openKeys(ctx, o.Storage); err != nil {
		return err
	}
	if o.Knowledge.KnowledgeURL != "" {
		if s.base, err = dialBase(o.Storage, o.Knowledge); err == nil {
			s.better, err = dialImprovements(o.Storage, o.Knowledge)
		}
		return err
	}
	o.Base.URL = s.storage.KnowledgeURL
	base, err := OpenBase(ctx, o.Base)
	if err != nil {
		return err
	}
	s.base = base
	s.better, err = openImprovements(s.storage.KnowledgeURL, base)
	return err
}

// openForCommand opens them for a command, which comes and goes beside nodes; after an error nothing is open.
func (s *stores) openForCommand(ctx context.Context, c config.Storage, k config.Knowledge, m config.Models, log *slog.Logger) error {
	err := s.open(ctx, storesOptions{
		Storage: c, Knowledge: k, Conns: commandConns, Base: BaseOptions{Models: m, Keep: true, Logger: log}, Logger: log,
	})
	if err != nil {
		return errors.Join(err, s.Close(context.WithoutCancel(ctx)))
	}
	return nil
}

// Close closes what was opened. It may be called once.
func (s *stores) Close(ctx context.Context) error {
	var all []error
	if s.better != nil {
		all = append(all, s.better.Close())
	}
	if s.base != nil {
		all = append(all, s.base.Close())
	}
	return errors.Join(append(all, s.coreStore.Close(ctx))...)
}
