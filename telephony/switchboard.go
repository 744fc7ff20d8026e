package telephony

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/media"
	"ekc/telephony/signaling"
)

// Switchboard has all calls of a node.
type Switchboard struct {
	o        Options
	log      *slog.Logger
	agent    *signaling.Agent
	clips    *clipSource
	flows    *flowCache
	counters counters
	errands  chan struct{} // holds an element for each errand under way
	teller   Teller        // the centre, if it takes several errands at once
	hearing  *hearing      // of talks; nil: nobody listens
	commands atomic.Uint64
	running  sync.WaitGroup
	ctx      context.Context //nolint:containedctx // the lifetime of all calls
	cancel   context.CancelFunc

	mu            sync.Mutex // guards the tables below, never held during a call of anything else
	calls         map[string]*call
	byInteraction map[string]*call
	draining      bool
	empty         chan struct{} // closed when draining and the last call has ended
}

// New makes a switchboard. It takes calls after Start.
func New(o Options) (*Switchboard, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	teller, _ := o.Centre.(Teller)
	return &Switchboard{
		teller: teller,
		o:      o, log: o.Logger, clips: newClipSource(o.Prompts), flows: newFlowCache(o.Centre, o.Clock),
		errands: make(chan struct{}, o.ErrandsAtOnce), hearing: newHearing(o),
		ctx: ctx, cancel: cancel, calls: map[string]*call{}, byInteraction: map[string]*call{}, empty: make(chan struct{}),
	}, nil
}

// Start gives the switchboard its user agent, whose OnCall is [Switchboard.Incoming].
func (s *Switchboard) Start(agent *signaling.Agent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.agent = agent
}

// Drain takes no new calls from now on, and waits until the last one has ended and all is told, or for ctx.
func (s *Switchboard) Drain(ctx context.Context) error {
	s.mu.Lock()
	if !s.draining {
		s.draining = true
		if len(s.calls) == 0 {
			close(s.empty)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends all calls, waits until the centre knows of it or ctx ends, and gives everything back. Idempotent.
func (s *Switchboard) Close(ctx context.Context) error {
	for _, c := range s.all() {
		c.post(stop{})
	}
	err := s.Drain(ctx)
	s.cancel()
	s.running.Wait()
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("telephony: not every call could be ended in time: %w", err)
	}
	return err
}

func (s *Switchboard) all() []*call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]*call, 0, len(s.calls))
	for _, c := range s.calls {
		calls = append(calls, c)
	}
	return calls
}

// Follow tells the switchboard what the centre has decided. It never blocks.
func (s *Switchboard) Follow(ch Change) {
	s.mu.Lock()
	c := s.byInteraction[ch.InteractionID]
	s.mu.Unlock()
	if c != nil {
		c.post(changed{ch})
	}
}

// errFull and errDraining refuse new calls.
var (
	errFull     = fail.New(fail.RateLimited, "the switchboard has all the calls that it may have")
	errDraining = fail.New(fail.Unavailable, "this node takes no new calls")
)

// begin makes a call's actor and starts it with its first events.
func (s *Switchboard) begin(interactionID string, prepare func(*call) []event) (*call, error) {
	ctx, cancel := context.WithCancel(s.ctx)
	id := rand.Text()
	c := &call{
		id: id, sb: s, log: s.log.With("call", id), mailbox: make(chan event, mailboxSize), closed: make(chan struct{}),
		ctx: ctx, cancel: cancel, lines: map[legID]*line{}, replies: map[uint64]chan error{}, began: s.o.Clock(),
	}
	c.state.settings = s.o.Settings
	c.errands.interactionID = interactionID
	c.show()
	if err := s.enter(c, interactionID); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		defer s.running.Done()
		c.run(prepare)
	}()
	return c, nil
}

func (s *Switchboard) enter(c *call, interactionID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining || s.agent == nil:
		return errDraining
	case len(s.calls) >= s.o.MaxCalls:
		return errFull
	case interactionID != "" && s.byInteraction[interactionID] != nil:
		return fail.New(fail.Conflict, "the enquiry has a call already")
	}
	s.calls[c.id] = c
	if interactionID != "" {
		s.byInteraction[interactionID] = c
	}
	s.running.Add(1)
	return nil
}

// know makes a call reachable under its enquiry.
func (s *Switchboard) know(interactionID string, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byInteraction[interactionID] = c
}

// release lets another call have the enquiry.
func (s *Switchboard) release(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := c.errands.interactionID; s.byInteraction[id] == c {
		delete(s.byInteraction, id)
	}
}

func (s *Switchboard) forget(c *call) {
	s.release(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, c.id)
	if s.draining && len(s.calls) == 0 {
		select {
		case <-s.empty:
		default:
			close(s.empty)
		}
	}
}

// retryAfter is a header of RFC 3261 §20.33.
func retryAfter(d time.Duration) signaling.Header {
	return signaling.Header{Name: "Retry-After", Value: fmt.Sprint(int(d.Seconds()))}
}

// mediaNear is for legs that are made outside of the call's goroutine.
func (c *call) mediaNear() *media.Leg {
	if v := c.view.Load(); v != nil {
		return v.near
	}
	return nil
}
