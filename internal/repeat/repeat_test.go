package repeat_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/repeat"
)

func TestWorkIsDoneAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var said bytes.Buffer
	times := 0
	err := repeat.Work{Name: "the work", Pause: time.Millisecond, Logger: slog.New(slog.NewTextHandler(&said, nil)), Do: func(context.Context) error {
		times++
		if times == 3 {
			cancel()
			return errors.New("ended while it worked")
		}
		return errors.New("odd")
	}}.Run(ctx)
	require.NoError(t, err)
	require.Equal(t, 3, times)
	require.Equal(t, 2, bytes.Count(said.Bytes(), []byte(`msg="the work failed, trying again" error=odd`)))
	require.NotContains(t, said.String(), "ended while it worked", "that is no failure")
}

func TestWorkWaitsFirstWhereItIsToldTo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	times := 0
	w := repeat.Work{Name: "the work", Pause: time.Hour, Logger: slog.New(slog.DiscardHandler), Do: func(context.Context) error {
		times++
		return nil
	}}
	require.NoError(t, w.Run(ctx))
	require.Equal(t, 1, times)
	w.Later = true
	require.NoError(t, w.Run(ctx))
	require.Equal(t, 1, times)
}
