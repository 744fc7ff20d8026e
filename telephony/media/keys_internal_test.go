package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pressKey sends a whole key press as phones do: every 20 ms, then three ends. drop leaves packets out by their number.
func (e *end) pressKey(code byte, ts uint32, packets int, drop ...int) {
	n := 0
	send := func(duration uint16, end bool) {
		lost := false
		for _, d := range drop {
			lost = lost || d == n
		}
		if lost {
			e.seq++
		} else {
			e.key(code, ts, duration, end)
		}
		n++
	}
	for i := range packets {
		send(uint16(160*(i+1)), false)
		e.loop.run(FrameDuration)
	}
	for range 3 {
		send(uint16(160*(packets+1)), true)
	}
}

func TestKeyPressIsToldOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		drop []int
		hold time.Duration
	}{
		"all packets":         {nil, 120 * time.Millisecond},
		"start lost":          {[]int{0}, 120 * time.Millisecond},
		"two ends lost":       {[]int{5, 7}, 120 * time.Millisecond},
		"only the end came":   {[]int{0, 1, 2, 3, 4}, 120 * time.Millisecond},
		"all ends lost":       {[]int{5, 6, 7}, 100 * time.Millisecond},
		"only the first came": {[]int{1, 2, 3, 4, 5, 6, 7}, 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newLoop(t)
			a := p.join(nil)
			a.talk(3, frame(1))
			a.pressKey(5, 70000, 5, c.drop...)
			p.run(time.Second)
			told := a.of(DTMF)
			require.Len(t, told, 1)
			require.Equal(t, byte('5'), told[0].Digit)
			require.Equal(t, c.hold, told[0].Duration)
			require.Zero(t, p.thread.wheel.work)
		})
	}
}

func TestKeysInARow(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.talk(3, frame(1))
	for i, code := range []byte{1, 1, 10, 11, 12, 15, 16, 0} {
		drop := []int{}
		if i%2 == 1 { // each second one loses its ends: the next begins before the timeout
			drop = []int{2, 3, 4}
		}
		a.pressKey(code, 80000+uint32(i)*1000, 2, drop...)
		a.talk(1, frame(1))
	}
	p.run(time.Second)
	digits := ""
	for _, e := range a.of(DTMF) {
		digits += string(rune(e.Digit))
	}
	require.Equal(t, "11*#AD!0", digits)
	require.Equal(t, uint64(8), a.stats.Digits)
}

func TestTwoKeysThatLostTheirMiddle(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.key(1, 1000, 160, false)
	a.key(2, 2000, 480, true) // the end of the next one is all that came
	p.run(time.Second)
	require.Len(t, a.of(DTMF), 2)
	require.Equal(t, byte('2'), a.of(DTMF)[1].Digit)
}

func TestLongKeyOfSegments(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.key(7, 1000, 0x8000, false)
	a.key(7, 1000, 0xFFFF, false)
	a.key(7, 1000+0xFFFF, 160, false)
	a.key(7, 1000+0xFFFF, 320, true)
	told := a.of(DTMF)
	require.Len(t, told, 1)
	require.Equal(t, samplesToDuration(0xFFFF+320), told[0].Duration)
}

func TestStrayAndBrokenKeyPackets(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.key(1, 9000, 160, true)
	a.key(2, 8000, 160, true) // older than what is done
	a.key(99, 9500, 160, true)
	a.packet(101, false, []byte{1, 2, 3}, 0)
	p.run(time.Second)
	require.Len(t, a.of(DTMF), 1)
	require.Equal(t, uint64(2), a.stats.Rejected)
}

func TestKeysAreForwardedInTheStream(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	b := p.join(func(c *LegConfig) { c.SendEvents = 96 })
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	a.talk(5, frame(1))
	a.pressKey(3, a.ts, 4)
	a.ts += 800
	a.talk(5, frame(1))
	keys := 0
	for i, packet := range b.out {
		if i > 0 {
			require.Equal(t, b.out[i-1].seq+1, packet.seq)
		}
		if packet.payloadType == 96 {
			keys++
			require.Equal(t, byte(3), packet.payload[0])
			require.Equal(t, uint32(50000+5*160), packet.ts)
		}
	}
	require.Equal(t, 7, keys)
	require.Len(t, b.out, 17)
}

func TestKeysOfAnotherStreamAreForwarded(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	a.talk(5, frame(1))
	sound, seq := a.ssrc, a.seq
	a.ssrc, a.seq = 0x01020305, 1 // as SIPp's play_dtmf does
	a.pressKey(9, 100, 3)
	a.ssrc, a.seq = sound, seq
	a.talk(5, frame(1))
	require.Len(t, b.out, 5+6+5)
	for i, packet := range b.out[1:] {
		require.Equal(t, b.out[i].seq+1, packet.seq, "packet %d", i+1)
		require.Equal(t, b.ssrc0(), packet.ssrc)
		require.False(t, packet.marker)
	}
	require.Equal(t, b.out[5].ts, b.out[10].ts, "all packets of an event have its beginning")
	require.Len(t, a.of(DTMF), 1)
	require.Zero(t, a.rx.sequence.lost())
}

func (e *end) ssrc0() uint32 { return e.Leg.ssrc }

func TestKeysWithoutAgreementAreNoLoss(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	b := p.join(func(c *LegConfig) { c.SendEvents = 0 })
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	a.talk(5, frame(1))
	a.pressKey(3, a.ts, 4)
	a.talk(5, frame(1))
	require.Len(t, b.out, 10)
	for i, packet := range b.out[1:] {
		require.Equal(t, b.out[i].seq+1, packet.seq)
	}
}

func TestSendDTMF(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	b.talk(5, frame(1))
	require.NoError(t, a.SendDTMF("1#", 60*time.Millisecond, 60*time.Millisecond))
	b.talk(30, frame(1))
	require.Len(t, a.of(DTMFSent), 1)
	var d keyDecoder
	digits := ""
	for i, packet := range a.out {
		if i > 0 {
			require.Equal(t, a.out[i-1].seq+1, packet.seq, "packet %d", i)
		}
		if packet.payloadType != 101 {
			continue
		}
		e, ok := parseKeyEvent(packet.payload)
		require.True(t, ok)
		pressed, ended, begun := d.update(e, packet.ts, packet.at)
		require.Equal(t, begun, packet.marker)
		if ended {
			digits += string(rune(pressed.digit))
			require.Equal(t, 60*time.Millisecond, pressed.hold)
		}
	}
	require.Equal(t, "1#", digits)
	last := a.out[len(a.out)-1]
	require.Equal(t, uint8(8), last.payloadType, "the conversation goes on")
	require.Equal(t, uint32(50000+34*160), last.ts-a.tx.tsOff, "and at its time")
}

func TestSendDTMFArguments(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(func(c *LegConfig) { c.SendEvents = 0 })
	for _, digits := range []string{"", "12x", "1!"} {
		require.ErrorIs(t, a.SendDTMF(digits, 0, 0), ErrInvalid)
	}
	require.ErrorIs(t, a.SendDTMF("1", time.Millisecond, 0), ErrInvalid)
	require.NoError(t, a.SendDTMF("12", 0, 0))
	p.turn()
	require.Len(t, a.of(DTMFSent), 1, "nothing agreed, nothing to wait for")
	require.Empty(t, a.out)
}

func TestInjectDTMF(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	a.play(PlayRequest{Clips: []*Clip{clipOf(100)}, BargeIn: true})
	p.run(100 * time.Millisecond)
	require.NoError(t, a.InjectDTMF('7', 100*time.Millisecond))
	p.run(time.Second)
	told := a.of(DTMF)
	require.Len(t, told, 1)
	require.True(t, told[0].Injected)
	require.Equal(t, byte('7'), told[0].Digit)
	require.Equal(t, PlayBargedIn, a.of(PlayFinished)[0].Reason)
	require.NotEmpty(t, b.out, "the other side gets it as an event")
	require.Equal(t, byte(7), b.out[0].payload[0])
	require.ErrorIs(t, a.InjectDTMF('x', 0), ErrInvalid)
}
