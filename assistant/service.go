package assistant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// Dialogue is what Yana asks of the life of an interaction.
type Dialogue interface {
	// Reply says and keeps a turn in one transaction; said is false when the dialogue has moved on.
	Reply(ctx context.Context, r dialogue.Reply) (said bool, err error)
	// AssistantTyping tells the citizen that Yana is thinking.
	AssistantTyping(ctx context.Context, i *ent.Interaction) error
}

// Observer is told what Yana decided, for metrics. It must not block.
type Observer interface {
	// Decided: a turn was said, so long after the question.
	Decided(decision, reason string, took time.Duration)
}

// Options sets the service. Client, Base and Dialogue are required.
type Options struct {
	Client   *ent.Client
	Base     knowledge.Service
	Dialogue Dialogue
	// Thresholds of her decision; the zero value means the product's defaults.
	Thresholds knowledge.Thresholds
	// Observer and Logger may be nil.
	Observer Observer
	Logger   *slog.Logger
	// ZoneOf gives the time zone of a region by its code, nil when it has none; nil means Moscow's everywhere.
	ZoneOf func(region string) *time.Location
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// SearchTimeout is how long a search may take before she hands over; 5 seconds.
	SearchTimeout time.Duration
	// Workers is how many turns she thinks about at once; 4.
	Workers int
}

const (
	defaultSearchTimeout = 5 * time.Second
	defaultWorkers       = 4
	// backlog is how many citizens may wait on one node before the rest is left to the sweep.
	backlog = 4096
)

// Service is Yana on one node.
type Service struct {
	o       Options
	pending chan string
	// suggesting works for the operators of this node.
	suggesting *suggesting

	// regions lists the regions that a citizen may live in.
	regions func(context.Context) ([]place, error)

	mu sync.Mutex
	// busy says which interactions are waiting or thought about; true: something was said meanwhile.
	busy map[string]bool
}

// New returns the service; nothing is answered until Run runs.
func New(o Options) *Service {
	if o.Thresholds == (knowledge.Thresholds{}) {
		o.Thresholds = knowledge.DefaultThresholds()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.SearchTimeout <= 0 {
		o.SearchTimeout = defaultSearchTimeout
	}
	if o.Workers <= 0 {
		o.Workers = defaultWorkers
	}
	s := &Service{o: o, pending: make(chan string, backlog), busy: map[string]bool{}}
	s.regions = s.readRegions
	s.suggesting = newSuggesting(s.suggest, o.Logger)
	return s
}

// Notify tells Yana that a citizen spoke in an interaction that is with her. It never blocks; what does not fit is found
// again by the interaction domain's sweep.
func (s *Service) Notify(interactionID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.busy[interactionID]; known {
		s.busy[interactionID] = true
		return
	}
	select {
	case s.pending <- interactionID:
		s.busy[interactionID] = false
	default:
	}
}

// Run answers citizens, and works out suggestions for operators who watch them, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	var workers sync.WaitGroup
	for range s.o.Workers {
		workers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case id := <-s.pending:
					s.take(ctx, id)
				}
			}
		})
	}
	for range suggesters {
		workers.Go(func() { s.suggesting.run(ctx) })
	}
	workers.Wait()
	return nil
}

// take answers one interaction, again if its citizen spoke meanwhile.
func (s *Service) take(ctx context.Context, id string) {
	for again := true; again && ctx.Err() == nil; again = s.release(id) {
		if err := s.answer(ctx, id); err != nil && ctx.Err() == nil {
			s.o.Logger.ErrorContext(ctx, "Yana could not answer, the sweep will remind her", "interaction", id, "error", err)
		}
	}
}

// release forgets the interaction, unless something was said while it was answered.
func (s *Service) release(id string) (again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if again = s.busy[id]; again {
		s.busy[id] = false
		return true
	}
	delete(s.busy, id)
	return false
}

// answer makes one turn.
func (s *Service) answer(ctx context.Context, id string) error {
	t, err := s.read(ctx, id)
	if err != nil || t == nil {
		return err
	}
	_ = s.o.Dialogue.AssistantTyping(ctx, t.interaction) // a lost signal changes nothing
	reply, said, err := s.respond(ctx, t)
	if err != nil {
		return fmt.Errorf("say the reply: %w", err)
	}
	if !said { // the dialogue moved on while she thought; look again
		s.mu.Lock()
		s.busy[id] = true
		s.mu.Unlock()
	}
	if said && s.o.Observer != nil {
		s.o.Observer.Decided(reply.Decision, reply.Reason, s.o.Clock().Sub(t.question.CreatedAt))
	}
	return nil
}

// respond thinks and says what she came to, or hands over when that cannot be kept: the citizen must not wait for ever.
func (s *Service) respond(ctx context.Context, t *turn) (reply dialogue.Reply, said bool, err error) {
	reply = s.calmly(ctx, t)
	said, err = s.o.Dialogue.Reply(ctx, reply)
	if !hopeless(err) {
		return reply, said, err
	}
	s.o.Logger.ErrorContext(ctx, "Yana's reply cannot be kept, handing over",
		"interaction", t.interaction.ID, "record", reply.RecordID, "error", err)
	reply = handOver(t, ReasonFailed, textFailed, line1, "")
	said, err = s.o.Dialogue.Reply(ctx, reply)
	return reply, said, err
}

// calmly thinks, and hands over when that panics: the same message would bring down every node that tries to answer it.
func (s *Service) calmly(ctx context.Context, t *turn) (r dialogue.Reply) {
	defer func() {
		if p := recover(); p != nil {
			s.o.Logger.ErrorContext(ctx, "Yana panicked, handing over", "interaction", t.interaction.ID, "panic", p, "stack", string(debug.Stack()))
			r = handOver(t, ReasonFailed, textFailed, line1, "")
		}
	}()
	return s.think(ctx, t)
}

// hopeless reports whether a reply would fail every time: the data model or Postgres refuses its values. Every other failure
// passes, and the sweep has it tried again.
func hopeless(err error) bool {
	var refused *pq.Error
	return ent.IsValidationError(err) || errors.As(err, &refused) && (refused.Code.Class() == "22" || refused.Code.Class() == "23")
}
