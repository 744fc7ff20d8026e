package prompt

import (
	"context"
	"errors"
	"time"
)

// Utterance is one stretch of speech, cut out by a Cutter.
type Utterance struct {
	// PCM is 8 kHz mono.
	PCM []int16
	// At is where it begins, counted from the first frame that the Cutter was given.
	At time.Duration
	// Hints are words that are likely: the phrases of a menu.
	Hints []string
}

// Transcript is what was understood; an empty text means that there were no words.
type Transcript struct{ Text string }

// Recognizer turns speech into text. Implementations are safe for concurrent use and obey ctx.
type Recognizer interface {
	Recognize(ctx context.Context, u Utterance) (Transcript, error)
}

// ErrNoRecognizer is what NoRecognizer returns.
var ErrNoRecognizer = errors.New("speech recognition is not configured")

// NoRecognizer is used when no model is configured: the whole service works by keys then.
type NoRecognizer struct{}

// Recognize always fails with ErrNoRecognizer.
func (NoRecognizer) Recognize(context.Context, Utterance) (Transcript, error) {
	return Transcript{}, ErrNoRecognizer
}
