package media

import (
	"slices"

	"ekc/telephony/opus"
)

// ticksOpus is how many ticks of Opus' clock of 48 kHz (RFC 7587 §4.1) pass in a sample of the engine's 8 kHz.
const ticksOpus = 6

// ticks gives how many of a codec's RTP clock pass in a sample.
func (c Codec) ticks() uint32 {
	if c == Opus {
		return ticksOpus
	}
	return 1
}

// opusLeg is what a leg with Opus remembers.
//
// Between two parties that both have it Opus passes as it is, at once. Who else is to hear or keep it (recordings, recognition,
// conferences, a party without Opus) gets it as A-law of 8 kHz, and a moment later: decoding a packet takes ten times as long as all the
// rest of its way, so that it is done by goroutines beside the threads ([decoding]), and calls without Opus do not wait for it. The engine
// codes no Opus: what it makes itself is G.711 in the same stream, see [outClock].
type opusLeg struct {
	in      inClock
	out     outClock
	decoder opusDecoder
}

// opusFor gives what a configuration needs, and keeps what there is: the clock of a stream goes on also when Opus is given up.
func opusFor(o *opusLeg, c *LegConfig) *opusLeg {
	if o != nil || !c.hasOpus() {
		return o
	}
	return &opusLeg{in: inClock{ticks: 1}, out: outClock{ticks: 1}}
}

// hasOpus tells whether there is any.
func (c *LegConfig) hasOpus() bool {
	return c.Send.Codec == Opus || slices.ContainsFunc(c.Receive, func(f Format) bool { return f.Codec == Opus })
}

// own is the format that the engine's own sound has for the party; without a codec when there is none.
func (c *LegConfig) own() Format {
	if c.Send.Codec == Opus {
		return c.Fallback
	}
	return c.Send
}

// retime lets a packet's timestamp count samples. A stream whose clock changes begins anew.
func (l *Leg) retime(h *header, codec Codec, now int64) {
	ts, changed := l.opus.in.sound(h.ts, codec.ticks(), now)
	if changed {
		l.rx.sequence.turn()
	}
	h.ts = ts
}

// wire gives the timestamp that a moment of what the party hears has in its stream.
func (l *Leg) wire(ts, ticks uint32) uint32 {
	if l.opus == nil {
		return ts
	}
	return l.opus.out.at(ts, ticks)
}

// wireNow is the same by the stream's present clock.
func (l *Leg) wireNow(ts uint32) uint32 { return l.wire(ts, l.ticksOut()) }

// ticksIn and ticksOut are the present clocks of the two streams, for RTCP, which counts in them.
func (l *Leg) ticksIn() uint32 {
	if l.opus == nil {
		return 1
	}
	return l.opus.in.ticks
}

func (l *Leg) ticksOut() uint32 {
	if l.opus == nil {
		return 1
	}
	return l.opus.out.ticks
}

// receiveOpus passes a packet of Opus on to whoever takes it as it is, and has it decoded for the others.
func (t *thread) receiveOpus(l *Leg, b []byte, h *header, stale bool) {
	p := l.peer
	if l.room != nil {
		p = nil
	}
	through := p != nil && p.config.Send.Codec == Opus
	if stale {
		l.stats.Stale++
		t.stats.Stale++
		t.omit(l)
		p = nil
	}
	var job *opusJob
	if len(l.taps) > 0 || l.room != nil || p != nil && (len(p.taps) > 0 || !through) {
		job = t.engine.decoding.take(&l.opus.decoder, b[h.start:h.end])
		if job == nil {
			l.stats.Undecoded++
			t.stats.Undecoded++
		}
	}
	if job != nil {
		job.thread, job.leg, job.peer, job.heardBy = t, l, nil, nil
		job.epoch, job.seq, job.ts, job.marker, job.stale = l.rx.sequence.epoch, h.seq, h.ts, h.marker, stale
	}
	switch {
	case p == nil:
	case through:
		if ts, ok := t.pass(l, p, b, h); ok && job != nil {
			job.heardBy, job.heardAt = p, ts
		}
	case job != nil:
		job.peer = p
	default:
		t.omit(l)
	}
	if job != nil {
		t.engine.decoding.put(l.id, job)
	}
}

// pass sends a packet on as it is, and gives its place in what the party hears.
func (t *thread) pass(from, to *Leg, b []byte, h *header) (ts uint32, ok bool) {
	seq, ts, marker, ok := t.turn(from, to, h)
	if ok {
		t.emit(to, b[h.start-headerSize:h.end], to.config.Send, marker, seq, ts)
	}
	return ts, ok
}

// decoded takes what has become of a packet of Opus to where it is to be heard and kept. The leg may be gone meanwhile, or elsewhere.
func (t *thread) decoded(j *opusJob) {
	l := j.leg
	if l.thread.Load() != t {
		return
	}
	b := j.sound[:headerSize+j.samples]
	payload := b[headerSize:]
	if j.samples == 0 {
		l.stats.Undecoded++
		t.stats.Undecoded++
		if j.peer != nil && j.peer == l.peer {
			t.omit(l)
		}
		return
	}
	for _, tap := range l.taps {
		tap.put(t, &tap.said, j.epoch, j.ts, payload, PCMA)
	}
	if to := j.heardBy; to != nil && to.thread.Load() == t {
		for _, tap := range to.taps {
			tap.put(t, &tap.heard, 0, j.heardAt, payload, PCMA)
		}
	}
	switch {
	case j.stale || j.epoch != l.rx.sequence.epoch:
	case l.room != nil:
		l.room.hear(l, j.ts, payload, PCMA)
	case l.peer != nil && l.peer == j.peer:
		h := header{seq: j.seq, ts: j.ts, marker: j.marker, start: headerSize, end: len(b)}
		t.forward(l, l.peer, b, &h, PCMA, payload, PCMA)
	}
}

// maxOpusSamples is the longest packet of Opus, 120 ms.
const maxOpusSamples = opus.MaxSamples
