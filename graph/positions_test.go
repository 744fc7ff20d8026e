package graph

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStreamThatHasEndedNeverWaitsAgain(t *testing.T) {
	t.Parallel()
	p := newPositions(nil, slog.New(slog.DiscardHandler))
	w := newWaiter("int_1")
	p.leave(w)
	p.set(w, "que_1") // the last event was shown while the stream ended
	require.Empty(t, p.waiting)
	require.False(t, p.running)
}
