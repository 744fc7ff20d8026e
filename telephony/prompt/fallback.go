package prompt

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Fallback speaks with the first engine while it works and with the second otherwise. After a failure the first is left
// alone for a while, so that callers do not wait for its deadline again and again.
type Fallback struct {
	first, second Speaker
	rest          time.Duration
	clock         func() time.Time
	logger        *slog.Logger

	mu    sync.Mutex
	until time.Time // before it the first engine is not asked
}

// NewFallback joins two engines. The first is asked again after rest.
func NewFallback(first, second Speaker, rest time.Duration, clock func() time.Time, logger *slog.Logger) *Fallback {
	return &Fallback{first: first, second: second, rest: rest, clock: clock, logger: logger}
}

// Name is that of the first engine: only its speech is kept.
func (f *Fallback) Name() string { return f.first.Name() }

// Speak asks the first engine, then the second.
func (f *Fallback) Speak(ctx context.Context, text string) (Sound, error) {
	if f.resting() {
		return f.second.Speak(ctx, text)
	}
	sound, err := f.first.Speak(ctx, text)
	if err == nil {
		return sound, nil
	}
	if errors.Is(err, ErrText) {
		return Sound{}, err
	}
	if ctx.Err() != nil { // the caller gave up, which says nothing of the engine
		return Sound{}, ctx.Err()
	}
	f.mu.Lock()
	f.until = f.clock().Add(f.rest)
	f.mu.Unlock()
	f.logger.WarnContext(ctx, "speech engine fails, another one speaks", "engine", f.first.Name(),
		"instead", f.second.Name(), "for", f.rest, "error", err)
	return f.second.Speak(ctx, text)
}

func (f *Fallback) resting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock().Before(f.until)
}
