package supervision

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"ekc/ent"
	"ekc/ent/presence"
	"ekc/internal/eventlog"
	"ekc/internal/repeat"
)

// Log is the event log; *eventlog.Log fulfils it.
type Log interface {
	// InTx runs work in one transaction, perhaps several times, and commits.
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
	// Append writes events in tx.
	Append(ctx context.Context, tx *ent.Tx, events ...eventlog.Event) error
}

// Life is what supervision asks of the life of an interaction, which tx has locked by Lock; the interaction domain fulfils it.
type Life interface {
	// Lock reads an interaction and keeps others from changing it until tx ends. NOT_FOUND.
	Lock(ctx context.Context, tx *ent.Tx, id string) (*ent.Interaction, error)
	// Defer puts it off until an operator of line 2 answers it; text is what the citizen is told.
	Defer(ctx context.Context, tx *ent.Tx, i *ent.Interaction, priority int, text string) (*ent.Interaction, error)
	// Name says who answers a deferred one; empty: nobody any more.
	Name(ctx context.Context, tx *ent.Tx, i *ent.Interaction, accountID string) (*ent.Interaction, error)
	// TakeWaiting gives a deferred one to the operator who answers it now. CONFLICT when they have no room for it.
	TakeWaiting(ctx context.Context, tx *ent.Tx, interactionID, accountID string) (*ent.Interaction, error)
	// Reassign hands one that waits or is with an operator to another, who is offered it at once. CONFLICT when they take nothing now.
	Reassign(ctx context.Context, tx *ent.Tx, i *ent.Interaction, accountID, reason string) (*ent.Interaction, error)
	// HandTo gives a talk to somebody else, who has it at once. CONFLICT when they have no room for it.
	HandTo(ctx context.Context, tx *ent.Tx, interactionID, accountID string) (*ent.Interaction, error)
}

// Routing is what supervision asks of routing, within a decision of its own; the routing domain fulfils it.
type Routing interface {
	// Force sets an operator's presence. UNAVAILABLE when an offer came in between: begin the transaction anew.
	Force(ctx context.Context, tx *ent.Tx, accountID string, state presence.State, pauseReasonCode string) error
	// Lend lets an operator work in queues until the instant; CallBackLoan ends all that now.
	Lend(ctx context.Context, tx *ent.Tx, accountID string, queueIDs []string, until time.Time) error
	CallBackLoan(ctx context.Context, tx *ent.Tx, accountID string) error
	// Wake makes the router look for a match now; call it after a commit.
	Wake()
}

// Phone calls citizens; internal/voice fulfils it. Methods with a tx work in it.
type Phone interface {
	// CallBack promises the citizen a call that begins when the enquiry is taken. CONFLICT when they cannot be called now.
	CallBack(ctx context.Context, tx *ent.Tx, i *ent.Interaction) error
	// PutOff ends a call that was promised before.
	PutOff(ctx context.Context, tx *ent.Tx, interactionID string) error
	// TrunksDown names the lines to carriers that no node can reach now.
	TrunksDown(ctx context.Context) ([]string, error)
}

// Base is the question base's side of analysing; assistant/quality fulfils it.
type Base interface {
	// NoteDeferred counts the question among the gaps of the base; a repeat changes nothing.
	NoteDeferred(ctx context.Context, d *ent.Deferral) error
	// HasRecord makes sure that a record exists. NOT_FOUND.
	HasRecord(ctx context.Context, recordID string) error
	// Answers reports whether the base answers now.
	Answers(ctx context.Context) bool
}

// Options sets the service. Client, Log and Life are required, Phone and Base through Bind.
type Options struct {
	Client *ent.Client
	Log    Log
	Life   Life
	// Clock tells the time; nil means time.Now.
	Clock  func() time.Time
	Logger *slog.Logger
	// SweepEvery is how often what time brings about is looked for; 0 means 2 seconds.
	SweepEvery time.Duration
}

// Service is the supervision domain on one node. It is safe for concurrent use.
type Service struct {
	o       Options
	inTx    eventlog.SystemTx
	routing Routing
	phone   Phone
	base    Base
	// versions are those of forms that were read.
	versions versions
}

const defaultSweep = 2 * time.Second

// New returns the service; Bind must give it its siblings before it is used.
func New(o Options) *Service {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.SweepEvery <= 0 {
		o.SweepEvery = defaultSweep
	}
	return &Service{o: o, inTx: eventlog.AsSystem(o.Log)}
}

// Bind gives the service its siblings. Call it before anything else.
func (s *Service) Bind(routing Routing, phone Phone, base Base) {
	s.routing, s.phone, s.base = routing, phone, base
}

// now is the present instant, UTC, in the resolution that Postgres keeps.
func (s *Service) now() time.Time { return s.o.Clock().UTC().Truncate(time.Microsecond) }

// Run does what time brings about, on every node side by side, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	return repeat.Work{Name: "sweep of supervision", Do: s.Sweep, Pause: s.o.SweepEvery, Logger: s.o.Logger}.Run(ctx)
}

// named says in an error which row it was about.
func named(what, id string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", what, id, err)
}
