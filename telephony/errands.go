package telephony

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ekc/internal/fail"
)

const (
	// maxErrands bounds what one call may still have to tell.
	maxErrands = 512
	// errandTime bounds one attempt.
	errandTime = 5 * time.Second
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
	// wrongTries is how often an error that says nothing of its cause is tried again.
	wrongTries = 5
)

// errandQueue is what a call still has to tell the centre, in order. It belongs to the call's goroutine.
type errandQueue struct {
	interactionID string
	waiting       []errand
	running       bool
}

// errandDone is the end of an errand.
type errandDone struct {
	result event
	errand errand
	err    error
}

func (errandDone) apply(*turn) {}

func (q *errandQueue) busy() bool { return q.running || len(q.waiting) > 0 }

// tell puts an errand at the end.
func (c *call) tell(e errand) {
	q := &c.errands
	if len(q.waiting) >= maxErrands {
		c.sb.counters.errandsLost.Add(1)
		c.log.Error("too much to tell the centre; this is lost", "errand", errandName(e))
		return
	}
	q.waiting = append(q.waiting, e)
	c.sb.counters.errands.Add(1)
	c.nextErrand()
}

func (c *call) nextErrand() {
	q := &c.errands
	if q.running || len(q.waiting) == 0 {
		return
	}
	e := q.waiting[0]
	q.waiting = q.waiting[1:]
	if _, first := e.(begin); !first && q.interactionID == "" { // it never began: nobody would know what this is about
		c.sb.counters.errands.Add(-1)
		c.nextErrand()
		return
	}
	q.running = true
	id := q.interactionID
	c.background(func(ctx context.Context) event { return c.sb.errand(ctx, e, id) })
}

func (c *call) errandDone(e errandDone) []event {
	c.errands.running = false
	c.sb.counters.errands.Add(-1)
	var out []event
	if e.err != nil {
		level := c.log.Warn
		if fail.CodeOf(e.err) == fail.Conflict || fail.CodeOf(e.err) == fail.NotFound {
			level = c.log.Info // the centre has moved on
		}
		level("the centre has refused", "errand", errandName(e.errand), "error", e.err)
		if _, ok := e.errand.(begin); ok {
			out = append(out, unbegun{})
		}
	}
	if e.result != nil {
		out = append(out, c.understand(e.result)...)
	}
	c.nextErrand()
	return out
}

// unbegun ends a call that the centre will not have.
type unbegun struct{}

func (unbegun) apply(t *turn) { t.finishCall(End{Cause: EndByFailure}) }

// errand carries one out, again and again while the centre is away.
func (s *Switchboard) errand(ctx context.Context, e errand, id string) event {
	until := s.o.Clock().Add(s.o.KeepErrands)
	pause := firstPause
	for try := 1; ; try++ {
		result, err := s.attempt(ctx, e, id)
		if err == nil || !again(err, try) || ctx.Err() != nil || s.o.Clock().After(until) {
			if err != nil && again(err, 0) {
				s.counters.errandsLost.Add(1)
			}
			return errandDone{result, e, err}
		}
		s.counters.retries.Add(1)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(pause*2, maxPause)
	}
}

// attempt carries an errand out once. Its time begins when it is its turn: under a load that the centre cannot follow, errands
// would otherwise spend it waiting, be given up half-done and be repeated, which is more load.
func (s *Switchboard) attempt(ctx context.Context, e errand, id string) (event, error) {
	select {
	case s.errands <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.errands }()
	ctx, cancel := context.WithTimeout(ctx, errandTime)
	defer cancel()
	return e.run(ctx, s.o.Centre, id)
}

// again reports whether an error may go away by itself.
func again(err error, tries int) bool {
	switch fail.CodeOf(err) {
	case fail.Unavailable, fail.RateLimited:
		return true
	case fail.Internal:
		return errors.Is(err, context.DeadlineExceeded) || tries < wrongTries
	default:
		return false
	}
}

func errandName(e errand) string { return strings.TrimPrefix(fmt.Sprintf("%T", e), "telephony.") }
