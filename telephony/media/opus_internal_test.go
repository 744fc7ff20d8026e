package media

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/opus"
	"ekc/telephony/opus/opustest"
)

// The clock of Opus, as its packets of 20 ms count.
const opusStep = frameSamples * ticksOpus

// withOpus makes a leg speak and hear Opus at a payload type, beside A-law and with events of both clocks.
func withOpus(payloadType uint8) func(*LegConfig) {
	return func(c *LegConfig) {
		c.Receive = []Format{{payloadType, Opus}, {8, PCMA}}
		c.Send, c.Fallback = Format{payloadType, Opus}, Format{8, PCMA}
		c.ReceiveWideEvents, c.SendWideEvents = 110, 110
	}
}

// bridge lets two hear each other from now on.
func (p *loop) bridge(a, b *end) {
	p.t.Helper()
	require.NoError(p.t, p.engine.Bridge(a.Leg, b.Leg))
	p.turn()
}

// sing lets the party say packets of Opus for n frames; then is called after each.
func (e *end) sing(payloadType uint8, packets [][]byte, n int, then func()) {
	for i := range n {
		e.packet(payloadType, false, packets[i%len(packets)], opusStep)
		if then != nil {
			then()
		}
		e.loop.run(FrameDuration)
	}
}

// opusHeard decodes what came out at an end: Opus and A-law, less the first packets.
func (e *end) opusHeard(skip int) (pcm []int16) {
	d := opus.NewDecoder()
	for i, p := range e.out {
		var part []int16
		switch p.payloadType {
		case 8:
			for _, b := range p.payload {
				part = append(part, g711.DecodeALaw(b))
			}
		case 0:
			for _, b := range p.payload {
				part = append(part, g711.DecodeMuLaw(b))
			}
		case 96, 111:
			got, err := d.Decode(p.payload)
			require.NoError(e.loop.t, err)
			part = append(part, got...)
		}
		if i >= skip {
			pcm = append(pcm, part...)
		}
	}
	return pcm
}

// twoClocks asserts that the stream has no hole in its numbers, and timestamps that go on with the clock of each packet until the next.
func (e *end) twoClocks() {
	e.loop.t.Helper()
	for i, p := range e.out[1:] {
		before := e.out[i]
		require.Equal(e.loop.t, before.ssrc, p.ssrc)
		require.Equal(e.loop.t, before.seq+1, p.seq, "packet %d", i+1)
		clock := int64(SampleRate)
		if before.payloadType > 95 {
			clock *= ticksOpus
		}
		if before.payloadType == 101 || before.payloadType == 110 {
			continue // an event has the timestamp of its beginning
		}
		elapsed := float64((p.at - before.at) * clock / 1e9)
		require.InDelta(e.loop.t, elapsed, int32(p.ts-before.ts), float64(clock)/50+1, "timestamp of packet %d", i+1)
	}
}

func alaw(b []byte) (pcm []int16) {
	for _, v := range b {
		pcm = append(pcm, g711.DecodeALaw(v))
	}
	return pcm
}

// Between two who have it Opus passes bit for bit and at once, with the payload type of each; and both channels are recorded all the same.
func TestOpusPasses(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(96))
	p.bridge(a, b)
	w, r := a.record(RecordOptions{})
	low, high := opustest.Low(), opustest.High()
	for i := range 100 {
		in, back := low[i%50], high[i%50]
		a.packet(111, false, in, opusStep)
		b.packet(96, false, back, opusStep)
		require.Equal(t, in, b.out[len(b.out)-1].payload)
		require.Equal(t, uint8(96), b.out[len(b.out)-1].payloadType)
		require.Equal(t, back, a.out[len(a.out)-1].payload)
		require.Equal(t, uint8(111), a.out[len(a.out)-1].payloadType)
		p.run(FrameDuration)
	}
	require.Len(t, b.out, 100)
	require.Equal(t, uint32(99*opusStep), b.out[99].ts-b.out[0].ts, "timestamps are of 48 kHz")
	b.twoClocks()
	require.NoError(t, r.Stop())
	p.turn()
	require.Equal(t, FormatALaw, w.chunks[0].Format)
	requireTone(t, alaw(w.said[1600:14000]), 440)
	requireTone(t, alaw(w.heard[1600:14000]), 1000)
	require.Zero(t, a.snapshot(p.thread).Undecoded)
}

// A call without a recording costs no decoding.
func TestOpusIsDecodedForSomebodyOnly(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(111))
	p.bridge(a, b)
	a.sing(111, opustest.Low(), 20, nil)
	require.Len(t, b.out, 20)
	require.Nil(t, a.opus.decoder.state)
}

// Whoever has only G.711 hears it, and is heard in G.711 by the one who has Opus.
func TestOpusIsTranslated(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(*LegConfig){"PCMA": nil, "PCMU": muLaw} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newLoop(t)
			a, b := p.join(withOpus(111)), p.join(other)
			p.bridge(a, b)
			w, r := b.record(RecordOptions{Format: FormatALaw})
			back := singer{hertz: 900}
			a.sing(111, opustest.High(), 60, func() {
				frame := back.frame()
				if name == "PCMU" {
					translate(frame, PCMA, PCMU)
					b.sayAs(0, frame)
				} else {
					b.sayAs(8, frame)
				}
			})
			requireTone(t, b.opusHeard(10), 1000)
			requireTone(t, a.opusHeard(10), 900)
			require.Equal(t, uint8(8), a.out[0].payloadType)
			b.continuous()
			require.NoError(t, r.Stop())
			p.turn()
			requireTone(t, alaw(w.heard[1600:8000]), 1000)
			requireTone(t, alaw(w.said[1600:8000]), 900)
		})
	}
}

func TestOpusInAConference(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b, c := p.join(withOpus(111)), p.join(nil), p.join(withOpus(96))
	p.conference(Everyone(a.Leg, b.Leg, c.Leg))
	a.sing(111, opustest.High(), 60, nil)
	requireTone(t, b.opusHeard(15), 1000)
	requireTone(t, c.opusHeard(15), 1000)
	c.twoClocks()
	for _, sent := range c.out {
		require.Equal(t, uint8(8), sent.payloadType)
	}
}

// A talk, music, and the talk again are one stream: the payload type tells which, and the clock changes with it.
func TestOpusGivesWayToMusic(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(111))
	p.bridge(a, b)
	w, r := b.record(RecordOptions{})
	a.sing(111, opustest.Low(), 60, nil)
	s := singer{hertz: 700}
	music := alaw(append(append(s.frame(), s.frame()...), s.frame()...)[:400])
	_, err := b.Play(PlayRequest{Clips: []*Clip{NewClip(music)}, Loop: true})
	require.NoError(t, err)
	a.sing(111, opustest.Low(), 60, nil)
	require.NoError(t, b.Stop())
	a.sing(111, opustest.Low(), 60, nil)
	require.NoError(t, r.Stop())
	p.turn()
	var types []uint8
	for _, sent := range b.out {
		if len(types) == 0 || types[len(types)-1] != sent.payloadType {
			types = append(types, sent.payloadType)
			require.True(t, sent.marker, "the change to %d is told", sent.payloadType)
		}
	}
	require.Equal(t, []uint8{111, 8, 111}, types)
	b.twoClocks()
	requireTone(t, alaw(w.heard[1600:9000]), 440)
	requireTone(t, alaw(w.heard[10400:18000]), 700)
	requireTone(t, alaw(w.heard[20800:28000]), 440)
}

// A sender that changes between Opus and G.711 within its stream is recorded without a hole, and passed on as it is.
func TestOpusPartyChangesTheClock(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(111))
	p.bridge(a, b)
	w, r := a.record(RecordOptions{})
	s := singer{hertz: 1000}
	for range 3 {
		a.sing(111, opustest.High(), 40, nil)
		for range 40 {
			a.sayAs(8, s.frame())
			p.run(FrameDuration)
		}
	}
	require.NoError(t, r.Stop())
	p.turn()
	require.Len(t, b.out, 240)
	b.twoClocks()
	for _, pcm := range [][]int16{b.opusHeard(0), alaw(w.said[:240*frameSamples])} {
		good := 0
		for i := 0; i < len(pcm); i += frameSamples {
			if share, loud := tonal(pcm[i:i+frameSamples], 1000); loud && share > 0.8 {
				good++
			}
		}
		require.GreaterOrEqual(t, good, 230, "of 240 frames")
	}
	require.Equal(t, int64(0), a.snapshot(p.thread).Lost)
	require.Less(t, a.snapshot(p.thread).Jitter, 5*time.Millisecond)
}

// What comes in the other clock after a pause is where it was said, though no timestamp tells how long the pause was.
func TestOpusPartyPausesAndChangesTheClock(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(withOpus(111))
	w, r := a.record(RecordOptions{})
	a.sing(111, opustest.High(), 20, nil)
	p.run(10 * FrameDuration)
	s := singer{hertz: 1000}
	for range 20 {
		a.sayAs(8, s.frame())
		p.run(FrameDuration)
	}
	require.NoError(t, r.Stop())
	p.turn()
	frame := func(n int) bool {
		_, loud := tonal(alaw(w.said[n*frameSamples:(n+1)*frameSamples]), 1000)
		return loud
	}
	require.True(t, frame(15))
	require.False(t, frame(22))
	require.False(t, frame(27))
	require.True(t, frame(45), "the last of what was said is not where the first was")
}

// Timestamps of 48 kHz wrap in the middle of a call, which no recording notices.
func TestOpusClockWraps(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(nil)
	a.ts = 1<<32 - 30*opusStep - 7
	p.bridge(a, b)
	w, r := a.record(RecordOptions{})
	a.sing(111, opustest.High(), 60, nil)
	require.NoError(t, r.Stop())
	p.turn()
	requireTone(t, alaw(w.said[1600:9000]), 1000)
	b.continuous()
}

// Bytes that are no Opus pass where they need not be understood, and are counted where they do; the rest of the call does not suffer.
func TestOpusGarbage(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(nil)
	p.bridge(a, b)
	w, r := a.record(RecordOptions{})
	n := uint64(0)
	a.sing(111, opustest.High(), 30, nil)
	for _, bad := range [][]byte{{}, {0x7B, 0}, {0x79, 1, 2, 3}, {0x7A, 200, 1}, {0x7B, 49, 1, 2, 3}} {
		n++
		a.packet(111, false, bad, opusStep)
		p.run(FrameDuration)
	}
	a.sing(111, opustest.High(), 60, nil)
	require.Equal(t, n, a.snapshot(p.thread).Undecoded)
	require.Equal(t, n, p.thread.snapshot().Undecoded)
	require.NoError(t, r.Stop())
	p.turn()
	require.Len(t, b.out, 90)
	for i, sent := range b.out[1:] {
		require.Equal(t, b.out[i].seq+1, sent.seq, "what is left out is no loss")
	}
	requireTone(t, alaw(w.said[6400:12000]), 1000)
}

// A party that floods has as much decoded as half a second has packets at a time, and no more.
func TestOpusFlood(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(withOpus(111))
	a.record(RecordOptions{})
	d := &a.opus.decoder
	for range decodingLeg {
		d.waiting.Add(1)
	}
	a.packet(111, false, opustest.High()[0], opusStep)
	require.Equal(t, uint64(1), a.stats.Undecoded)
	d.waiting.Store(0)
	a.packet(111, false, opustest.High()[1], opusStep)
	p.turn()
	require.Equal(t, uint64(1), a.stats.Undecoded)
}

// Keys pressed beside Opus come in either clock, with their true length, and leave in the one that the other party's stream has.
func TestOpusKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		comesIn   uint8 // payload type
		ticks     int
		to        func(*LegConfig)
		leavesIn  uint8
		leaveTick int
	}{
		"48 kHz to Opus":              {110, 6, withOpus(111), 110, 6},
		"8 kHz to Opus":               {101, 1, withOpus(111), 110, 6},
		"48 kHz to G.711":             {110, 6, nil, 101, 1},
		"8 kHz to G.711":              {101, 1, nil, 101, 1},
		"48 kHz to Opus without them": {110, 6, func(c *LegConfig) { withOpus(111)(c); c.SendWideEvents = 0 }, 101, 1},
		"48 kHz to one without 8 kHz": {110, 6, func(c *LegConfig) { withOpus(111)(c); c.SendEvents = 0 }, 110, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newLoop(t)
			a, b := p.join(withOpus(111)), p.join(c.to)
			p.bridge(a, b)
			a.sing(111, opustest.High(), 10, nil)
			began := a.ts
			for i := range 8 {
				payload := []byte{5, 10, 0, 0}
				length := 160 * (i + 1)
				if i >= 5 {
					payload[1], length = 0x8A, 160*6
				}
				binary.BigEndian.PutUint16(payload[2:], uint16(length*c.ticks))
				a.ts = began
				a.packet(c.comesIn, i == 0, payload, 0)
				p.run(FrameDuration)
			}
			a.ts = began + 8*opusStep
			a.sing(111, opustest.High(), 10, nil)
			told := a.of(DTMF)
			require.Len(t, told, 1)
			require.Equal(t, byte('5'), told[0].Digit)
			require.Equal(t, 120*time.Millisecond, told[0].Duration)
			var keys []sentPacket
			for _, sent := range b.out {
				if sent.payloadType == c.leavesIn {
					keys = append(keys, sent)
				}
			}
			require.Len(t, keys, 8)
			for i, key := range keys {
				require.Equal(t, keys[0].ts, key.ts)
				require.Equal(t, uint16(160*min(i+1, 6)*c.leaveTick), binary.BigEndian.Uint16(key.payload[2:]))
			}
			b.twoClocks()
		})
	}
}

// Digits of our own are in the clock of the sound before them.
func TestOpusOwnDigits(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(111))
	p.bridge(a, b)
	require.NoError(t, b.SendDTMF("1", 0, 0))
	p.run(300 * time.Millisecond)
	a.sing(111, opustest.High(), 10, nil)
	require.NoError(t, b.SendDTMF("2", 0, 0))
	p.run(300 * time.Millisecond)
	lengths := map[uint8]uint16{}
	for _, sent := range b.out {
		if sent.payloadType == 101 || sent.payloadType == 110 {
			lengths[sent.payloadType] = max(lengths[sent.payloadType], binary.BigEndian.Uint16(sent.payload[2:]))
		}
	}
	require.Equal(t, map[uint8]uint16{101: 960, 110: 960 * ticksOpus}, lengths)
	require.Len(t, b.of(DTMFSent), 2)
}

// A party that has taken Opus alone gets Opus and nothing else, until it is offered something else.
func TestOpusAlone(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	alone := func(c *LegConfig) { withOpus(111)(c); c.Fallback = Format{} }
	a, b := p.join(nil), p.join(alone)
	p.bridge(a, b)
	_, err := b.Play(PlayRequest{Clips: []*Clip{clipOf(5)}})
	require.NoError(t, err)
	a.talk(10, frame(1))
	require.Empty(t, b.out)
	require.Len(t, b.of(PlayFinished), 1)
	c := b.config
	withOpus(111)(&c)
	require.NoError(t, b.Configure(c))
	p.turn()
	a.talk(10, frame(1))
	require.Len(t, b.out, 10)
	require.Equal(t, uint16(b.out[0].seq+9), b.out[9].seq)
}

// A re-INVITE from Opus to G.711 and back leaves one stream.
func TestOpusIsGivenUpAndTakenAgain(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(111))
	p.bridge(a, b)
	a.sing(111, opustest.High(), 20, nil)
	c := b.config
	plain := testConfig()
	require.NoError(t, b.Configure(plain))
	a.sing(111, opustest.High(), 20, nil)
	require.NoError(t, b.Configure(c))
	a.sing(111, opustest.High(), 20, nil)
	require.Equal(t, uint8(8), b.out[30].payloadType)
	require.Equal(t, uint8(111), b.out[50].payloadType)
	b.twoClocks()
	requireTone(t, b.opusHeard(5), 1000)
}

func TestOpusConfigurations(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a := p.join(nil)
	for name, change := range map[string]func(*LegConfig){
		"no such codec":          func(c *LegConfig) { c.Send = Format{111, Opus + 1} },
		"a fallback that is not": func(c *LegConfig) { c.Fallback = Format{9, G722} },
		"a fallback of Opus":     func(c *LegConfig) { c.Fallback = Format{112, Opus} },
		"beside G.711":           func(c *LegConfig) { c.Send = Format{8, PCMA} },
		"a type above 127":       func(c *LegConfig) { c.Fallback.PayloadType = 200 },
		"events above 127":       func(c *LegConfig) { c.SendWideEvents = 128 },
		"sound and events":       func(c *LegConfig) { c.ReceiveWideEvents = 8 },
	} {
		c := testConfig()
		withOpus(111)(&c)
		change(&c)
		require.ErrorIs(t, a.Configure(c), ErrInvalid, name)
	}
}

// RTCP counts in the clock of each stream.
func TestOpusReports(t *testing.T) {
	t.Parallel()
	p := newLoop(t)
	a, b := p.join(withOpus(111)), p.join(withOpus(111))
	p.bridge(a, b)
	a.sing(111, opustest.High(), 30, nil)
	last := b.out[len(b.out)-1]
	report := p.thread.buildReport(b.Leg, false)
	elapsed := uint32((p.thread.now - last.at) * SampleRate / 1e9)
	require.Equal(t, last.ts+elapsed*ticksOpus, binary.BigEndian.Uint32(report[16:]))
	a.rx.sequence.jitter = 100 << 4
	report = p.thread.buildReport(a.Leg, false)
	require.Equal(t, uint32(600), binary.BigEndian.Uint32(report[20:]), "the jitter of a receiver's report")
}
