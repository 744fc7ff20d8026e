package media_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// TestBacklogAfterAStall blocks the thread, as a machine without a free core does, while packets pile up in the socket.
func TestBacklogAfterAStall(t *testing.T) {
	t.Parallel()
	e := newEngine(t, options(false))
	blocked, release := make(chan struct{}), make(chan struct{})
	a := listen(t)
	leg, err := e.NewLeg(media.LegOptions{Notify: func(ev media.Event) {
		if ev.Kind == media.FirstPacket {
			close(blocked)
			<-release
		}
	}})
	require.NoError(t, err)
	a.leg = leg
	a.configure(nil)
	b := join(t, e, a.leg, nil)
	require.NoError(t, e.Bridge(a.leg, b.leg))
	b.settled()
	a.say(sound(0))
	<-blocked
	for i := range byte(30) {
		a.say(sound(1 + i))
	}
	<-time.After(150 * time.Millisecond)
	close(release)
	require.Eventually(t, func() bool { return a.leg.Stats().Received == 31 }, patience, time.Millisecond)
	require.Equal(t, uint64(25), a.leg.Stats().Stale)
	require.Equal(t, sound(0), b.next().Payload)
	for i := range byte(5) {
		got := b.next()
		require.Equal(t, sound(26+i), got.Payload, "only what can still be heard in time")
		require.Equal(t, uint16(101)+uint16(i), got.SequenceNumber)
	}
	require.Zero(t, a.leg.Stats().Lost)
}
