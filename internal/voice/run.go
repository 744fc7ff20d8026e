package voice

import (
	"context"
	"errors"
	"sync"
	"time"

	"ekc/access/viewer"
)

// Run does what is due by itself until ctx ends: says that this node lives, buries dead ones, follows the centre's decisions, dials
// callbacks, keeps trunks and numbers up to date, destroys what was kept long enough. It fails when others have taken this node
// for dead.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(viewer.AsSystem(ctx))
	defer cancel()
	var others sync.WaitGroup
	others.Go(func() { s.followAll(ctx) })
	others.Go(func() { s.tick(ctx) })
	others.Go(func() { s.destroyDue(ctx) })
	others.Go(func() { s.transcribeAll(ctx) })
	others.Go(func() { s.listenToNodes(ctx) })
	others.Go(func() { s.serveNodes(ctx) })
	err := s.live(ctx)
	cancel()
	others.Wait()
	if errors.Is(err, errBuried) {
		return err
	}
	bye, done := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer done()
	if err := s.leave(bye); err != nil {
		s.log.WarnContext(ctx, "could not say that the node has stopped", "error", err)
	}
	return nil
}

// live keeps this node alive for others, and buries those that are not.
func (s *Service) live(ctx context.Context) error {
	registered := false
	ticker := time.NewTicker(pulse)
	defer ticker.Stop()
	for {
		err := s.liveOnce(ctx, &registered)
		if errors.Is(err, errBuried) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "life of the node, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Service) liveOnce(ctx context.Context, registered *bool) error {
	if !*registered {
		if err := s.register(ctx); err != nil {
			return err
		}
		*registered = true
	}
	bounded, cancel := context.WithTimeout(ctx, deadAfter/2)
	defer cancel()
	if err := s.beat(bounded); err != nil {
		return err
	}
	if !s.pulses.steady(s.o.Clock()) {
		return nil
	}
	return s.Bury(ctx)
}

// tick looks after callbacks, and now and then after trunks and numbers.
func (s *Service) tick(ctx context.Context) {
	ticker := time.NewTicker(s.o.Tick)
	defer ticker.Stop()
	loaded := s.o.Clock()
	s.reload(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-s.wake:
		}
		if err := s.Callbacks(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "callbacks, trying again", "error", err)
		}
		if now := s.o.Clock(); now.Sub(loaded) > linesFor {
			loaded = now
			s.trickles.sweep(func(id string) bool { return len(s.views([]string{id})) > 0 })
			s.reload(ctx)
			if err := s.sweepCommands(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "old commands between nodes are not removed", "error", err)
			}
		}
	}
}
