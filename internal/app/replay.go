package app

import (
	"context"
	"errors"
	"log/slog"

	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/internal/config"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/seed"
	"ekc/knowledge"
)

// Replayer makes kept turns of Yana again, with nothing running but the databases and the question base.
type Replayer struct {
	storage *Storage
	core    *database.Core
	base    Base
	yana    *assistant.Service
}

// OpenReplayer opens the core's database, migrated, and the base that the settings name.
func OpenReplayer(ctx context.Context, c config.Storage, k config.Knowledge, m config.Models, log *slog.Logger) (*Replayer, error) {
	which := BothDatabases
	if k.KnowledgeURL != "" {
		which = CoreDatabase
	}
	storage, err := OpenStorage(ctx, c, which, log)
	if err != nil {
		return nil, err
	}
	r := &Replayer{storage: storage}
	if err := r.open(ctx, c, k, m, log); err != nil {
		return nil, errors.Join(err, r.Close(context.WithoutCancel(ctx)))
	}
	return r, nil
}

func (r *Replayer) open(ctx context.Context, c config.Storage, k config.Knowledge, m config.Models, log *slog.Logger) (err error) {
	if err = r.storage.Migrate(ctx); err != nil {
		return err
	}
	if r.core, err = database.Open(ctx, r.storage.CoreURL, accountConns); err != nil {
		return err
	}
	if k.KnowledgeURL != "" {
		r.base, err = dialBase(c, k)
	} else {
		var own *knowledge.Base
		if own, err = OpenBase(ctx, BaseOptions{URL: r.storage.KnowledgeURL, Models: m, Keep: true, Logger: log}); err == nil {
			r.base = own
		}
	}
	if err != nil {
		return err
	}
	r.yana = assistant.New(assistant.Options{Client: r.core.Client, Base: r.base, ZoneOf: seed.RegionZone, Logger: log})
	return nil
}

// Turn makes one turn again; see assistant.Service.Replay.
func (r *Replayer) Turn(ctx context.Context, id string) (assistant.Replay, error) {
	return r.yana.Replay(ctx, id)
}

// Turns are the ids of an interaction's turns, oldest first; NOT_FOUND when it has none.
func (r *Replayer) Turns(ctx context.Context, interactionID string) ([]string, error) {
	ids, err := r.core.Client.AssistantTurn.Query().Where(assistantturn.InteractionID(interactionID)).
		Order(ent.Asc(assistantturn.FieldCreatedAt, assistantturn.FieldID)).IDs(viewer.AsSystem(ctx))
	if err == nil && len(ids) == 0 {
		err = fail.New(fail.NotFound, "no turn of Yana in this interaction")
	}
	return ids, err
}

// Close closes what was opened. It may be called once.
func (r *Replayer) Close(ctx context.Context) error {
	var all []error
	if r.base != nil {
		all = append(all, r.base.Close())
	}
	if r.core != nil {
		all = append(all, r.core.Close())
	}
	return errors.Join(append(all, r.storage.Close(ctx))...)
}
