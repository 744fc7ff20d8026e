package eventlog

import (
	"context"
	"sync"

	"ekc/internal/fail"
)

// buffer is how many events a stream may be behind before it is ended.
const buffer = 512

// ErrSlow ends a stream whose reader fell too far behind; it resumes from the cursor of the last event it got.
var ErrSlow = fail.New(fail.Unavailable, "the stream fell behind; resume from the last cursor")

// ErrClosed ends a stream because the node stops.
var ErrClosed = fail.New(fail.Unavailable, "the server is stopping; resume from the last cursor")

// ErrSetBack ends a stream because the database has lost its last transactions: what was shown may not have happened.
var ErrSetBack = fail.New(fail.Conflict, "the last events were lost; read the present state and subscribe anew")

// Stream hands on the events of one selection in the order of their positions, and signals between them.
type Stream struct {
	log    *Log
	sel    selection
	from   int64 // events up to here are not wanted
	joined int64 // the tail when the stream joined the hub: up to here it reads the table itself
	live   chan Event
	mu     sync.Mutex
	err    error
	closed bool
}

// OfInteraction follows the events of one interaction after a position; a negative position means from now on.
func (l *Log) OfInteraction(id string, after int64) *Stream {
	return l.subscribe(selection{interactionID: id}, after)
}

// OfAccount follows the events that concern one operator's desk.
func (l *Log) OfAccount(id string, after int64) *Stream {
	return l.subscribe(selection{accountID: id}, after)
}

// All follows every event.
func (l *Log) All(after int64) *Stream { return l.subscribe(selection{}, after) }

func (l *Log) subscribe(sel selection, after int64) *Stream {
	s := &Stream{log: l, sel: sel, from: after, live: make(chan Event, buffer)}
	l.hub.join(s)
	return s
}

// Each calls do for every event until ctx ends, do fails, or the stream ends; it returns why. It must be called once.
func (s *Stream) Each(ctx context.Context, do func(Event) error) error {
	defer s.log.hub.leave(s)
	select {
	case <-s.log.hub.started:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.from < 0 {
		s.from = s.joined
	}
	for after := s.from; after < s.joined; {
		events, err := read(ctx, s.log.db, s.sel, after, s.joined)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := do(e); err != nil {
				return err
			}
			after = e.ID
		}
		if len(events) < batch {
			break
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, open := <-s.live:
			if !open {
				return s.err
			}
			if e.ID != 0 && e.ID <= s.from {
				continue
			}
			if err := do(e); err != nil {
				return err
			}
		}
	}
}

// offer puts an event into the stream, and ends it when it is full; a signal that finds no place is dropped.
func (s *Stream) offer(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case s.live <- e:
	default:
		if e.ID != 0 {
			s.end(ErrSlow)
		}
	}
}

func (s *Stream) close(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.end(err)
	}
}

func (s *Stream) end(err error) {
	s.err, s.closed = err, true
	close(s.live)
}
