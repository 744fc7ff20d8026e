package telephony

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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

// errandsDone is the end of errands that were told together, in their order.
type errandsDone struct{ all []errandDone }

func (errandsDone) apply(*turn) {}

func (q *errandQueue) busy() bool { return q.running || len(q.waiting) > 0 }

// tell puts an errand at the end.
func (c *call) tell(e errand) {
	q := &c.errands
	if len(q.waiting) >= maxErrands {
		c.sb.counters.errandsLost.Add(1)
		c.log.Error("too much to tell the centre; this is lost", "errand", errandName(e))
		return
	}
	if more, ok := e.(collect); ok && q.collectsMore(more) {
		return
	}
	q.waiting = append(q.waiting, e)
	c.sb.counters.errands.Add(1)
}

// collectsMore adds what the menu has learned to what is the last to be told, if that was learned too.
func (q *errandQueue) collectsMore(more collect) bool {
	if len(q.waiting) == 0 {
		return false
	}
	last, ok := q.waiting[len(q.waiting)-1].(collect)
	if !ok {
		return false
	}
	last.AgencyCode = cmp.Or(more.AgencyCode, last.AgencyCode)
	last.RegionCode = cmp.Or(more.RegionCode, last.RegionCode)
	last.Topic = cmp.Or(more.Topic, last.Topic)
	last.Steps = append(slices.Clip(last.Steps), more.Steps...)
	attributes := maps.Clone(last.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	maps.Copy(attributes, more.Attributes)
	last.Attributes = attributes
	q.waiting[len(q.waiting)-1] = last
	return true
}

// nextErrand begins what waits to be told, when nothing is under way: with its first errand those after it that may be told with it.
func (c *call) nextErrand() {
	q := &c.errands
	for !q.running && len(q.waiting) > 0 {
		e := q.waiting[0]
		if then, ok := e.(askThen); ok {
			q.waiting = q.waiting[1:]
			if !c.finished {
				c.ask(then.errand)
			}
			continue
		}
		if _, first := e.(begin); !first && q.interactionID == "" { // it never began: nobody would know what this is about
			q.waiting = q.waiting[1:]
			c.sb.counters.errands.Add(-1)
			continue
		}
		q.running = true
		id := q.interactionID
		if all := q.jointErrands(); c.sb.teller != nil && len(all) > 1 {
			q.waiting = q.waiting[len(all):]
			c.background(func(ctx context.Context) event { return c.sb.tellTogether(ctx, c.sb.teller, all, id) })
			return
		}
		q.waiting = q.waiting[1:]
		c.background(func(ctx context.Context) event { return c.sb.errand(ctx, e, id) })
	}
}

// errandsDone takes the ends of what was under way.
func (c *call) errandsDone(all ...errandDone) []event {
	c.errands.running = false
	var out []event
	for _, e := range all {
		out = append(out, c.errandDone(e)...)
	}
	return out
}

func (c *call) errandDone(e errandDone) []event {
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
	return out
}

// unbegun ends a call that the centre will not have.
type unbegun struct{}

func (unbegun) apply(t *turn) { t.finishCall(End{Cause: EndByFailure}) }

// errand carries one out, again and again while the centre is away.
func (s *Switchboard) errand(ctx context.Context, e errand, id string) event {
	var done errandDone
	s.persist(ctx, func(ctx context.Context, try int) error {
		result, err := s.attempt(ctx, e, id)
		done = errandDone{result, e, err}
		if err != nil && again(err, try) {
			return err
		}
		return nil
	})
	s.countLost(done)
	return done
}

// countLost counts what the centre would perhaps have taken, but not within the time that it had.
func (s *Switchboard) countLost(e errandDone) {
	if e.err != nil && again(e.err, 0) {
		s.counters.errandsLost.Add(1)
	}
}

// persist does something again and again as long as it fails, with growing pauses, until ctx ends or it was tried for too long.
func (s *Switchboard) persist(ctx context.Context, do func(ctx context.Context, try int) error) {
	until := s.o.Clock().Add(s.o.KeepErrands)
	pause := firstPause
	for try := 1; ; try++ {
		err := do(ctx, try)
		if err == nil {
			return
		}
		if ctx.Err() != nil || s.o.Clock().After(until) {
			return
		}
		s.counters.retries.Add(1)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(pause*2, maxPause)
	}
}

// turnOf waits until one more may tell the centre something. An errand's time begins when it is its turn: under a load that the
// centre cannot follow, errands would otherwise spend it waiting, be given up half-done and be repeated, which is more load.
func (s *Switchboard) turnOf(ctx context.Context) (release func(), err error) {
	select {
	case s.errands <- struct{}{}:
		return func() { <-s.errands }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// attempt carries an errand out once.
func (s *Switchboard) attempt(ctx context.Context, e errand, id string) (event, error) {
	release, err := s.turnOf(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
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
