package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	behindNAT = netip.MustParseAddrPort("198.51.100.7:61000")
	stranger  = netip.MustParseAddrPort("203.0.113.66:7000")
)

// as lets somebody else send one packet to the leg.
func (e *end) as(from netip.AddrPort, ssrc uint32, seq uint16) {
	keepFrom, keepSSRC, keepSeq, keepTS := e.from, e.ssrc, e.seq, e.ts
	e.from, e.ssrc, e.seq = from, ssrc, seq
	e.say(frame(66))
	e.from, e.ssrc, e.seq, e.ts = keepFrom, keepSSRC, keepSeq, keepTS
}

func TestSignalledAddressIsBelievedAtOnce(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.say(frame(1))
	require.Equal(t, uint64(1), a.stats.Received)
	require.Len(t, a.of(FirstPacket), 1)
	require.Equal(t, testAddress, a.of(FirstPacket)[0].Address)
	require.Empty(t, a.of(SourceChanged), "where it was expected from")
}

func TestPartyBehindNATIsLearned(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.from = behindNAT
	a.talk(probation-1, frame(1))
	require.Equal(t, testAddress, a.to.addr)
	a.talk(1, frame(1))
	require.Equal(t, behindNAT, a.to.addr)
	require.Equal(t, netip.AddrPortFrom(behindNAT.Addr(), behindNAT.Port()+1), a.toControl.addr)
	require.Equal(t, behindNAT, a.of(SourceChanged)[0].Address)
	require.Equal(t, uint64(probation-1), a.stats.Foreign)
}

func TestStrangerLosesToTheSignalledAddressInTheWindow(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	for i := range uint16(10) {
		a.as(stranger, 7, i)
		p.run(FrameDuration)
	}
	require.Equal(t, stranger, a.to.addr)
	a.say(frame(1))
	require.Equal(t, testAddress, a.to.addr)
	received := a.stats.Received
	for i := range uint16(10) {
		a.as(stranger, 7, 10+i)
	}
	require.Equal(t, received, a.stats.Received, "and stays out")
}

func TestSignalledAddressComesBackWhenTheOtherIsSilent(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	for i := range uint16(learnWindow/FrameDuration) + probation {
		a.as(stranger, 7, i)
		p.run(FrameDuration)
	}
	a.say(frame(1))
	require.Equal(t, stranger, a.to.addr, "the window has passed")
	p.run(quietBeforeReturn + FrameDuration)
	a.say(frame(1))
	require.Equal(t, testAddress, a.to.addr)
}

func TestChoiceIsFinalAfterTheWindow(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.from = behindNAT
	a.talk(int(learnWindow/FrameDuration)+probation, frame(1))
	a.as(testAddress, 99, 1)
	require.Equal(t, behindNAT, a.to.addr)
}

func TestStrangerCannotTakeALivingStream(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	for range 200 {
		a.as(stranger, a.ssrc, a.seq+1) // one who reads the packets, and is ahead of them
		a.say(frame(1))
		p.run(FrameDuration)
	}
	require.Equal(t, testAddress, a.to.addr)
	require.Equal(t, uint64(200), a.stats.Foreign)
	for _, packet := range b.out {
		require.Equal(t, frame(1), packet.payload)
	}
}

func TestStrangerCannotTakeASilentLegWithoutItsNumbers(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.talk(200, frame(1))
	p.run(10 * time.Second)
	for i := range uint16(100) {
		a.as(stranger, 4711, i)
		a.as(stranger, a.ssrc, 40000+i)
	}
	require.Equal(t, testAddress, a.to.addr)
}

func TestReboundNATContinues(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.talk(200, frame(1))
	p.run(200 * time.Millisecond)
	a.from = behindNAT
	a.talk(probation, frame(1))
	require.Equal(t, behindNAT, a.to.addr)
	require.Len(t, a.of(SourceChanged), 1)
}

func TestConfigureMovesOrKeeps(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.from = behindNAT
	a.talk(10, frame(1))
	c := testConfig()
	c.Direction = SendOnly
	require.NoError(t, a.Configure(c))
	p.turn()
	require.Equal(t, behindNAT, a.to.addr, "hold does not open the window again")
	c.Direction, c.Remote = SendRecv, stranger
	require.NoError(t, a.Configure(c))
	p.turn()
	require.Equal(t, stranger, a.to.addr)
	a.as(stranger, 5, 5)
	require.Equal(t, stranger, a.rx.source.current)
}

func TestStrictSource(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(func(c *LegConfig) { c.StrictSource = true })
	a.from = behindNAT
	a.talk(20, frame(1))
	require.Zero(t, a.stats.Received)
	require.Equal(t, testAddress, a.to.addr)
	a.from = testAddress
	a.talk(1, frame(1))
	require.Equal(t, uint64(1), a.stats.Received)
}
