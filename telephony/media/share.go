package media

import (
	"net/netip"
	"sync"
)

// sharedPort is a pair of UDP ports that many legs of one thread use, told apart by where their parties send from. A round of
// the thread takes the packets of all of them with one system call and sends with another, which is where most of the time of
// a leg with sockets of its own goes.
//
// What makes it safe is that every address belongs to one leg: it is claimed, under the lock, by whoever configures the leg,
// and the thread has its own copy of that book (routes), so that packets are sorted without a lock.
type sharedPort struct {
	engine  *Engine
	home    *thread // whose socket it is; a leg that was moved to another thread is a guest there
	number  uint16
	sockets sharedSockets

	mu     sync.Mutex
	claims book
	legs   int
	closed bool

	// ---- of home ----

	routes    book
	searches  int // of this tenth of a second
	searching int64
}

// book says whose packets come from an address: on the even port, and on the odd one.
type book struct {
	sound, control map[netip.AddrPort]*Leg
}

func newBook() book {
	return book{sound: map[netip.AddrPort]*Leg{}, control: map[netip.AddrPort]*Leg{}}
}

// sharedSockets are what a back-end has for a shared port.
type sharedSockets interface {
	attach(t *thread, p *sharedPort) error
	detach(t *thread)
	// queue sends a packet of sound at the end of the home thread's round, together with others; only on that thread.
	queue(b []byte, to *destination) bool
	// send sends at once, from any media thread.
	send(control bool, b []byte, to *destination) bool
	// capacity is how many legs the port is good for: what the receive buffer can hold while the thread is kept waiting.
	capacity() int
	close()
}

// sharedSeat is the transport of a leg on a shared port. Its addresses are guarded by the port's lock.
type sharedSeat struct {
	port *sharedPort
	leg  *Leg
	at   *thread // of the leg's thread: that thread

	remote, control netip.AddrPort // signalled
	// candidate asks to go on with the leg's stream, learned has done so before; see source.go, rule 3.
	candidate, learned netip.AddrPort
}

// openShared puts a new leg on a shared port of a thread where its party's address is free; a new port when there is none.
func (e *Engine) openShared(t *thread, l *Leg, remote netip.AddrPort) error {
	t.shares.mu.Lock()
	defer t.shares.mu.Unlock()
	for _, p := range t.shares.ports {
		if p.join(l, remote) {
			return nil
		}
	}
	p := &sharedPort{engine: e, home: t, claims: newBook(), routes: newBook()}
	number, err := e.openPort(func(port uint16) (err error) {
		p.sockets, err = t.openShared(port)
		return err
	})
	if err != nil {
		return err
	}
	p.number = number
	err = t.mail.post(func(t *thread) { p.attach(t) })
	if err != nil {
		p.sockets.close()
		e.ports.give(number)
		return err
	}
	p.join(l, remote)
	t.shares.ports = append(t.shares.ports, p)
	return nil
}

// shares are the shared ports of a thread.
type shares struct {
	mu    sync.Mutex // taken before the lock of a port
	ports []*sharedPort
}

func (s *shares) forget(p *sharedPort) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.ports {
		if other == p {
			s.ports = append(s.ports[:i], s.ports[i+1:]...)
			return
		}
	}
}

// join makes l a leg of the port, unless it is full or has the party's address already.
func (p *sharedPort) join(l *Leg, remote netip.AddrPort) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.legs > 0 && p.legs >= p.sockets.capacity() || p.claims.sound[remote] != nil {
		return false
	}
	p.legs++
	seat := &sharedSeat{port: p, leg: l, remote: remote}
	p.hold(p.claims.sound, p.routes.sound, remote, l)
	l.transport, l.seatShared = seat, seat
	l.port, l.local = p.number, p.engine.address(p.number)
	return true
}

// claim takes the addresses of a new configuration instead of the old ones; all stays as it was when they are another leg's.
// RTCP without an address of its own is not worth an error: whoever has it first gets it.
func (s *sharedSeat) claim(c *LegConfig) error {
	p := s.port
	p.mu.Lock()
	defer p.mu.Unlock()
	if holder := p.claims.sound[c.Remote]; holder != nil && holder != s.leg {
		return ErrRemoteTaken
	}
	if c.Remote != s.remote {
		for _, a := range []netip.AddrPort{s.remote, s.candidate, s.learned} {
			p.release(p.claims.sound, p.routes.sound, a, s.leg)
		}
		s.remote, s.candidate, s.learned = c.Remote, netip.AddrPort{}, netip.AddrPort{}
		p.hold(p.claims.sound, p.routes.sound, s.remote, s.leg)
	}
	control := controlAddress(*c)
	if c.RTCPMux {
		control = netip.AddrPort{}
	}
	if control != s.control {
		p.release(p.claims.control, p.routes.control, s.control, s.leg)
		s.control = control
		p.hold(p.claims.control, p.routes.control, s.control, s.leg)
	}
	return nil
}

// hold and release write into both books; the thread's own learns of it in the same order. A thread that has ended needs no
// routes.
func (p *sharedPort) hold(claims, routes map[netip.AddrPort]*Leg, a netip.AddrPort, l *Leg) {
	if !a.IsValid() || claims[a] != nil {
		return
	}
	claims[a] = l
	_ = p.home.mail.post(func(*thread) { routes[a] = l })
}

func (p *sharedPort) release(claims, routes map[netip.AddrPort]*Leg, a netip.AddrPort, l *Leg) {
	if claims[a] != l {
		return
	}
	delete(claims, a)
	_ = p.home.mail.post(func(*thread) {
		if routes[a] == l {
			delete(routes, a)
		}
	})
}

// leave gives up a leg's addresses, and the port with its last leg.
func (p *sharedPort) leave(s *sharedSeat) {
	p.mu.Lock()
	for _, a := range []netip.AddrPort{s.remote, s.candidate, s.learned} {
		p.release(p.claims.sound, p.routes.sound, a, s.leg)
	}
	p.release(p.claims.control, p.routes.control, s.control, s.leg)
	p.legs--
	p.closed = p.legs == 0
	over := p.closed
	p.mu.Unlock()
	if !over {
		return
	}
	p.home.shares.forget(p)
	err := p.home.mail.post(func(t *thread) {
		p.sockets.detach(t)
		p.shut()
	})
	if err != nil { // the thread has ended: nobody else knows the sockets
		p.shut()
	}
}

func (p *sharedPort) shut() {
	p.sockets.close()
	p.engine.ports.give(p.number)
}
