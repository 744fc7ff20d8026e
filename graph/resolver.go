package graph

import (
	"context"
	"log/slog"
	"time"

	"ekc/access"
	"ekc/assistant"
	"ekc/assistant/quality"
	"ekc/assistant/recordfile"
	"ekc/ent"
	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/internal/privacy"
	"ekc/internal/voice"
	"ekc/knowledge"
	"ekc/onboarding"
	"ekc/routing"
	"ekc/supervision"
	"ekc/training"
)

// Dependencies are the domains that the API is made of. All but Vectors, Logger and Clock are required.
type Dependencies struct {
	Client       *ent.Client
	Log          *eventlog.Log
	Access       *access.Service
	Interactions *interaction.Service
	Routing      *routing.Service
	Assistant    *assistant.Service
	Knowledge    knowledge.Service
	Quality      *quality.Service
	Files        *recordfile.Service
	// Vectors tells how far the base's vectors are; nil: that cannot be asked.
	Vectors     knowledge.VectorWatcher
	Voice       *voice.Service
	Privacy     *privacy.Service
	Supervision *supervision.Service
	// Onboarding is how sites join.
	Onboarding *onboarding.Service
	// Training is how people learn.
	Training *training.Service
	Logger   *slog.Logger
	Clock    func() time.Time
}

// Resolver answers the fields of the contract.
type Resolver struct {
	Dependencies

	guard     *guard
	positions *positions
	todays    *todays
	events    *eventCache
	reference *reference
	names     *brief[string, string]
	figures   *brief[string, routing.Figures]
	loads     *brief[string, routing.Load]
	// following are the producers of subscriptions that still run; stop ends them.
	following following
	stopping  context.Context //nolint:containedctx // the life of the handler
	stop      context.CancelCauseFunc
}

const (
	namesFor   = 15 * time.Second
	figuresFor = 200 * time.Millisecond
)

func newResolver(d Dependencies) *Resolver {
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.Clock == nil {
		d.Clock = time.Now
	}
	r := &Resolver{Dependencies: d}
	r.stopping, r.stop = context.WithCancelCause(context.Background())
	r.guard = newGuard(d.Access, d.Logger)
	r.positions = newPositions(d.Routing, d.Logger)
	r.todays = &todays{count: d.Supervision.Today}
	r.events = newEventCache(d.Client)
	r.reference = newReference(d.Client)
	r.names = newBrief[string, string](namesFor)
	r.figures = newBrief[string, routing.Figures](figuresFor)
	r.loads = newBrief[string, routing.Load](figuresFor)
	return r
}
