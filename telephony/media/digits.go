package media

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// How digits are sent when the caller does not say.
const (
	defaultHold = 120 * time.Millisecond
	defaultGap  = 80 * time.Millisecond
	minHold     = 40 * time.Millisecond
	maxHold     = 5 * time.Second
	// endRepeats is how often the end of an event is sent (RFC 4733 §2.5.1.4).
	endRepeats = 3
	// keyVolume is the level of the tone, in -dBm0.
	keyVolume = 10
)

// digitJob is one SendDTMF.
type digitJob struct {
	digits    string
	hold, gap int64 // samples
}

// digitSender sends events on the frame wheel, instead of all other sound.
type digitSender struct {
	jobs    []digitJob
	at      int // digit of jobs[0]
	elapsed int64
	ends    int
	ts      uint32
	begun   bool
}

func (d *digitSender) active() bool { return len(d.jobs) > 0 }

// SendDTMF sends digits (0-9 * # A-D, at most 64) as events of RFC 4733. hold is each digit's length, 40 ms to 5 s, gap the
// pause after it, at least 40 ms; 0 means 120 ms and 80 ms. Beside Opus the party may be told of 1.3 s of a longer one only (RFC 4733 §2.5.1.3 has 16 bits for
// it, in ticks of 48 kHz). DTMFSent follows, at once when no event type is configured.
func (l *Leg) SendDTMF(digits string, hold, gap time.Duration) error {
	if hold == 0 {
		hold = defaultHold
	}
	if gap == 0 {
		gap = defaultGap
	}
	if hold < minHold || hold > maxHold || gap < minHold || gap > maxHold {
		return fmt.Errorf("%w: digits of %v with pauses of %v", ErrInvalid, hold, gap)
	}
	digits = strings.ToUpper(digits)
	if digits == "" || len(digits) > 64 || strings.Trim(digits, digitNames[:16]) != "" {
		return fmt.Errorf("%w: digits", ErrInvalid)
	}
	return l.post(func(t *thread) {
		t.queueDigits(l, digitJob{digits, durationToSamples(hold), durationToSamples(gap)})
	})
}

func (t *thread) queueDigits(l *Leg, job digitJob) {
	if !l.config.sendsEvents() {
		l.event(t, Event{Kind: DTMFSent})
		return
	}
	l.digits.jobs = append(l.digits.jobs, job)
	t.wheel.spinUp(l)
}

// InjectDTMF treats a digit that came by SIP INFO as if the party had sent it by RTP: barge-in, event, and forwarding to
// the bridged leg.
func (l *Leg) InjectDTMF(digit byte, hold time.Duration) error {
	if !strings.ContainsRune(digitNames, rune(digit)) || hold < 0 {
		return fmt.Errorf("%w: digit %q", ErrInvalid, digit)
	}
	return l.post(func(t *thread) {
		l.player.bargeIn(t, l)
		t.pressed(l, press{digit, hold}, true)
		if p := l.peer; p != nil && p.config.sendsEvents() && digit != '!' {
			length := min(max(hold, defaultHold), maxHold)
			t.queueDigits(p, digitJob{string(rune(digit)), durationToSamples(length), durationToSamples(minHold)})
		}
	})
}

// step sends the packet of this frame. It is called every 20 ms while active.
func (d *digitSender) step(t *thread, l *Leg) {
	job := &d.jobs[0]
	if d.ends >= endRepeats { // the pause; the repeated ends have taken two frames of it
		d.elapsed += frameSamples
		if d.elapsed >= job.gap {
			d.next(t, l)
		}
		return
	}
	first := !d.begun
	if first {
		d.begun, d.ts, d.elapsed = true, l.tx.clock(t.now), 0
	}
	if d.ends == 0 {
		d.elapsed += frameSamples
	}
	end := d.elapsed >= job.hold
	t.sendKey(l, job.digits[d.at], first, end, d.elapsed, d.ts)
	if !end {
		return
	}
	d.ends++
	if d.ends == endRepeats {
		d.elapsed = (endRepeats - 1) * frameSamples
	}
}

func (d *digitSender) next(t *thread, l *Leg) {
	d.begun, d.ends, d.elapsed = false, 0, 0
	d.at++
	if d.at < len(d.jobs[0].digits) {
		return
	}
	d.at = 0
	d.jobs = append(d.jobs[:0], d.jobs[1:]...)
	l.event(t, Event{Kind: DTMFSent})
}

// sendKey sends one event packet of our own.
func (t *thread) sendKey(l *Leg, digit byte, first, end bool, samples int64, ts uint32) {
	if !l.ready || !l.config.Direction.sends() || !l.config.sendsEvents() {
		return
	}
	b := t.frame[:headerSize+4]
	b[headerSize] = byte(strings.IndexByte(digitNames, digit))
	b[headerSize+1] = keyVolume
	if end {
		b[headerSize+1] |= 0x80
	}
	payloadType, ticks := l.eventType()
	binary.BigEndian.PutUint16(b[headerSize+2:], uint16(min(samples*int64(ticks), 0xFFFF)))
	putHeader(b, payloadType, first, l.tx.insert(), l.wire(ts, ticks), l.ssrc)
	t.transmit(l, b)
}
