package rtp

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	headerSize = 12
	samples    = 160
	// TypeEvent is the payload type of keys that descriptions must name.
	TypeEvent = 101
	keyFrames = 5 // a key is held 100 ms
	keyEnds   = 3 // its end is sent so often (RFC 4733 §2.5.1.4)
	keyPause  = 4 // frames between keys
)

// mark begins the sound of every frame, followed by the sender's id.
const mark = "EKCLOAD\x00"

// Heard says that another leg's sound has come.
type Heard struct {
	ID uint32
	At time.Time
}

// Stats are what a leg has sent and heard.
type Stats struct {
	Sent, Received int64
	// Lost is by the sequence numbers between the first and the last packet.
	Lost int64
	// SendErrors counts packets that the machine did not take.
	SendErrors int64
}

// Leg is one stream in each direction.
type Leg struct {
	// Heard tells of every leg that is heard, when it begins. First gets the time of the first packet of all.
	Heard <-chan Heard
	First <-chan time.Time

	codec  Codec
	socket int
	local  netip.AddrPort
	id     uint32
	every  int
	ssrc   uint32
	worker *worker
	slot   int
	heard  chan Heard
	first  chan time.Time

	mu     sync.Mutex
	closed bool
	remote netip.AddrPort
	turns  int
	seq    uint16
	ts     uint32
	keys   []byte
	key    keyState
	stats  Stats
	last   uint32 // who was heard last
	in     arrivals
}

// keyState is the key that is being sent.
type keyState struct {
	frame int // frames sent of it
	ts    uint32
	pause int
}

// arrivals counts sequence numbers.
type arrivals struct {
	ssrc        uint32
	base, high  int64
	got         int64
	lost        int64 // of streams that have ended
	initialised bool
}

// Local is where the leg listens.
func (l *Leg) Local() netip.AddrPort { return l.local }

// Send begins to send to the remote address, or goes on to another one. The leg hears that address alone.
func (l *Leg) Send(remote netip.AddrPort) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || remote == l.remote {
		return nil
	}
	if err := connect(l.socket, remote); err != nil {
		return err
	}
	l.remote = remote
	return nil
}

// Press sends keys after those that are being sent.
func (l *Leg) Press(keys string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys = append(l.keys, keys...)
}

// Stats are those until now.
func (l *Leg) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.result()
}

func (l *Leg) result() Stats {
	s := l.stats
	s.Lost = l.in.lost + l.in.open()
	return s
}

// Close gives the socket back and returns what there was.
func (l *Leg) Close() Stats {
	l.worker.remove(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		release(l.socket)
	}
	return l.result()
}

// turn is a leg's frame.
func (l *Leg) turn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || !l.remote.IsValid() {
		return
	}
	l.turns++
	l.read(l.turns%drains == 0)
	l.send()
}

func (l *Leg) read(all bool) {
	var packet [2048]byte
	for {
		n, ok := receive(l.socket, packet[:])
		if !ok {
			return
		}
		l.packet(packet[:n])
		if !all {
			return
		}
	}
}

func (l *Leg) packet(b []byte) {
	if len(b) < headerSize || b[0]>>6 != 2 {
		return
	}
	if kind := b[1] & 0x7f; kind >= 72 && kind <= 76 { // RTCP over the same port (RFC 5761)
		return
	}
	now := time.Now()
	if l.stats.Received == 0 {
		l.first <- now
	}
	l.stats.Received++
	l.in.count(binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint16(b[2:]))
	sound := b[headerSize:]
	if Codec(b[1]&0x7f) != l.codec || len(sound) < len(mark)+4 || string(sound[:len(mark)]) != mark {
		return
	}
	if id := binary.BigEndian.Uint32(sound[len(mark):]); id != l.last {
		l.last = id
		select {
		case l.heard <- Heard{id, now}:
		default:
		}
	}
}

// count follows one stream's numbers (RFC 3550, appendix A.1, without its probation).
func (a *arrivals) count(ssrc uint32, seq uint16) {
	if !a.initialised || ssrc != a.ssrc {
		a.lost += a.open()
		a.ssrc, a.base, a.high, a.got, a.initialised = ssrc, int64(seq), int64(seq), 1, true
		return
	}
	a.got++
	if step := int64(int16(seq - uint16(a.high))); step > 0 { //nolint:gosec // the low 16 bits are meant
		a.high += step
	}
}

func (a *arrivals) open() int64 {
	if !a.initialised {
		return 0
	}
	return max(0, a.high-a.base+1-a.got)
}

// send sends the frame of this turn: a key's, or marked sound.
func (l *Leg) send() {
	l.ts += samples
	if len(l.keys) > 0 {
		l.sendKey()
		return
	}
	if l.turns%l.every != 0 {
		return
	}
	var b [headerSize + samples]byte
	for i := headerSize; i < len(b); i++ {
		b[i] = l.codec.silence()
	}
	copy(b[headerSize:], mark)
	binary.BigEndian.PutUint32(b[headerSize+len(mark):], l.id)
	l.transmit(b[:], byte(l.codec), l.ts, l.stats.Sent == 0)
}

func (l *Leg) sendKey() {
	k := &l.key
	if k.pause > 0 {
		if k.pause--; k.pause == 0 {
			l.keys = l.keys[1:]
		}
		return
	}
	if k.frame == 0 {
		k.ts = l.ts
	}
	k.frame++
	var b [headerSize + 4]byte
	b[headerSize] = byte(strings.IndexByte("0123456789*#", l.keys[0])) //nolint:gosec // one of 12
	b[headerSize+1] = 10
	if k.frame > keyFrames {
		b[headerSize+1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[headerSize+2:], uint16(min(k.frame, keyFrames)*samples)) //nolint:gosec // at most 800
	l.transmit(b[:], TypeEvent, k.ts, k.frame == 1)
	if k.frame == keyFrames+keyEnds {
		k.frame, k.pause = 0, keyPause
	}
}

func (l *Leg) transmit(b []byte, kind byte, ts uint32, marker bool) {
	b[0], b[1] = 0x80, kind
	if marker {
		b[1] |= 0x80
	}
	l.seq++
	binary.BigEndian.PutUint16(b[2:], l.seq)
	binary.BigEndian.PutUint32(b[4:], ts)
	binary.BigEndian.PutUint32(b[8:], l.ssrc)
	l.stats.Sent++
	if !transmit(l.socket, b) {
		l.stats.SendErrors++
	}
}
