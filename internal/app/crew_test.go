package app

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStopDoesNotWaitForEverForWhatIsDeaf(t *testing.T) {
	t.Parallel()
	c := newCrew(func(err error) { t.Errorf("no failure: %v", err) })
	deaf := make(chan struct{})
	c.add("a query without an answer", func(context.Context) error {
		<-deaf
		return nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, c.stop(ctx), context.DeadlineExceeded)
	close(deaf)
	require.NoError(t, c.stop(t.Context()))
}

func TestWhatEndsByItselfIsAFailure(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	c := newCrew(func(err error) { failed <- err })
	c.add("routing", func(context.Context) error { return nil })
	require.ErrorContains(t, <-failed, "routing has ended")
	require.NoError(t, c.stop(t.Context()))
}
