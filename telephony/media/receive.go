package media

import (
	"bytes"
	"net/netip"
)

// What a payload type is to a leg, beyond the codecs.
const (
	kindNone   = uint8(CodecNone)
	kindEvents = uint8(100)
	kindWide   = uint8(102) // events of 48 kHz
	kindNoise  = uint8(101) // comfort noise (RFC 3389): a sign of life, and nothing to hear in G.711
)

// noiseType is comfort noise's static payload type.
const noiseType = 13

// receiver is the incoming half of a leg.
type receiver struct {
	source   source
	sequence sequence
	any      bool
	timedOut bool
	firstAt  int64
	lastAt   int64
	since    int64 // when the timeout began to count without a packet
	kinds    [128]uint8
	keys     keyDecoder
}

// configure applies a LegConfig on the leg's thread.
func (t *thread) configure(l *Leg, c LegConfig, fresh *cryptor) {
	if !sameKeys(l.config.SRTP, c.SRTP) || !l.ready { // the same keys go on with their counters
		l.srtp = fresh
	}
	l.config = c
	l.wide = widebandFor(l.wide, &c)
	l.opus = opusFor(l.opus, &c)
	l.rx.kinds = [128]uint8{noiseType: kindNoise}
	for _, f := range c.Receive {
		l.rx.kinds[f.PayloadType] = uint8(f.Codec)
	}
	if c.ReceiveWideEvents != 0 {
		l.rx.kinds[c.ReceiveWideEvents] = kindWide
	}
	if c.ReceiveEvents != 0 {
		l.rx.kinds[c.ReceiveEvents] = kindEvents
	}
	if !l.ready || l.rx.source.signalled != c.Remote || l.rx.source.strict != c.StrictSource {
		l.rx.source.reset(c.Remote, c.StrictSource)
		l.to.set(c.Remote)
		l.toControl.set(controlAddress(c))
	}
	l.rx.since, l.rx.timedOut = t.now, false
	l.ready = true
}

// controlAddress is where SDP wants RTCP.
func controlAddress(c LegConfig) netip.AddrPort {
	switch {
	case c.RTCPMux || !c.Remote.IsValid():
		return c.Remote
	case c.RemoteRTCP.IsValid():
		return c.RemoteRTCP
	default:
		return netip.AddrPortFrom(c.Remote.Addr(), c.Remote.Port()+1)
	}
}

func sameKeys(a, b *SRTP) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Profile == b.Profile && bytes.Equal(a.Inbound, b.Inbound) && bytes.Equal(a.Outbound, b.Outbound)
}

// receive takes one packet of a leg's sockets. stale means that it has waited too long to be heard, not to be recorded.
// b is the thread's to change; it has at least headerSize bytes before any payload.
func (t *thread) receive(l *Leg, control bool, b []byte, from netip.AddrPort, stale bool) {
	if control || (l.config.RTCPMux && isControl(b)) {
		t.receiveControl(l, b, from)
		return
	}
	if l.srtp != nil {
		b = l.srtp.open(t.plain, b)
	}
	h, ok := parseHeader(b)
	kind := kindNone
	if ok && l.ready {
		kind = l.rx.kinds[h.payloadType]
	}
	if kind == kindNone {
		l.stats.Rejected++
		t.stats.Rejected++
		return
	}
	switch l.rx.source.judge(from, &h, t.now, &l.rx.sequence, l.rx.lastAt) {
	case foreign:
		l.stats.Foreign++
		t.stats.Foreign++
		return
	case moved:
		t.follow(l, from)
	case believed:
	}
	t.alive(l, &h)
	ticks := uint32(1)
	if kind == kindWide {
		kind, ticks = kindEvents, ticksOpus
	}
	if kind == kindEvents && l.rx.sequence.started && h.ssrc != l.rx.sequence.ssrc {
		t.receiveKey(l, b, &h, ticks, true) // some senders give events a stream of their own
		return
	}
	how := l.rx.sequence.update(h.ssrc, h.seq)
	if how == duplicate || how == suspicious {
		return
	}
	switch kind {
	case kindEvents:
		t.receiveKey(l, b, &h, ticks, false)
	case kindNoise:
		t.omit(l)
	default:
		if l.opus != nil {
			l.retime(&h, Codec(kind), t.now)
		}
		if how == inOrder && !stale {
			l.rx.sequence.time(uint32(t.now*(SampleRate/1000)/1e6), h.ts)
		}
		t.receiveSound(l, b, &h, Codec(kind), stale)
	}
}

// follow sends to where the party sends from.
func (t *thread) follow(l *Leg, from netip.AddrPort) {
	changed := l.to.addr != from
	l.to.set(from)
	if changed {
		if l.config.RTCPMux {
			l.toControl.set(from)
		} else if l.toControl.addr.Addr() != from.Addr() {
			l.toControl.set(netip.AddrPortFrom(from.Addr(), from.Port()+1))
		}
		l.event(t, Event{Kind: SourceChanged, Address: from})
	}
}

// alive counts a believed packet.
func (t *thread) alive(l *Leg, h *header) {
	size := uint64(h.end - h.start)
	l.stats.Received++
	l.stats.ReceivedBytes += size
	t.stats.PacketsIn++
	t.stats.BytesIn += size
	if !l.rx.any {
		l.rx.any, l.rx.firstAt = true, t.now
		l.event(t, Event{Kind: FirstPacket, Address: l.rx.source.current})
	}
	if l.rx.timedOut {
		l.rx.timedOut = false
		l.event(t, Event{Kind: MediaResumed, Address: l.rx.source.current})
	}
	l.rx.lastAt = t.now
}

// receiveSound records a packet of sound and passes it on.
func (t *thread) receiveSound(l *Leg, b []byte, h *header, codec Codec, stale bool) {
	if !l.config.Direction.receives() || l.muted {
		t.omit(l)
		return
	}
	if codec == Opus {
		t.receiveOpus(l, b, h, stale)
		return
	}
	payload, law := t.inside(l, b[h.start:h.end], codec)
	for _, tap := range l.taps {
		tap.put(t, &tap.said, l.rx.sequence.epoch, h.ts, payload, law)
	}
	switch {
	case stale:
		l.stats.Stale++
		t.stats.Stale++
		t.omit(l)
	case l.room != nil:
		l.room.hear(l, h.ts, payload, law)
	case l.peer != nil:
		t.forward(l, l.peer, b, h, codec, payload, law)
	}
}

// origin names the party's present stream.
func (l *Leg) origin() origin { return origin{l, l.rx.sequence.epoch + 1} }

// omit tells the peer that a packet of the stream is not passed on, which is no loss.
func (t *thread) omit(l *Leg) {
	if l.peer != nil {
		l.peer.tx.omit(l.origin())
	}
}

// forward passes a packet of from's party to to's; inner is its sound inside. The payload stays where it is: a plain header is written
// before it.
func (t *thread) forward(from, to *Leg, b []byte, h *header, codec Codec, inner []byte, law Codec) {
	if to.ready && to.config.own().Codec == CodecNone {
		to.tx.omit(from.origin())
		return
	}
	seq, ts, marker, ok := t.turn(from, to, h)
	if !ok {
		return
	}
	for _, tap := range to.taps {
		tap.put(t, &tap.heard, 0, ts, inner, law)
	}
	format := recode(to, b[h.start:h.end], codec, inner, law)
	t.emit(to, b[h.start-headerSize:h.end], format, marker, seq, ts)
}

// turn gives a packet of from's party its place in what to's party hears; ok is false when it is not to be heard.
func (t *thread) turn(from, to *Leg, h *header) (seq uint16, ts uint32, marker, ok bool) {
	switch {
	case !to.ready || !to.config.Direction.sends() || to.digits.active():
		to.tx.omit(from.origin())
		return 0, 0, false, false
	case to.player.active():
		return 0, 0, false, false
	}
	seq, ts, marker, ok = to.tx.shift(from.origin(), h, t.now)
	if ok {
		to.tx.sounded(ts, t.now)
	}
	return seq, ts, marker, ok
}

// emit sends a packet of sound, which has room for the header; ts is in samples.
func (t *thread) emit(l *Leg, packet []byte, f Format, marker bool, seq uint16, ts uint32) {
	putHeader(packet, f.PayloadType, marker, seq, l.wire(ts, f.Codec.ticks()), l.ssrc)
	t.transmit(l, packet)
}

// transmit protects, sends and counts one RTP packet.
func (t *thread) transmit(l *Leg, packet []byte) {
	if !l.to.valid() {
		return
	}
	size := uint64(len(packet) - headerSize)
	if l.srtp != nil {
		packet = l.srtp.seal(t.crypt, packet)
	}
	if packet == nil || !l.transport.send(false, packet, &l.to) {
		t.stats.SendErrors++
		return
	}
	l.tx.packets++
	l.tx.bytes += size
	t.stats.PacketsOut++
	t.stats.BytesOut += size
}

// keepHouse looks at a leg once a second.
func (t *thread) keepHouse(l *Leg) {
	for _, tap := range l.taps {
		tap.flush(t)
	}
	if !l.ready {
		return
	}
	if a, ok := l.transport.(aimer); ok {
		a.aim(t, l)
	}
	timeout := l.config.MediaTimeout
	if timeout > 0 && l.config.Direction.receives() && !l.rx.timedOut &&
		t.now-max(l.rx.lastAt, l.rx.since) >= seconds(timeout)*1e9 {
		l.rx.timedOut = true
		l.event(t, Event{Kind: MediaTimeout, Address: l.rx.source.current})
	}
	t.reportIfDue(l)
}
