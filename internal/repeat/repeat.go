// Package repeat does work again and again, as the domains' sweeps are done. It imports nothing of the project.
package repeat

import (
	"context"
	"log/slog"
	"time"
)

// Work is done again and again. All fields but Later are required.
type Work struct {
	// Name says in the log what has failed.
	Name string
	// Do does it once. A failure is logged, and it is tried again after the pause.
	Do func(ctx context.Context) error
	// Pause is the time from one beginning to the next, or none where it took longer.
	Pause time.Duration
	// Later lets the first time, too, wait for the pause.
	Later  bool
	Logger *slog.Logger
}

// Run does the work until ctx ends, and returns nil.
func (w Work) Run(ctx context.Context) error {
	ticker := time.NewTicker(w.Pause)
	defer ticker.Stop()
	for first := true; ; first = false {
		if !first || !w.Later {
			if err := w.Do(ctx); err != nil && ctx.Err() == nil {
				w.Logger.WarnContext(ctx, w.Name+" failed, trying again", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
