package media

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/stretchr/testify/require"
)

// reports parses what the party got, with an implementation that is not ours.
func (e *end) reports() (all [][]rtcp.Packet) {
	e.loop.t.Helper()
	for _, b := range e.rtcp {
		packets, err := rtcp.Unmarshal(b)
		require.NoError(e.loop.t, err)
		require.NoError(e.loop.t, rtcp.CompoundPacket(packets[:2]).Validate())
		all = append(all, packets)
	}
	return all
}

func (e *end) control(packets ...rtcp.Packet) {
	e.loop.t.Helper()
	b, err := rtcp.Marshal(packets)
	require.NoError(e.loop.t, err)
	e.loop.thread.receive(e.Leg, true, b, e.from, false)
}

func TestReportsOfAConversation(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(nil), p.join(nil)
	require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
	for i := range 3000 { // a minute; a loses every tenth packet
		if i%10 == 5 {
			a.seq++
			a.ts += 160
		} else {
			a.say(frame(1))
		}
		b.say(frame(2))
		p.run(FrameDuration)
	}
	reports := a.reports()
	require.InDelta(t, 12, len(reports), 4, "every five seconds")
	sr, ok := reports[len(reports)-1][0].(*rtcp.SenderReport)
	require.True(t, ok)
	require.Equal(t, a.Leg.ssrc, sr.SSRC)
	require.Positive(t, sr.PacketCount)
	require.Equal(t, sr.PacketCount*160, sr.OctetCount)
	require.Len(t, sr.Reports, 1)
	require.Equal(t, a.ssrc, sr.Reports[0].SSRC)
	require.InDelta(t, 25, sr.Reports[0].FractionLost, 4)
	require.InDelta(t, 290, sr.Reports[0].TotalLost, 40)
	require.Less(t, sr.Reports[0].Jitter, uint32(16))
	name, ok := reports[0][1].(*rtcp.SourceDescription)
	require.True(t, ok)
	require.Equal(t, a.Leg.name, name.Chunks[0].Items[0].Text)

	stats := a.snapshot(p.thread)
	require.Equal(t, int64(300), stats.Lost)
	require.InDelta(t, 3.36, stats.MOS, 0.05)
	require.Greater(t, b.snapshot(p.thread).MOS, 4.2)
}

func TestReceiverReportOfASilentLeg(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(func(c *LegConfig) { c.Direction = RecvOnly })
	a.talk(400, frame(1))
	reports := a.reports()
	require.NotEmpty(t, reports)
	rr, ok := reports[0][0].(*rtcp.ReceiverReport)
	require.True(t, ok)
	require.Len(t, rr.Reports, 1)
	require.Empty(t, a.out)
}

func TestRoundTripAndRemoteView(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.play(PlayRequest{Clips: []*Clip{clipOf(1)}, Loop: true})
	a.talk(500, frame(1))
	a.rtcp = nil
	for len(a.rtcp) == 0 {
		p.run(10 * time.Millisecond)
	}
	sr := a.reports()[0][0].(*rtcp.SenderReport)
	p.run(250 * time.Millisecond) // of which the party kept it for 100
	a.control(&rtcp.SenderReport{SSRC: a.ssrc, NTPTime: 0x1234_5678_9ABC_DEF0, Reports: []rtcp.ReceptionReport{{
		SSRC: a.Leg.ssrc, TotalLost: 17, Jitter: 80, LastSenderReport: uint32(sr.NTPTime >> 16), Delay: 6554,
	}}})
	stats := a.snapshot(p.thread)
	require.InDelta(t, 150*time.Millisecond, stats.RoundTrip, float64(2*time.Millisecond))
	require.Equal(t, int64(17), stats.RemoteLost)
	require.Equal(t, 10*time.Millisecond, stats.RemoteJitter)
	require.Equal(t, uint32(0x5678_9ABC), a.Leg.control.lastSR)
	a.rtcp = nil
	p.run(8 * time.Second)
	block := a.reports()[0][0].(*rtcp.SenderReport).Reports[0]
	require.Equal(t, uint32(0x5678_9ABC), block.LastSenderReport)
	require.Positive(t, block.Delay)
}

func TestByeBothWays(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.talk(2, frame(1))
	bye := &rtcp.Goodbye{Sources: []uint32{a.ssrc}}
	a.control(bye)
	require.Empty(t, a.of(ByeReceived), "a compound packet begins with a report")
	a.control(&rtcp.ReceiverReport{SSRC: a.ssrc}, bye)
	a.control(&rtcp.ReceiverReport{SSRC: a.ssrc}, bye)
	require.Len(t, a.of(ByeReceived), 1)
	a.play(PlayRequest{Clips: []*Clip{clipOf(5)}})
	p.run(50 * time.Millisecond)
	p.thread.bury(a.Leg)
	reports := a.reports()
	require.Equal(t, []uint32{a.Leg.ssrc}, reports[len(reports)-1][2].(*rtcp.Goodbye).Sources)
	require.Equal(t, PlayLegClosed, a.of(PlayFinished)[0].Reason)
}

func TestControlOfStrangersAndRubbish(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	a.talk(2, frame(1))
	a.from = stranger
	a.control(&rtcp.ReceiverReport{SSRC: a.ssrc}, &rtcp.Goodbye{Sources: []uint32{a.ssrc}})
	require.Empty(t, a.of(ByeReceived))
	require.Equal(t, uint64(1), a.Leg.stats.Foreign)
	a.from = testAddress
	for _, b := range [][]byte{{}, {0x80}, {0x81, 201, 0, 7, 0, 0, 0, 1}, {0x9F, 200, 255, 255, 0, 0, 0, 0}, {0x80, 209, 0, 1, 0, 0, 0, 0}} {
		p.thread.receive(a.Leg, true, b, a.from, false)
	}
	require.Equal(t, uint64(3), a.Leg.stats.Rejected)
}

func TestMediaTimeout(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(func(c *LegConfig) { c.MediaTimeout = 3 * time.Second })
	p.run(2900 * time.Millisecond)
	require.Empty(t, a.of(MediaTimeout))
	p.run(1200 * time.Millisecond)
	require.Len(t, a.of(MediaTimeout), 1, "also when nothing ever came")
	p.run(10 * time.Second)
	require.Len(t, a.of(MediaTimeout), 1)
	a.talk(1, frame(1))
	require.Len(t, a.of(MediaResumed), 1)
	p.run(5 * time.Second)
	require.Len(t, a.of(MediaTimeout), 2)
	c := testConfig()
	c.MediaTimeout, c.Direction = 3*time.Second, SendOnly
	require.NoError(t, a.Configure(c))
	p.run(10 * time.Second)
	require.Len(t, a.of(MediaTimeout), 2, "on hold nobody is expected to speak")
}

func TestDirections(t *testing.T) {
	t.Parallel()
	for _, direction := range []Direction{SendRecv, SendOnly, RecvOnly, Inactive} {
		t.Run(direction.String(), func(t *testing.T) {
			t.Parallel()
			p := newLoop(t)
			a := p.join(func(c *LegConfig) { c.Direction = direction })
			b := p.join(nil)
			require.NoError(t, p.engine.Bridge(a.Leg, b.Leg))
			p.turn()
			a.talk(3, frame(1))
			b.talk(3, frame(2))
			require.Equal(t, direction.sends(), len(a.out) == 3)
			require.Equal(t, direction.receives(), len(b.out) == 3)
			a.play(PlayRequest{Clips: []*Clip{clipOf(3)}})
			p.run(time.Second)
			require.Equal(t, direction.sends(), len(a.out) == 6)
			require.Len(t, a.of(PlayFinished), 1, "what nobody hears ends too")
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	for name, change := range map[string]func(*LegConfig){
		"no format":    func(c *LegConfig) { c.Receive = nil },
		"no send":      func(c *LegConfig) { c.Send = Format{} },
		"type":         func(c *LegConfig) { c.Receive = []Format{{128, PCMA}} },
		"codec":        func(c *LegConfig) { c.Receive = []Format{{9, 9}} },
		"events are 8": func(c *LegConfig) { c.ReceiveEvents = 8; c.Send = Format{0, PCMU} },
		"events":       func(c *LegConfig) { c.SendEvents = 200 },
		"direction":    func(c *LegConfig) { c.Direction = 7 },
		"timeout":      func(c *LegConfig) { c.MediaTimeout = -1 },
		"strict nobody": func(c *LegConfig) {
			c.StrictSource = true
			c.Remote = controlAddress(LegConfig{})
		},
		"SRTP profile":    func(c *LegConfig) { c.SRTP = &SRTP{Inbound: make([]byte, 30), Outbound: make([]byte, 30)} },
		"SRTP short keys": func(c *LegConfig) { c.SRTP = &SRTP{Profile: AES128SHA80, Inbound: make([]byte, 16)} },
	} {
		c := testConfig()
		change(&c)
		require.ErrorIs(t, a.Configure(c), ErrInvalid, name)
	}
}
