package media_test

import (
	"net"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"
)

// aimed waits until a leg has a socket for its party alone, in which time packets go both ways.
func (p *party) aimed(other *party) {
	p.t.Helper()
	for late := time.Now().Add(patience); p.leg.Aimed() != address(p.rtp); {
		require.True(p.t, time.Now().Before(late), "no socket of its own")
		p.say(sound(1))
		require.Equal(p.t, sound(1), other.next().Payload)
		other.say(sound(2))
		require.Equal(p.t, sound(2), p.next().Payload)
	}
}

func TestLegGetsASocketForItsParty(t *testing.T) {
	t.Parallel()
	o := options(false)
	e := newEngine(t, o)
	a, b := join(t, e, nil, nil), join(t, e, nil, nil)
	require.NoError(t, e.Bridge(a.leg, b.leg))
	b.settled()
	a.aimed(b)
	before := a.leg.Stats()
	for i := range byte(50) { // both kinds of receiving: alone, and many at once
		a.say(sound(i))
		a.say(sound(100 + i))
		require.Equal(t, sound(i), b.next().Payload)
		require.Equal(t, sound(100+i), b.next().Payload)
		b.say(sound(i))
		require.Equal(t, sound(i), a.next().Payload)
	}
	s := a.leg.Stats()
	require.Equal(t, uint64(100), s.Received-before.Received)
	require.Equal(t, uint64(50), s.Sent-before.Sent)
	require.Zero(t, s.Lost)

	_, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(a.leg.LocalRTP()))
	require.Error(t, err, "nobody else gets the port")
	stranger := bind(t)
	t.Cleanup(func() { _ = stranger.Close() })
	for i := range uint16(10) { // who has the stream's numbers too, while the party speaks on
		a.raw(stranger, &rtp.Packet{Header: rtp.Header{
			Version: 2, PayloadType: 8, SequenceNumber: a.seq + i, Timestamp: a.ts, SSRC: a.ssrc,
		}, Payload: sound(9)})
		a.say(sound(3))
		require.Equal(t, sound(3), b.next().Payload)
	}
	require.Eventually(t, func() bool { return a.leg.Stats().Foreign == 10 }, patience, time.Millisecond)
	require.Equal(t, address(a.rtp), a.leg.Stats().Address)
	port := a.leg.LocalRTP()
	a.leg.Close()
	free, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(port))
	require.NoError(t, err, "no socket is left")
	require.NoError(t, free.Close())
}

func TestAimFollowsTheParty(t *testing.T) {
	t.Parallel()
	e := newEngine(t, options(false))
	a, b := join(t, e, nil, nil), join(t, e, nil, nil)
	require.NoError(t, e.Bridge(a.leg, b.leg))
	b.settled()
	a.aimed(b)
	moved := bind(t) // a NAT that was rebound
	t.Cleanup(func() { _ = moved.Close() })
	require.Eventually(t, func() bool {
		a.raw(moved, &rtp.Packet{Header: rtp.Header{
			Version: 2, PayloadType: 8, SequenceNumber: a.seq, Timestamp: a.ts, SSRC: a.ssrc,
		}, Payload: sound(4)})
		a.seq++
		a.ts += 160
		return a.leg.Stats().Address == address(moved)
	}, patience, 50*time.Millisecond)
	b.say(sound(5))
	buf := make([]byte, 2048)
	require.NoError(t, moved.SetReadDeadline(time.Now().Add(patience)))
	n, from, err := moved.ReadFromUDPAddrPort(buf)
	require.NoError(t, err)
	require.Equal(t, 172, n)
	require.Equal(t, a.leg.LocalRTP(), from)
	require.Eventually(t, func() bool { return a.leg.Aimed() == address(moved) }, patience, time.Millisecond)
}

func TestAimMovesBetweenThreads(t *testing.T) {
	t.Parallel()
	e := newEngine(t, options(false))
	a, b, c, d := join(t, e, nil, nil), join(t, e, nil, nil), join(t, e, nil, nil), join(t, e, nil, nil)
	require.NoError(t, e.Bridge(a.leg, b.leg))
	require.NoError(t, e.Bridge(c.leg, d.leg))
	b.settled()
	a.aimed(b)
	d.settled()
	c.aimed(d)
	require.NoError(t, e.Bridge(c.leg, a.leg))
	a.settled()
	c.settled()
	a.aimed(c)
	c.aimed(a)
}

func TestPartyThatIsGoneIsNoError(t *testing.T) {
	t.Parallel()
	e := newEngine(t, options(false))
	a, b := join(t, e, nil, nil), join(t, e, nil, nil)
	require.NoError(t, e.Bridge(a.leg, b.leg))
	b.settled()
	a.aimed(b)
	_ = a.rtp.Close()
	sent := a.leg.Stats().Sent
	for range 20 {
		b.say(sound(1))
	}
	require.Eventually(t, func() bool { return a.leg.Stats().Sent == sent+20 }, patience, time.Millisecond)
	for _, thread := range e.Snapshot().Threads {
		require.LessOrEqual(t, thread.SendErrors, uint64(20), "what nobody takes")
	}
}
