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
	longest uint32 // samples
	earlier uint32 // samples of earlier segments of a long press (RFC 4733 §2.5.1.3)
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
		d.code, d.ts, d.longest, d.earlier = e.code, ts, 0, 0
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
	p := press{digitNames[d.code], samplesToDuration(int64(d.earlier + d.longest))}
	d.active, d.done = false, true
	return p, true
}

// receiveKey takes an event packet. apart tells that it is of another stream than the sound.
func (t *thread) receiveKey(l *Leg, b []byte, h *header, apart bool) {
	e, ok := parseKeyEvent(b[h.start:h.end])
	if !ok {
		l.stats.Rejected++
		t.stats.Rejected++
		if !apart {
			t.omit(l)
		}
		return
	}
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
		t.relayKey(l, l.peer, b, h, apart)
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
func (t *thread) relayKey(from, to *Leg, b []byte, h *header, apart bool) {
	if !to.ready || !to.config.Direction.sends() || to.config.SendEvents == 0 ||
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
	packet := b[h.start-headerSize : h.end]
	putHeader(packet, to.config.SendEvents, marker, seq, ts, to.ssrc)
	t.transmit(to, packet)
}
