package app

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/browser"
	"ekc/telephony/media"
)

// A page whose offer is wrong is told so; one that comes when there is no room is told to come again.
func TestBrowsersRefuse(t *testing.T) {
	t.Parallel()
	engine, err := media.New(media.Options{PortMin: 43900, PortMax: 43903, Threads: 1, KeepProcs: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	gateway, err := browser.New(browser.Options{Engine: engine})
	require.NoError(t, err)
	connect := func() error {
		_, _, err := browsers{gateway}.Connect(context.Background(), telephony.BrowserCall{ID: "desk", Offer: "v=0"})
		return err
	}
	refused, ok := fail.As(connect())
	require.True(t, ok)
	require.Equal(t, fail.Invalid, refused.Code)
	require.Equal(t, "offer", refused.Field)
	require.NoError(t, gateway.Close())

	for err, code := range map[error]fail.Code{
		browser.ErrFull:                               fail.Unavailable,
		browser.ErrClosed:                             fail.Unavailable,
		fmt.Errorf("leg: %w", media.ErrClosed):        fail.Unavailable,
		fmt.Errorf("%w: x", browser.ErrOffer):         fail.Invalid,
		fmt.Errorf("%w: x", browser.ErrCandidate):     fail.Invalid,
		fmt.Errorf("%w: x", browser.ErrRenegotiation): fail.Invalid,
	} {
		require.Equal(t, code, fail.CodeOf(refusal("offer", err)), err.Error())
	}
}

// The switchboard hears of the first sound once, of every absence, and of the end.
func TestBrowserLife(t *testing.T) {
	t.Parallel()
	var heard []string
	life := lifeOf(telephony.BrowserCall{
		Up:   func() { heard = append(heard, "up") },
		Away: func(on bool) { heard = append(heard, fmt.Sprint("away ", on)) },
		Down: func(byPeer bool) { heard = append(heard, fmt.Sprint("down ", byPeer)) },
	})
	for _, kind := range []browser.EventKind{
		browser.Connected, browser.Interrupted, browser.Connected, browser.Interrupted, browser.Lost,
	} {
		life(browser.Event{Kind: kind})
	}
	require.Equal(t, []string{"up", "away true", "away false", "away true", "down false"}, heard)
	heard = nil
	lifeOf(telephony.BrowserCall{Down: func(byPeer bool) { heard = append(heard, fmt.Sprint("down ", byPeer)) }})(browser.Event{Kind: browser.Left})
	require.Equal(t, []string{"down true"}, heard)
}
