package media

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
)

// loop is a media thread whose clock the test turns: no sockets, no goroutine, no waiting.
type loop struct {
	t      *testing.T
	engine *Engine
	thread *thread
}

func newLoop(t *testing.T) *loop {
	t.Helper()
	n := uint64(0)
	o, err := Options{Portable: true, KeepProcs: true, Random: func() uint64 {
		n += 0x9E3779B97F4A7C15
		return n
	}}.withDefaults()
	require.NoError(t, err)
	e := &Engine{options: o, base: time.Now(), ports: newPorts(2, 3), chunks: newChunkPool()}
	th, err := newThread(e, 0)
	require.NoError(t, err)
	e.threads = []*thread{th}
	th.mail.wake, th.inbox.wake, th.results.wake = func() {}, func() {}, func() {}
	t.Cleanup(e.decoding.close)
	th.poll = newWaiter()
	th.now = int64(time.Second)
	th.wheel.start(th.now)
	return &loop{t: t, engine: e, thread: th}
}

// run lets time pass, millisecond by millisecond.
func (p *loop) run(d time.Duration) {
	for end := p.thread.now + int64(d); p.thread.now < end; {
		p.thread.now += int64(time.Millisecond)
		p.turn()
	}
}

// turn does what is waiting, without time passing.
func (p *loop) turn() {
	p.thread.mail.drain(p.thread)
	p.thread.inbox.drain(p.thread)
	p.hearOpus()
	p.thread.wheel.advance(p.thread)
}

// hearOpus waits until what has come of Opus is decoded.
func (p *loop) hearOpus() {
	for waits := true; waits; runtime.Gosched() {
		p.thread.results.drain(p.thread)
		waits = false
		for _, l := range p.thread.legs {
			waits = waits || l.opus != nil && l.opus.decoder.waiting.Load() > 0
		}
	}
}

// end is a leg with its party: what came out, and what the party says.
type end struct {
	*Leg
	loop   *loop
	out    []sentPacket
	rtcp   [][]byte
	events []Event
	ssrc   uint32
	seq    uint16
	ts     uint32
	from   netip.AddrPort
}

// sentPacket is a packet of the engine's and when it came.
type sentPacket struct {
	header
	at      int64
	payload []byte
}

var testAddress = netip.MustParseAddrPort("192.0.2.1:4000")

func testConfig() LegConfig {
	return LegConfig{
		Remote:  testAddress,
		Receive: []Format{{8, PCMA}, {0, PCMU}}, Send: Format{8, PCMA},
		ReceiveEvents: 101, SendEvents: 101,
	}
}

// join makes a configured leg.
func (p *loop) join(change func(*LegConfig)) *end {
	p.t.Helper()
	e := &end{loop: p, ssrc: 0xABCD0000 + uint32(p.engine.legIDs.Load()), seq: 1000, ts: 50000, from: testAddress}
	l, err := p.engine.NewPipe(LegOptions{Notify: func(ev Event) { e.events = append(e.events, ev) }}, e.take)
	require.NoError(p.t, err)
	e.Leg = l
	c := testConfig()
	if change != nil {
		change(&c)
	}
	require.NoError(p.t, l.Configure(c))
	p.turn()
	return e
}

func (e *end) take(b []byte) {
	b = append([]byte(nil), b...)
	if isControl(b) {
		e.rtcp = append(e.rtcp, b)
		return
	}
	h, ok := parseHeader(b)
	require.True(e.loop.t, ok)
	e.out = append(e.out, sentPacket{h, e.loop.thread.now, b[h.start:h.end]})
}

// say lets the party send a packet of A-law now.
func (e *end) say(payload []byte) { e.packet(8, false, payload, 160) }

func (e *end) packet(payloadType uint8, marker bool, payload []byte, step uint32) {
	b := make([]byte, headerSize+len(payload))
	putHeader(b, payloadType, marker, e.seq, e.ts, e.ssrc)
	copy(b[headerSize:], payload)
	e.seq++
	e.ts += step
	e.loop.thread.receive(e.Leg, false, b, e.from, false)
}

// talk lets the party say one packet every 20 ms for n packets.
func (e *end) talk(n int, payload []byte) {
	for range n {
		e.say(payload)
		e.loop.run(20 * time.Millisecond)
	}
}

// key sends one event packet of a key press that began at ts.
func (e *end) key(code byte, ts uint32, duration uint16, end bool) {
	payload := []byte{code, 10, 0, 0}
	if end {
		payload[1] |= 0x80
	}
	binary.BigEndian.PutUint16(payload[2:], duration)
	keep := e.ts
	e.ts = ts
	e.packet(101, false, payload, 0)
	e.ts = keep
}

// of gives the events of one kind.
func (e *end) of(kind EventKind) (found []Event) {
	for _, ev := range e.events {
		if ev.Kind == kind {
			found = append(found, ev)
		}
	}
	return found
}

// continuous asserts that what the party got is one stream without a hole: RFC 3550 numbering, and timestamps that follow
// the clock.
func (e *end) continuous() {
	e.loop.t.Helper()
	for i, p := range e.out[1:] {
		before := e.out[i]
		require.Equal(e.loop.t, before.ssrc, p.ssrc)
		require.Equal(e.loop.t, before.seq+1, p.seq, "packet %d", i+1)
		elapsed := (p.at - before.at) * SampleRate / 1e9
		require.InDelta(e.loop.t, elapsed, int32(p.ts-before.ts), 170, "timestamp of packet %d", i+1)
		require.Positive(e.loop.t, int32(p.ts-before.ts))
	}
}

// frame is a payload of one repeated byte.
func frame(v byte) []byte {
	b := make([]byte, frameSamples)
	for i := range b {
		b[i] = v
	}
	return b
}

// clipOf makes a clip of n frames, each of its own loudness, so that positions can be told.
func clipOf(n int) *Clip {
	pcm := make([]int16, n*frameSamples)
	for i := range pcm {
		pcm[i] = int16(1+i/frameSamples) * 256
	}
	return NewClip(pcm)
}

// frameNumber is the inverse of clipOf for A-law packets.
func frameNumber(payload []byte) int { return (int(g711.DecodeALaw(payload[0])) + 128) / 256 }
