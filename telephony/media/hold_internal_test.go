package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHoldIsNoLoss(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	a.talk(10, frame(1))
	for _, direction := range []Direction{RecvOnly, SendRecv, Inactive, SendRecv} {
		c := testConfig()
		c.Direction = direction
		require.NoError(t, b.Configure(c))
		p.turn()
		a.talk(10, frame(1))
	}
	require.Len(t, b.out, 30)
	b.continuous()
}

func TestUnbridgedLegsAreSilent(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	a.talk(2, frame(1))
	require.NoError(t, b.Unbridge())
	p.turn()
	a.talk(2, frame(1))
	b.talk(2, frame(1))
	require.Len(t, b.out, 2)
	require.Empty(t, a.out)
	p.thread.bury(b.Leg)
	a.talk(2, frame(1))
	p.run(time.Second)
}

// TestPacketsOfOtherShapes sends what RFC 3550 allows beyond the plain header; the party gets plain packets.
func TestPacketsOfOtherShapes(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	sound := frame(9)
	for i, packet := range [][]byte{
		append([]byte{0x82, 8, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 9, 9, 9, 9, 8, 8, 8, 8}, sound...),                  // contributors
		append([]byte{0x90, 8, 0, 2, 0, 0, 0, 160, 1, 2, 3, 4, 0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0}, sound...),       // extension
		append(append([]byte{0xA0, 8, 0, 3, 0, 0, 1, 64, 1, 2, 3, 4}, sound...), 0, 0, 0, 4),                     // padding
		append(append([]byte{0xB1, 0x88, 0, 4, 0, 0, 2, 0, 1, 2, 3, 4, 5, 5, 5, 5, 0, 0, 0, 0}, sound...), 0, 2), // all
	} {
		p.thread.receive(a.Leg, false, append([]byte(nil), packet...), testAddress, false)
		require.Len(t, b.out, i+1)
		require.Equal(t, sound, b.out[i].payload)
		require.Equal(t, uint16(i+1), b.out[i].seq)
		require.Equal(t, headerSize, b.out[i].start)
	}
	require.Equal(t, uint64(4*160), a.Leg.stats.ReceivedBytes)
}
