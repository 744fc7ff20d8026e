package eventlog_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/internal/coretest"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
)

var errEnough = errors.New("enough")

const patience = 30 * time.Second

func appendOne(t *testing.T, log *eventlog.Log, e eventlog.Event) {
	t.Helper()
	require.NoError(t, log.InTx(context.Background(), func(ctx context.Context, tx *ent.Tx) error {
		return log.Append(ctx, tx, e)
	}))
}

// collect reads n events from the stream.
func collect(t *testing.T, s *eventlog.Stream, n int) []eventlog.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var got []eventlog.Event
	err := s.Each(ctx, func(e eventlog.Event) error {
		if got = append(got, e); len(got) == n {
			return errEnough
		}
		return nil
	})
	require.ErrorIs(t, err, errEnough, "got %d of %d events", len(got), n)
	return got
}

func TestOpenAppenderHoldsTheReaderBack(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	ctx := context.Background()
	stream := log.All(0)

	slow, err := core.Client.Tx(ctx)
	require.NoError(t, err)
	require.NoError(t, log.Append(ctx, slow, eventlog.Event{Kind: "first"}))
	appendOne(t, log, eventlog.Event{Kind: "second"})
	require.Never(t, func() bool { return log.Tail() > 0 }, 300*time.Millisecond, 5*time.Millisecond,
		"the reader passed a position that an open transaction may still fill")
	require.NoError(t, slow.Commit())

	got := collect(t, stream, 2)
	require.Equal(t, "first", got[0].Kind)
	require.Equal(t, "second", got[1].Kind)
}

func TestRolledBackAppenderIsPassed(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	ctx := context.Background()
	stream := log.All(0)
	tx, err := core.Client.Tx(ctx)
	require.NoError(t, err)
	require.NoError(t, log.Append(ctx, tx, eventlog.Event{Kind: "lost"}))
	appendOne(t, log, eventlog.Event{Kind: "kept"})
	require.NoError(t, tx.Rollback())
	require.Equal(t, "kept", collect(t, stream, 1)[0].Kind)
}

// TestNoGapNoRepeat runs many writers on two nodes with readers that drop and resume all the time, on both nodes.
func TestNoGapNoRepeat(t *testing.T) {
	t.Parallel()
	url := coretest.URL(t)
	_, first := coretest.Open(t, url)
	_, second := coretest.Open(t, url)
	logs := []*eventlog.Log{first, second}
	const writers, each = 8, 60

	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			log := logs[w%2]
			for i := range each {
				err := log.InTx(context.Background(), func(ctx context.Context, tx *ent.Tx) error {
					return log.Append(ctx, tx,
						eventlog.Event{Kind: "k", InteractionID: "one", Data: map[string]string{"n": fmt.Sprint(w*each + i)}},
						eventlog.Event{Kind: "k", InteractionID: "other"})
				})
				if err != nil {
					t.Errorf("append: %v", err)
				}
			}
		})
	}
	var after int64
	seen := map[string]bool{}
	for round := 0; len(seen) < writers*each; round++ {
		want := min(1+rand.IntN(40), writers*each-len(seen))
		for _, e := range collect(t, logs[round%2].OfInteraction("one", after), want) {
			require.Greater(t, e.ID, after)
			after = e.ID
			require.False(t, seen[e.Data["n"]], "event %s came twice", e.Data["n"])
			seen[e.Data["n"]] = true
		}
	}
	writing.Wait()
	for i := range writers * each {
		require.True(t, seen[strconv.Itoa(i)], "event %d is missing", i)
	}
}

// TestOneTransactionTellsEverythingOnce: like events within one transaction are one, the last; a failure tells nothing.
func TestOneTransactionTellsEverythingOnce(t *testing.T) {
	t.Parallel()
	_, log := coretest.New(t)
	stream := log.All(0)
	fails := errors.New("fails")
	say := func(ctx context.Context, tx *ent.Tx, kinds ...string) error {
		for _, kind := range kinds {
			if err := log.Append(ctx, tx, eventlog.Event{Kind: kind, Data: map[string]string{"a": "1", "b": "2"}}); err != nil {
				return err
			}
		}
		return nil
	}
	err := log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) error {
		return errors.Join(say(ctx, tx, "never"), fails)
	})
	require.ErrorIs(t, err, fails)
	for range 2 { // in another transaction it is news again
		require.NoError(t, log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) error {
			return say(ctx, tx, "a", "b", "a", "c", "b")
		}))
	}
	var kinds []string
	for _, e := range collect(t, stream, 6) {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []string{"a", "c", "b", "a", "c", "b"}, kinds)
}

func TestStreamFromNow(t *testing.T) {
	t.Parallel()
	_, log := coretest.New(t)
	appendOne(t, log, eventlog.Event{Kind: "old"})
	require.Eventually(t, func() bool { return log.Tail() == 1 }, patience, time.Millisecond)
	stream := log.All(-1)
	appendOne(t, log, eventlog.Event{Kind: "new", AccountID: "acc"})
	require.Equal(t, "new", collect(t, stream, 1)[0].Kind)
}

func TestSlowStreamEndsAndResumes(t *testing.T) {
	t.Parallel()
	_, log := coretest.New(t)
	ctx := context.Background()
	stream := log.OfAccount("acc", 0)
	const many = 1500
	require.NoError(t, log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		for n := range many {
			e := eventlog.Event{Kind: "k", AccountID: "acc", Data: map[string]string{"n": strconv.Itoa(n)}}
			if err := log.Append(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	}))
	require.Eventually(t, func() bool { return log.Tail() >= many }, patience, time.Millisecond)
	var last int64
	err := stream.Each(ctx, func(e eventlog.Event) error {
		require.Equal(t, last+1, e.ID)
		last = e.ID
		return nil
	})
	require.ErrorIs(t, err, eventlog.ErrSlow)
	rest := collect(t, log.OfAccount("acc", last), many-int(last))
	require.Equal(t, last+1, rest[0].ID)
}

func TestSignalReachesOtherNodes(t *testing.T) {
	t.Parallel()
	url := coretest.URL(t)
	_, first := coretest.Open(t, url)
	_, second := coretest.Open(t, url)
	stream := second.OfInteraction("one", -1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // a signal sent before the other node listens is lost, as it may be
		for ctx.Err() == nil {
			_ = first.Signal(ctx, eventlog.Event{Kind: "typing", InteractionID: "one"})
			time.Sleep(20 * time.Millisecond) //nolint:forbidigo // paces a sender, waits for nothing
		}
	}()
	got := collect(t, stream, 1)
	require.Equal(t, "typing", got[0].Kind)
	require.Zero(t, got[0].ID)
}

func TestCursor(t *testing.T) {
	t.Parallel()
	now := time.Now()
	position, err := eventlog.ParseCursor(eventlog.Cursor(42, now), now)
	require.NoError(t, err)
	require.Equal(t, int64(42), position)
	for _, forged := range []string{"", "x", "MS4x", eventlog.Cursor(-5, now), "../../etc"} {
		_, err := eventlog.ParseCursor(forged, now)
		require.Equal(t, fail.Invalid, fail.CodeOf(err), "cursor %q", forged)
	}
	_, err = eventlog.ParseCursor(eventlog.Cursor(1, now.Add(-eventlog.Retention-time.Minute)), now)
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
}
