package app

import (
	"context"
	"log/slog"

	"ekc/access/viewer"
	"ekc/assistant"
	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/internal/config"
	"ekc/internal/fail"
	"ekc/internal/seed"
)

// Replayer makes kept turns of Yana again, with nothing running but the databases and the question base.
type Replayer struct {
	stores
	yana *assistant.Service
}

// OpenReplayer opens the core's database, migrated, and the base that the settings name.
func OpenReplayer(ctx context.Context, c config.Storage, k config.Knowledge, m config.Models, log *slog.Logger) (*Replayer, error) {
	r := &Replayer{}
	if err := r.openForCommand(ctx, c, k, m, log); err != nil {
		return nil, err
	}
	r.yana = assistant.New(assistant.Options{Client: r.core.Client, Base: r.base, ZoneOf: seed.RegionZone, Logger: log})
	return r, nil
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
