package routing

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ekc/access/viewer"
)

// Wake asks the router of this node to match now. Call it after a commit that put an interaction into a queue or freed an
// operator. It costs nothing and never blocks. The routers of other nodes need no wake-up: the node that commits a change
// matches, and should it die before, their next tick does.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run routes until ctx ends and its two goroutines have: one matches, on wake-ups and every tick; the other does what time
// alone brings about, so that a batch of that never delays a match. What they were doing when ctx ends is rolled back.
func (s *Service) Run(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	var sweeping sync.WaitGroup
	sweeping.Go(func() {
		s.loop(ctx, nil, func(ctx context.Context) error {
			err := s.sweep(ctx, s.clock().Add(-s.tick))
			s.Wake()
			return err
		})
	})
	s.loop(ctx, s.wake, s.match)
	sweeping.Wait()
	return nil
}

// Tick does everything that is due at this moment, once, as Run would: for tests, and for tools that have no Run.
func (s *Service) Tick(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	before := s.clock()
	return errors.Join(s.expire(ctx), s.endLoans(ctx), s.overflow(ctx), s.match(ctx), s.explainWaiting(ctx, before))
}

// sweep ends overdue offers, overflows, and explains the waits that began before the instant.
func (s *Service) sweep(ctx context.Context, before time.Time) error {
	return errors.Join(s.expire(ctx), s.endLoans(ctx), s.overflow(ctx), s.explainWaiting(ctx, before))
}

// loop does the work on every tick and, when there is one, on every wake-up.
func (s *Service) loop(ctx context.Context, wake <-chan struct{}, work func(context.Context) error) {
	ticker := time.NewTicker(s.tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-wake:
		}
		begin := time.Now()
		err := work(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			// Wake-ups would otherwise try again at once, and fill the log while Postgres is away.
			s.logger.LogAttrs(ctx, slog.LevelWarn, "routing failed, trying again", slog.Any("error", err))
			if !rest(ctx, max(s.tick, pauseAfterFailure)) {
				return
			}
			continue
		}
		// Under load rounds would follow each other without a pause and do little each. Resting as long as one took lets more
		// come together, which costs no more than one, and leaves the machine to others.
		if !rest(ctx, min(time.Since(begin), longestRest)) {
			return
		}
	}
}

// longestRest is how long the router lets enquiries come together at most.
const longestRest = 50 * time.Millisecond

// pauseAfterFailure is how long the router waits at least after something went wrong.
const pauseAfterFailure = time.Second

// rest waits; it returns false when ctx ended first.
func rest(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
