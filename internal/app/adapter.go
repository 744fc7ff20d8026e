package app

import (
	"context"
	"time"

	"ekc/ent"
	"ekc/interaction"
	"ekc/internal/telemetry"
	"ekc/routing"
)

// router is routing as the life of an interaction needs it.
type router struct{ *routing.Service }

// ChooseQueue is part of interaction.Router.
func (r router) ChooseQueue(ctx context.Context, tx *ent.Tx, w interaction.Want) (*ent.Queue, error) {
	return r.Service.ChooseQueue(ctx, tx, routing.Want(w))
}

// yanaWatch is told of Yana's decisions.
type yanaWatch struct{ metrics *telemetry.Metrics }

// Decided is part of assistant.Observer.
func (w yanaWatch) Decided(decision, _ string, _ time.Duration) { w.metrics.Decided(decision) }
