// Package coretest gives tests a migrated core database of their own with a running event log. It is imported by tests
// only.
package coretest

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/pgtest"
	coremigrations "ekc/migrations/core"
)

// conns is small: many tests run side by side on one server.
const conns = 12

// URL returns the address of a fresh, migrated database.
func URL(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, "core:"+pgtest.Hash(coremigrations.Files()), coremigrations.ApplyTo)
}

// Open connects to a database as one more node does: its own pool and its own follower of the event log.
func Open(t testing.TB, url string) (*database.Core, *eventlog.Log) {
	t.Helper()
	core, err := database.Open(context.Background(), url, conns)
	require.NoError(t, err)
	log := eventlog.New(core.DB, core.Client, url, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- log.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
		require.NoError(t, core.Close())
	})
	select {
	case <-log.Started():
	case err := <-done:
		done <- err // for the cleanup
		require.NoError(t, err, "the event log is not followed")
	}
	return core, log
}

// New is URL and Open together.
func New(t testing.TB) (*database.Core, *eventlog.Log) {
	t.Helper()
	return Open(t, URL(t))
}
