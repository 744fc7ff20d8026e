package media

import (
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Leg is one RTP session with one party. Its first part belongs to its thread, and what every packet touches comes first, in an
// order that keeps it on few cache lines: with a thousand legs, each packet finds its leg's state out of the cache.
type Leg struct {
	taps      []*tap
	peer      *Leg
	room      *Conference
	srtp      *cryptor
	wide      *wideband // nil without G.722
	opus      *opusLeg  // nil without Opus
	transport transport
	to        destination
	thread    atomic.Pointer[thread] // written by the thread that has it; stragglers of others only compare
	ssrc      uint32
	ready     bool // configured
	muted     bool
	player    player
	digits    digitSender
	slot      int // in thread.legs
	seat      int // in room
	relay     digitRelay
	config    LegConfig
	tx        sender
	wheel     wheelEntry
	rx        receiver
	stats     LegStats
	toControl destination
	control   control

	// ---- set when the leg is made ----

	engine *Engine
	id     uint64
	name   string
	notify func(Event)
	// seatShared is the transport when the leg is on a shared port; nil when its port is its own.
	seatShared *sharedSeat
	port       uint16
	local      netip.AddrPort

	// ---- of its callers ----

	home   sync.Mutex // guards owner, closed and last; held while the leg changes its thread
	owner  *thread
	closed bool
	last   LegStats
	sends  atomic.Uint32            // the Codec configured last
	final  atomic.Pointer[LegStats] // set when the leg ends
}

// transport is how a leg's packets get out. attach and detach are called on threads.
type transport interface {
	attach(t *thread, l *Leg) error
	detach(t *thread, l *Leg)
	// send tells whether the packet was taken.
	send(control bool, b []byte, to *destination) bool
	close()
}

// aimer is a transport that can be told where the party is.
type aimer interface {
	// aim is called now and then, on the leg's thread.
	aim(t *thread, l *Leg)
}

func (e *Engine) newLeg(o LegOptions) *Leg {
	l := &Leg{engine: e, id: e.legIDs.Add(1), name: o.Name, notify: o.Notify}
	if l.name == "" {
		l.name = strconv.FormatUint(l.id, 10)
	}
	random := e.options.Random()
	l.ssrc = uint32(random)
	// The first number lies in the lower half: a stream whose number wraps in its first packets may leave an SRTP receiver
	// that missed them with the wrong rollover counter (RFC 3711 §3.3.1).
	l.tx = sender{ssrc: l.ssrc, seq: uint16(random>>32) & 0x3FFF, ts: uint32(random >> 24)}
	l.control.next = int64(random % uint64(reportInterval))
	return l
}

func (e *Engine) address(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(e.options.LocalIP, port)
}

// LocalRTP is the address for SDP's c= and m= lines. Zero for a pipe. It changes with [Leg.Unshare] only.
func (l *Leg) LocalRTP() netip.AddrPort {
	l.home.Lock()
	defer l.home.Unlock()
	return l.local
}

// LocalRTCP is the address for a=rtcp. Zero for a pipe.
func (l *Leg) LocalRTCP() netip.AddrPort {
	l.home.Lock()
	defer l.home.Unlock()
	if l.port == 0 {
		return netip.AddrPort{}
	}
	return l.engine.address(l.port + 1)
}

// SSRC is that of the stream to the party, for a=ssrc (RFC 5576).
func (l *Leg) SSRC() uint32 { return l.ssrc }

// post hands a command to the leg's thread.
func (l *Leg) post(f func(t *thread)) error {
	l.home.Lock()
	defer l.home.Unlock()
	if l.closed {
		return ErrClosed
	}
	return l.owner.mail.post(f)
}

// Configure applies what offer and answer have agreed on; again after every re-INVITE. Errors: ErrInvalid, ErrClosed, and
// ErrRemoteTaken on a shared port; then the leg stays as it was.
func (l *Leg) Configure(c LegConfig) error {
	err := c.validate()
	if err != nil {
		return err
	}
	c.Receive = append([]Format(nil), c.Receive...)
	if c.hasOpus() {
		l.engine.decoding.start()
	}
	fresh, err := newCryptor(c.SRTP)
	if err != nil {
		return fmt.Errorf("SRTP keys: %w", err)
	}
	l.home.Lock()
	defer l.home.Unlock()
	if l.closed {
		return ErrClosed
	}
	if l.seatShared != nil {
		err = l.seatShared.claim(&c)
		if err != nil {
			return err
		}
	}
	l.sends.Store(uint32(c.Send.Codec))
	return l.owner.mail.post(func(t *thread) { t.configure(l, c, fresh) })
}

// Codec is what the party hears, as configured last; CodecNone before.
func (l *Leg) Codec() Codec { return Codec(l.sends.Load()) }

// Mute drops what the party says; its digits still count, and what it says is not recorded.
func (l *Leg) Mute(on bool) error { return l.post(func(*thread) { l.muted = on }) }

// Unbridge ends the leg's bridge, or takes it out of its conference. What is played goes on.
func (l *Leg) Unbridge() error { return l.post(func(t *thread) { t.release(l) }) }

// Deliver hands an incoming RTP or RTCP packet to a pipe. It counts as coming from the configured Remote. The bytes are copied.
func (l *Leg) Deliver(packet []byte) error {
	l.home.Lock()
	defer l.home.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.owner.inbox.put(l, nil, isControl(packet), packet, netip.AddrPort{})
	return nil
}

// Stats gives the leg's numbers; of a closed leg the last ones. It waits for the thread's next round.
func (l *Leg) Stats() LegStats {
	l.home.Lock()
	defer l.home.Unlock()
	if !l.closed {
		l.owner.call(func(t *thread) {
			if l.thread.Load() == t {
				l.last = l.snapshot(t)
			}
		})
	}
	return l.latest()
}

// Close says RTCP BYE, ends playing and recordings, gives the ports back and returns the last numbers. Idempotent. It waits.
func (l *Leg) Close() LegStats {
	l.home.Lock()
	defer l.home.Unlock()
	if !l.closed {
		l.closed = true
		l.owner.call(func(t *thread) { t.bury(l) })
	}
	return l.latest()
}

// latest gives the numbers of a leg that has ended, or the last ones asked for.
func (l *Leg) latest() LegStats {
	if final := l.final.Load(); final != nil {
		return *final
	}
	return l.last
}

// event tells the leg's owner.
func (l *Leg) event(t *thread, e Event) {
	if l.notify == nil {
		return
	}
	e.Leg, e.At = l, t.wall(t.now)
	l.notify(e)
}

// snapshot computes what Stats gives.
func (l *Leg) snapshot(t *thread) LegStats {
	s := l.stats
	seq := &l.rx.sequence
	s.Lost, s.Late, s.Duplicate = seq.lost(), seq.late, seq.dup
	s.Jitter = samplesToDuration(int64(seq.jitter >> 4))
	s.Sent, s.SentBytes = l.tx.packets, l.tx.bytes
	s.RoundTrip, s.RemoteLost, s.RemoteJitter = l.control.roundTrip, l.control.remoteLost, l.control.remoteJitter
	s.Address = l.to.addr
	if l.rx.any {
		s.FirstPacket, s.LastPacket = t.wall(l.rx.firstAt), t.wall(l.rx.lastAt)
		s.MOS = estimateMOS(s)
	}
	return s
}

// move brings the leg to another thread. The caller holds home.
func (l *Leg) move(to *thread) error {
	if l.owner == to {
		return nil
	}
	l.owner.call(func(t *thread) {
		t.release(l)
		t.expel(l)
	})
	l.owner = to
	return to.mail.post(func(t *thread) { t.adopt(l) })
}

// meetingPlace is the thread where legs come together: that of a shared port if there is one, since packets of its legs reach
// other threads only by a detour. The caller holds home of all.
func meetingPlace(legs ...*Leg) *thread {
	for _, l := range legs {
		if l.seatShared != nil {
			return l.seatShared.port.home
		}
	}
	return legs[0].owner
}

// vacate gives up the leg's sockets.
func (l *Leg) vacate() {
	l.transport.close()
	if l.port != 0 && l.seatShared == nil {
		l.engine.ports.give(l.port)
	}
}

// lockAll locks the homes of legs, in an order that all callers share, and returns the undoing.
func lockAll(legs ...*Leg) (unlock func(), err error) {
	sorted := append([]*Leg(nil), legs...)
	for i := range sorted {
		for j := i; j > 0 && sorted[j].id < sorted[j-1].id; j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	n := 0
	unlock = func() {
		for _, l := range sorted[:n] {
			l.home.Unlock()
		}
	}
	for i, l := range sorted {
		if i > 0 && l == sorted[i-1] {
			unlock()
			return nil, fmt.Errorf("%w: leg %s twice", ErrInvalid, l.name)
		}
		l.home.Lock()
		n++
		if l.closed {
			unlock()
			return nil, ErrClosed
		}
	}
	return unlock, nil
}

// Bridge lets a and b hear each other, and takes both out of what they were in. It waits when b has to change its thread.
func (e *Engine) Bridge(a, b *Leg) error {
	unlock, err := lockAll(a, b)
	if err != nil {
		return err
	}
	defer unlock()
	home := meetingPlace(a, b)
	for _, l := range []*Leg{a, b} {
		err = l.move(home)
		if err != nil {
			return err
		}
	}
	return home.mail.post(func(t *thread) {
		if a.peer == b {
			return
		}
		t.release(a)
		t.release(b)
		a.peer, b.peer = b, a
	})
}

// seconds rounds to whole ones, upwards.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
