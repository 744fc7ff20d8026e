package telephony

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"ekc/telephony/prompt"
)

const (
	// hearingFailures in a row let the recogniser be, for hearingRest.
	hearingFailures = 5
	hearingRest     = 30 * time.Second
	// hearingPatience is how long a whole utterance waits for its turn; one that is not over does not wait.
	hearingPatience = 2 * time.Second
)

// hearing is what all talks of a node share: so many recognitions at a time, and a rest for a recogniser that fails. Whatever cannot
// be understood in time is dropped and counted.
type hearing struct {
	recognizer prompt.Recognizer
	turns      chan struct{}
	breaker    *gobreaker.CircuitBreaker[prompt.Transcript]

	understood, failed, dropped atomic.Uint64
}

// newHearing is nil where talks are not listened to.
func newHearing(o Options) *hearing {
	if o.Recognizer == nil || o.Overhear == nil {
		return nil
	}
	return &hearing{
		recognizer: o.Recognizer, turns: make(chan struct{}, o.OverhearAtOnce),
		breaker: gobreaker.NewCircuitBreaker[prompt.Transcript](gobreaker.Settings{
			Name: "recognition of talks", MaxRequests: 1, Timeout: hearingRest,
			ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= hearingFailures },
			IsSuccessful:  func(err error) bool { return err == nil || errors.Is(err, context.Canceled) },
			OnStateChange: reportHearing(o.Logger),
		}),
	}
}

func reportHearing(log *slog.Logger) func(string, gobreaker.State, gobreaker.State) {
	return func(_ string, _, to gobreaker.State) {
		switch to {
		case gobreaker.StateOpen:
			log.Warn("speech in talks is not recognised; operators get no suggestions from it", "again_in", hearingRest)
		case gobreaker.StateClosed:
			log.Info("speech in talks is recognised again")
		case gobreaker.StateHalfOpen:
		}
	}
}

// understand gives the words of an utterance, empty when there are none or they cannot be known in time.
func (h *hearing) understand(ctx context.Context, u overheardCut) string {
	if !h.turn(ctx, u.partial) {
		h.dropped.Add(1)
		return ""
	}
	defer func() { <-h.turns }()
	ctx, cancel := context.WithTimeout(ctx, recognizeTime)
	defer cancel()
	text, err := h.breaker.Execute(func() (prompt.Transcript, error) { return h.recognizer.Recognize(ctx, u.Utterance) })
	switch {
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		h.dropped.Add(1)
		return ""
	case err != nil:
		h.failed.Add(1)
		return ""
	}
	h.understood.Add(1)
	return text.Text
}

// turn waits for a place among those that are understood at once.
func (h *hearing) turn(ctx context.Context, partial bool) bool {
	select {
	case h.turns <- struct{}{}:
		return true
	default:
	}
	if partial {
		return false
	}
	timer := time.NewTimer(hearingPatience)
	defer timer.Stop()
	select {
	case h.turns <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}
