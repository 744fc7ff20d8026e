package telemetry_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/telemetry"
)

type readiness struct {
	Ready, Draining bool
	Parts           map[string]struct{ OK bool }
}

func ask(t *testing.T, h http.Handler) (int, readiness, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody))
	text := w.Body.String()
	var r readiness
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	return w.Code, r, text
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	var told atomic.Int64
	h := &telemetry.Health{}
	h.Add("database", func(context.Context) error { return nil })
	h.Add("knowledge", func(context.Context) error {
		if broken.Load() {
			return errors.New("password of host db is wrong")
		}
		return nil
	})
	ready := h.Readiness(func(name string, err error) {
		require.Equal(t, "knowledge", name) //nolint:testifylint // same goroutine
		require.Error(t, err)
		told.Add(1)
	})
	code, state, _ := ask(t, ready)
	require.Equal(t, http.StatusOK, code)
	require.True(t, state.Ready && state.Parts["database"].OK && state.Parts["knowledge"].OK)

	broken.Store(true)
	code, state, text := ask(t, ready)
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.False(t, state.Ready || state.Parts["knowledge"].OK)
	require.True(t, state.Parts["database"].OK)
	require.NotContains(t, text, "password")
	require.EqualValues(t, 1, told.Load())

	broken.Store(false)
	h.Drain()
	code, state, _ = ask(t, ready)
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.True(t, state.Draining)
	w := httptest.NewRecorder()
	h.Alive().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", http.NoBody))
	require.Equal(t, http.StatusOK, w.Code, "a process that drains is alive")
}

func TestSlowPartIsNotReady(t *testing.T) {
	t.Parallel()
	h := &telemetry.Health{}
	h.Add("database", func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	ready, failures := h.Ready(t.Context())
	require.False(t, ready)
	require.ErrorIs(t, failures["database"], context.DeadlineExceeded)
}
