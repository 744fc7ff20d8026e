package eventlog_test

import (
	"context"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/eventlog"
)

// TestAppenderOfAVanishedNodeIsPassed leaves a transaction open as a node does whose machine loses its network: nobody ends
// the connection, and Postgres has to.
func TestAppenderOfAVanishedNodeIsPassed(t *testing.T) {
	t.Parallel()
	address := coretest.URL(t)
	_, log := coretest.Open(t, address)
	ctx := context.Background()
	u, err := url.Parse(address)
	require.NoError(t, err)
	query := u.Query()
	query.Set("idle_in_transaction_session_timeout", "300") // milliseconds, so that the test need not take ten seconds
	u.RawQuery = query.Encode()
	vanished, err := database.Open(ctx, u.String(), 1)
	require.NoError(t, err)
	t.Cleanup(func() { _ = vanished.Close() })

	stream := log.All(0)
	tx, err := vanished.Client.Tx(ctx)
	require.NoError(t, err)
	require.NoError(t, log.Append(ctx, tx, eventlog.Event{Kind: "lost"}))
	appendOne(t, log, eventlog.Event{Kind: "kept"})
	require.Equal(t, "kept", collect(t, stream, 1)[0].Kind)
	require.Error(t, tx.Commit(), "what the vanished node had begun never happened")
}

func TestTailIsAPositionOnceStarted(t *testing.T) {
	t.Parallel()
	address := coretest.URL(t)
	core, first := coretest.Open(t, address)
	appendOne(t, first, eventlog.Event{Kind: "old"})
	second := eventlog.New(core.DB, core.Client, address, slog.New(slog.DiscardHandler))
	require.Zero(t, second.Tail())
	select {
	case <-second.Started():
		t.Fatal("not running yet")
	default:
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- second.Run(ctx) }()
	select {
	case <-second.Started():
		require.EqualValues(t, 1, second.Tail())
	case <-time.After(patience):
		t.Fatal("it does not start")
	}
	cancel()
	require.NoError(t, <-ended)
}

func TestRunEndsWhenPostgresIsAway(t *testing.T) {
	t.Parallel()
	core, _ := coretest.New(t)
	log := eventlog.New(core.DB, core.Client, "postgres://127.0.0.1:1/none?sslmode=disable", slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- log.Run(ctx) }()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(patience):
		t.Fatal("a stop waits for Postgres for ever")
	}
}

func TestPruneGoesByTheClockOfTheDatabase(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	for _, kind := range []string{"old", "kept"} {
		require.NoError(t, log.InTx(context.Background(), func(ctx context.Context, tx *ent.Tx) error {
			return log.Append(ctx, tx, eventlog.Event{Kind: kind})
		}))
	}
	_, err := core.DB.ExecContext(t.Context(), `UPDATE events SET at = at - make_interval(secs => $1) WHERE kind = 'old'`,
		(eventlog.Retention + 2*time.Hour).Seconds())
	require.NoError(t, err)
	_, err = core.DB.ExecContext(t.Context(), `UPDATE events SET at = at - make_interval(secs => $1) WHERE kind = 'kept'`,
		eventlog.Retention.Seconds())
	require.NoError(t, err)
	_, err = log.Prune(t.Context()) // the log's own first round may have been quicker
	require.NoError(t, err)
	left := 0
	require.NoError(t, core.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM events WHERE kind = 'old'`).Scan(&left))
	require.Zero(t, left)
	got := collect(t, log.All(0), 1)
	require.Equal(t, "kept", got[0].Kind, "a cursor of that age is still honoured")
}

// TestDatabaseThatLostItsLastTransactions lets positions come again, as a standby does that was promoted before it had all.
func TestDatabaseThatLostItsLastTransactions(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	for range 5 {
		appendOne(t, log, eventlog.Event{Kind: "lost"})
	}
	require.Eventually(t, func() bool { return log.Tail() == 5 }, patience, time.Millisecond)
	before := log.All(-1)
	_, err := core.DB.ExecContext(t.Context(), `DELETE FROM events WHERE id > 2; SELECT setval('events_id_seq', 2)`)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.ErrorIs(t, before.Each(ctx, func(eventlog.Event) error { return nil }), eventlog.ErrSetBack)
	after := log.All(-1)
	appendOne(t, log, eventlog.Event{Kind: "new"})
	got := collect(t, after, 1)[0]
	require.Equal(t, "new", got.Kind)
	require.EqualValues(t, 3, got.ID)
}
