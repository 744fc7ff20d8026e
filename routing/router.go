package routing

import (
	"context"
	"errors"
	"log/slog"
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

// Run routes until ctx ends. It is the only goroutine of the service that lives on; what it was doing when ctx ends is
// rolled back.
func (s *Service) Run(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	ticker := time.NewTicker(s.tick)
	defer ticker.Stop()
	for {
		var work func(context.Context) error
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			work = s.Tick
		case <-s.wake:
			work = s.match
		}
		begin := time.Now()
		if err := work(ctx); err != nil && ctx.Err() == nil {
			s.logger.LogAttrs(ctx, slog.LevelError, "routing", slog.Any("error", err))
		}
		// Under load passes would follow each other without a pause and do little each. Resting a while lets more come
		// together and leaves the machine to others.
		if !rest(ctx, min(time.Since(begin)/2, s.tick)) {
			return nil
		}
	}
}

// Tick does everything that is due at this moment, once: ends overdue offers, overflows, matches, explains waits. Run calls
// it; it is exported for tests and tools that have no Run.
func (s *Service) Tick(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx)
	before := s.clock()
	return errors.Join(s.expire(ctx), s.overflow(ctx), s.match(ctx), s.explainWaiting(ctx, before))
}

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
