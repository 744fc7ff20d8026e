package telemetry_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/coretest"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/telemetry"
)

func TestFiguresOfTheCentre(t *testing.T) {
	t.Parallel()
	core, log := coretest.New(t)
	ctx := viewer.AsSystem(context.Background())
	core.Client.Queue.Create().SetCode("chat-1").SetName("Первая").SetChannel("CHAT").SetLine(1).ExecX(ctx)
	account := core.Client.Account.Create().SetLogin("op").SetDisplayName("Оператор").SetPasswordHash("x").SaveX(ctx)
	core.Client.Presence.Create().SetAccountID(account.ID).SetState("PAUSED").ExecX(ctx)
	m := telemetry.NewMetrics()
	m.Register(telemetry.NewCentre(core.DB, slog.New(slog.DiscardHandler)))
	m.Register(telemetry.EventLogLag(core.DB, log.Tail))
	m.Pool(core.DB, "core")
	m.Connections(func() int { return 7 })
	require.NoError(t, log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return log.Append(ctx, tx, eventlog.Event{Kind: "queue.changed"})
	}))
	text := scrape(t, m)
	for _, line := range []string{
		`ekc_queue_waiting{queue="chat-1"} 0`, `ekc_operators{state="PAUSED"} 1`, `ekc_operators{state="AVAILABLE"} 0`,
		`ekc_interactions_open{state="QUEUED"} 0`, `ekc_eventlog_lag_events`, `go_sql_open_connections{db_name="core"}`,
		`ekc_connections_open 7`, `go_goroutines`,
	} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text, "ekc_eventlog_lag_events -1")
}

func TestFiguresAreLeftOutWithoutADatabase(t *testing.T) {
	t.Parallel()
	core, err := database.Open(t.Context(), coretest.URL(t), 4)
	require.NoError(t, err)
	m := telemetry.NewMetrics()
	m.Register(telemetry.NewCentre(core.DB, slog.New(slog.DiscardHandler)))
	m.Register(telemetry.EventLogLag(core.DB, func() int64 { return 0 }))
	require.NoError(t, core.Close())
	text := scrape(t, m)
	require.NotContains(t, text, "ekc_operators{")
	require.Contains(t, text, "ekc_eventlog_lag_events -1")
}
