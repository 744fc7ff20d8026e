package media

import (
	"encoding/binary"
	"time"
)

// keyLost is how long after its last packet an event counts as ended although no end came (RFC 4733 §2.5.1.4 lets the
// receiver choose; senders repeat at least every 50 ms).
const keyLost = 150 * time.Millisecond

// digitNames are the characters of events 0 to 16 (RFC 4733 §3.2).
const digitNames = "0123456789*#ABCD!"

// keyEvent is the payload of RFC 4733 §2.3.
type keyEvent struct {
	code     uint8
	end      bool
	duration uint16
	ticks    uint32 // of the duration in a sample; 0 is 1
}

func parseKeyEvent(b []byte) (e keyEvent, ok bool) {
	if len(b) < 4 || int(b[0]) >= len(digitNames) {
		return e, false
	}
	return keyEvent{code: b[0], end: b[1]&0x80 != 0, duration: binary.BigEndian.Uint16(b[2:])}, true
}

// keyDecoder makes key presses of event packets: one per press, however many of its packets were lost or repeated.
type keyDecoder struct {
	active  bool
	done    bool // the press with timestamp ts has been told
	code    uint8
	ts      uint32
	longest uint32 // ticks
	ticks   uint32 // in a sample
	earlier uint32 // ticks of earlier segments of a long press (RFC 4733 §2.5.1.3)
	lastAt  int64
	any     bool
}

// press is a finished key press.
type press struct {
	digit byte
	hold  time.Duration
}

// update takes one event packet. It gives a press that has ended, and tells whether another has begun.
func (d *keyDecoder) update(e keyEvent, ts uint32, now int64) (ended press, isEnded, begun bool) {
	if d.any && ts != d.ts {
		if int32(ts-d.ts) < 0 && now-d.lastAt < int64(time.Second) {
			return press{}, false, false // a straggler of an earlier press
		}
		if d.active && e.code == d.code && ts-d.ts == 0xFFFF {
			d.earlier += 0xFFFF
			d.ts, d.longest = ts, 0
		} else if d.active {
			ended, isEnded = d.finish()
		}
	}
	if !d.any || ts != d.ts {
		d.any, d.active, d.done = true, true, false
		d.code, d.ts, d.longest, d.earlier, d.ticks = e.code, ts, 0, 0, max(e.ticks, 1)
		begun = true
	}
	d.lastAt = now
	if d.done || e.code != d.code {
		return ended, isEnded, begun
	}
	d.longest = max(d.longest, uint32(e.duration))
	if e.end {
		if isEnded { // two ends in one packet: the press before lost its own. The wheel tells this one.
			d.lastAt = now - int64(keyLost)
			return ended, isEnded, begun
		}
		ended, isEnded = d.finish()
	}
	return ended, isEnded, begun
}

// expire ends a press whose end was lost.
func (d *keyDecoder) expire(now int64) (press, bool) {
	if !d.active || now-d.lastAt < int64(keyLost) {
		return press{}, false
	}
	return d.finish()
}

func (d *keyDecoder) finish() (press, bool) {
	p := press{digitNames[d.code], samplesToDuration(int64((d.earlier + d.longest) / d.ticks))}
	d.active, d.done = false, true
	return p, true
}

// receiveKey takes an event packet of a clock with so many ticks in a sample. apart tells that it is of another stream than the sound.
func (t *thread) receiveKey(l *Leg, b []byte, h *header, ticks uint32, apart bool) {
	e, ok := parseKeyEvent(b[h.start:h.end])
	if !ok {
		l.stats.Rejected++
		t.stats.Rejected++
		if !apart {
			t.omit(l)
		}
		return
	}
	e.ticks = ticks
	ended, isEnded, begun := l.rx.keys.update(e, h.ts, t.now)
	if begun {
		l.player.bargeIn(t, l)
	}
	if isEnded {
		t.pressed(l, ended, false)
	}
	if l.rx.keys.active {
		t.wheel.spinUp(l)
	}
	if l.peer != nil && l.room == nil {
		if l.opus != nil && !apart {
			h.ts = l.opus.in.event(h.ts, ticks, t.now)
		}
		t.relayKey(l, l.peer, b, h, ticks, apart)
	}
}

// pressed tells a key press.
func (t *thread) pressed(l *Leg, p press, injected bool) {
	l.stats.Digits++
	t.stats.Digits++
	l.event(t, Event{Kind: DTMF, Digit: p.digit, Duration: p.hold, Injected: injected})
}

// digitRelay remembers the timestamp that an event of a separate stream has got in ours.
type digitRelay struct {
	any     bool
	in, out uint32
}

// relayKey passes an event packet to the bridged leg, when both directions and types allow.
func (t *thread) relayKey(from, to *Leg, b []byte, h *header, ticks uint32, apart bool) {
	if !to.ready || !to.config.Direction.sends() || !to.config.sendsEvents() ||
		!from.config.Direction.receives() || to.digits.active() || to.player.active() {
		if !apart {
			to.tx.omit(from.origin())
		}
		return
	}
	var seq uint16
	var ts uint32
	marker, ok := h.marker, true
	if apart {
		r := &to.relay
		if !r.any || r.in != h.ts {
			*r = digitRelay{any: true, in: h.ts, out: to.tx.clock(t.now)}
		}
		seq, ts = to.tx.insert(), r.out
	} else {
		seq, ts, marker, ok = to.tx.shift(from.origin(), h, t.now)
		marker = marker || h.marker
	}
	if !ok {
		return
	}
	payloadType, own := to.eventType()
	packet := b[h.start-headerSize : h.end]
	if own != ticks {
		length := uint32(binary.BigEndian.Uint16(packet[headerSize+2:])) * own / ticks
		binary.BigEndian.PutUint16(packet[headerSize+2:], uint16(min(length, 0xFFFF)))
	}
	putHeader(packet, payloadType, marker, seq, to.wire(ts, own), to.ssrc)
	t.transmit(to, packet)
}

// eventType gives the payload type of events that are sent, and the ticks of its clock in a sample: that of the sound before (RFC 4733
// §2.1), if it was agreed on.
func (l *Leg) eventType() (payloadType uint8, ticks uint32) {
	c := &l.config
	if c.SendWideEvents != 0 && l.opus != nil && (l.opus.out.ticks == ticksOpus || c.SendEvents == 0) {
		return c.SendWideEvents, ticksOpus
	}
	return c.SendEvents, 1
}
