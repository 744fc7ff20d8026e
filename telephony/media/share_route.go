package media

import (
	"encoding/binary"
	"log/slog"
	"net/netip"
)

// The limits of looking for the leg of an unknown address, which costs a walk over all legs of the port: strangers may cause
// no more than 500 of them a second.
const (
	searchSpan  = stallLimit
	searchLimit = 50
)

// attach lets the home thread listen.
func (p *sharedPort) attach(t *thread) {
	err := p.sockets.attach(t, p)
	if err != nil {
		p.engine.options.Logger.Error("shared media port has no sockets", slog.Int("port", int(p.number)), slog.Any("error", err))
	}
}

// receive gives a packet to the leg whose party sends from there. backlog says that the port's packets have waited.
func (p *sharedPort) receive(t *thread, control bool, b []byte, from netip.AddrPort, backlog bool) {
	var l *Leg
	if control {
		l = p.controlled(from)
	} else if l = p.routes.sound[from]; l == nil {
		l = p.search(t, b, from)
	}
	if l == nil {
		t.stats.Foreign++
		return
	}
	switch at := l.thread.Load(); at {
	case t:
		t.receive(l, control, b, from, backlog && t.overdue(l, b))
	case nil: // on its way to another thread
	default:
		at.inbox.put(l, nil, control, b, from)
	}
}

// controlled finds the leg of an RTCP packet: by the signalled address, else as the neighbour of where its sound comes from.
func (p *sharedPort) controlled(from netip.AddrPort) *Leg {
	if l := p.routes.control[from]; l != nil {
		return l
	}
	return p.routes.sound[netip.AddrPortFrom(from.Addr(), from.Port()-1)]
}

// search finds the leg whose stream a packet from an unknown address continues: a NAT was rebound (source.go, rule 3). Nothing
// less is enough here. On a port of its own a leg may believe who comes first; on a shared one that could be the straggler of
// another call. The leg's own rule then judges this packet and those that follow.
func (p *sharedPort) search(t *thread, b []byte, from netip.AddrPort) *Leg {
	if t.now-p.searching > int64(searchSpan) {
		p.searching, p.searches = t.now, 0
	}
	h, ok := parseHeader(b)
	if !ok || p.searches >= searchLimit {
		return nil
	}
	p.searches++
	var found *Leg
	for _, l := range p.routes.sound {
		if l == found || l.thread.Load() != t || l.seatShared == nil || l.rx.source.strict || !l.rx.source.current.IsValid() {
			continue
		}
		if l.rx.source.continues(&h, t.now, &l.rx.sequence, l.rx.lastAt) {
			if found != nil {
				return nil
			}
			found = l
		}
	}
	if found == nil || !found.seatShared.try(from) {
		return nil
	}
	return found
}

// try makes an address the leg's candidate; the former one is what the leg has believed since, or nothing.
func (s *sharedSeat) try(from netip.AddrPort) bool {
	p := s.port
	p.mu.Lock()
	defer p.mu.Unlock()
	if holder := p.claims.sound[from]; holder != nil {
		return holder == s.leg
	}
	if p.closed {
		return false
	}
	if s.candidate.IsValid() {
		old := s.candidate
		if s.leg.rx.source.current == old {
			s.learned, old = old, s.learned
		}
		p.release(p.claims.sound, p.routes.sound, old, s.leg)
	}
	s.candidate = from
	p.hold(p.claims.sound, p.routes.sound, from, s.leg)
	p.routes.sound[from] = s.leg // without waiting for the mailbox: this is the home thread
	return true
}

// overdue tells whether a packet of a backlog has waited for so long that nobody wants to hear it: by its timestamp, since the
// socket holds the packets of many.
func (t *thread) overdue(l *Leg, b []byte) bool {
	s := &l.rx.sequence
	if len(b) < headerSize || !s.hasTime || binary.BigEndian.Uint32(b[8:]) != s.ssrc {
		return false
	}
	transit := uint32(t.now*(SampleRate/1000)/1e6) - binary.BigEndian.Uint32(b[4:])
	return int32(transit-s.transit) > int32(stallLimit*SampleRate/1e9)
}

// attach and detach follow the leg from thread to thread; the socket stays where it is.
func (s *sharedSeat) attach(t *thread, _ *Leg) error {
	s.at = t
	return nil
}

func (s *sharedSeat) detach(*thread, *Leg) { s.at = nil }

func (s *sharedSeat) send(control bool, b []byte, to *destination) bool {
	if control || s.at != s.port.home {
		return s.port.sockets.send(control, b, to)
	}
	return s.port.sockets.queue(b, to)
}

func (s *sharedSeat) close() { s.port.leave(s) }
