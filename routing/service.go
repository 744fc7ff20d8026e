package routing

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/time/rate"

	"ekc/ent"
	"ekc/internal/eventlog"
)

// Life is what routing asks of the life of an interaction. The rows that it is given are locked in tx and as the database has
// them. Each method refuses a move that the state machine does not allow with fail.Conflict, changes the state and the timeline,
// and appends its events: those of the dialogue, and KindQueue for the queues that the interaction was and is in.
type Life interface {
	// Offered moves QUEUED interactions to OFFERED, all or none.
	Offered(ctx context.Context, tx *ent.Tx, waiting []*ent.Interaction) error
	// Requeued moves an OFFERED interaction back to QUEUED, in its old place.
	Requeued(ctx context.Context, tx *ent.Tx, offered *ent.Interaction, reason string) error
	// Accepted moves an OFFERED interaction to ACTIVE, with the account as its operator.
	Accepted(ctx context.Context, tx *ent.Tx, offered *ent.Interaction, operator *ent.Account) error
	// Moved takes a QUEUED interaction to another queue, in its old place.
	Moved(ctx context.Context, tx *ent.Tx, waiting *ent.Interaction, queueID, reason string) error
}

// Log is the event log; *eventlog.Log fulfils it.
type Log interface {
	// InTx runs work in one READ COMMITTED transaction, perhaps several times, and commits.
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
	// Append writes events in tx.
	Append(ctx context.Context, tx *ent.Tx, events ...eventlog.Event) error
}

// Observer is told what the router does, for metrics. Its methods must not block.
type Observer interface {
	// Matched: an offer was made after this wait since the interaction entered its queue.
	Matched(channel string, wait time.Duration)
	// OfferAnswered: an offer ended as "accepted", "declined", "expired" or "withdrawn".
	OfferAnswered(outcome string)
	// Overflowed: an interaction moved to its queue's overflow queue.
	Overflowed()
	// Passed: one round of matching ended after this time, having made so many offers and lost so many races.
	Passed(took time.Duration, made, lost int)
}

// Options are what a Service is made of. Client and Log are required, and Life here or through Bind.
type Options struct {
	Client *ent.Client
	Log    Log
	Life   Life
	// Observer may be nil.
	Observer Observer
	// Logger may be nil.
	Logger *slog.Logger
	// Now is the clock; nil means the system's. All nodes of a centre must agree on it within a second or so.
	Now func() time.Time
	// Tick is how often the router looks for what time alone changes; 0 means a second.
	Tick time.Duration
	// Rest is how long an operator who declined or missed an interaction is not asked again; 0 means 10 seconds.
	Rest time.Duration
}

// Service is the routing domain on one node.
type Service struct {
	client  *ent.Client
	log     Log
	life    Life
	gate    Gate
	observe Observer
	logger  *slog.Logger
	now     func() time.Time
	tick    time.Duration
	rest    time.Duration

	wake chan struct{}
	// unreadable keeps the log from being filled with one bad row.
	unreadable rate.Sometimes
	handles    handleMemory
	paces      paces
}

const (
	defaultTick = time.Second
	defaultRest = 10 * time.Second
)

// New returns the service. Nothing is matched until Run runs, on this node or another.
func New(o Options) *Service {
	s := &Service{
		client: o.Client, log: o.Log, life: o.Life, observe: o.Observer, logger: o.Logger,
		now: o.Now, tick: o.Tick, rest: o.Rest,
		wake:       make(chan struct{}, 1),
		unreadable: rate.Sometimes{First: 1, Interval: time.Minute},
	}
	if s.observe == nil {
		s.observe = unobserved{}
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.tick <= 0 {
		s.tick = defaultTick
	}
	if s.rest <= 0 {
		s.rest = defaultRest
	}
	return s
}

// Bind gives the service the life of interactions after both were made: each needs the other. Call it before Run.
func (s *Service) Bind(life Life) { s.life = life }

// Guard gives the service who decides about the queues of sites; without one no queue of a site is opened. Call it before Run.
func (s *Service) Guard(gate Gate) { s.gate = gate }

// clock is now in UTC, to the precision that Postgres keeps.
func (s *Service) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

type unobserved struct{}

func (unobserved) Matched(string, time.Duration)  {}
func (unobserved) OfferAnswered(string)           {}
func (unobserved) Overflowed()                    {}
func (unobserved) Passed(time.Duration, int, int) {}
