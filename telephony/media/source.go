package media

import (
	"net/netip"
	"time"
)

// The times of source learning.
const (
	// learnWindow is how long after the first learned packet the signalled address can still claim the leg.
	learnWindow = 3 * time.Second
	// quietBeforeMove is how long the believed address must have been silent before another one may continue its stream.
	quietBeforeMove = 100 * time.Millisecond
	// quietBeforeReturn is how long the believed address must have been silent before the signalled one is believed again.
	quietBeforeReturn = time.Second
	// probation is the number of consecutive packets that an unannounced address must send before it is believed.
	probation = 3
)

// source decides whose packets a leg believes. The rule:
//
//  1. The address of SDP is believed at once, whenever nothing has been learned yet, and within [learnWindow] after
//     something else has been: so a stranger who guessed the port loses it to the party's first packet. Later it is believed
//     when the other address has fallen silent for [quietBeforeReturn]: stragglers of an earlier call do not keep a leg.
//  2. Parties behind NAT send from elsewhere (RFC 4961 §3). While nothing is learned, another address is believed after
//     [probation] consecutive packets of one SSRC. After the window the choice is final.
//  3. Later, an address may take over only when it continues the very stream: the same SSRC and the next sequence numbers,
//     [probation] times, after the believed one has fallen silent. That is a NAT that was rebound. A stranger would have to
//     guess 48 bits, and one who reads the packets still cannot push a living stream aside.
//  4. A Configure with another address begins again; one with the same address (hold, resume) changes nothing.
//  5. With StrictSource only rule 1 holds.
//
// Everything else is dropped and counted as foreign.
type source struct {
	current   netip.AddrPort
	signalled netip.AddrPort
	strict    bool
	firm      bool
	until     int64 // end of the window
	candidate netip.AddrPort
	ssrc      uint32
	next      uint16
	run       int
}

// verdict on a packet.
type verdict uint8

const (
	believed verdict = iota
	moved            // believed, and from a new address
	foreign
)

// reset begins learning anew for the address of SDP, unless it is the old one.
func (s *source) reset(signalled netip.AddrPort, strict bool) {
	if s.signalled == signalled && s.strict == strict {
		return
	}
	*s = source{signalled: signalled, strict: strict}
}

// judge applies the rule. stream and last are the believed stream and the time of its last packet.
func (s *source) judge(from netip.AddrPort, h *header, now int64, stream *sequence, last int64) verdict {
	if from == s.current {
		return believed
	}
	if from == s.signalled && (!s.current.IsValid() || !s.firm && now < s.until || now-last > int64(quietBeforeReturn)) {
		s.settle(from, now, true)
		return moved
	}
	if s.strict || !from.IsValid() {
		return foreign
	}
	if s.current.IsValid() && !s.continues(h, now, stream, last) {
		return foreign
	}
	if from != s.candidate || h.ssrc != s.ssrc || h.seq != s.next {
		s.candidate, s.ssrc, s.run = from, h.ssrc, 0
	}
	s.next = h.seq + 1
	s.run++
	if s.run < probation {
		return foreign
	}
	s.settle(from, now, s.current.IsValid())
	return moved
}

// continues tells whether a packet of another address goes on with the believed stream.
func (s *source) continues(h *header, now int64, stream *sequence, last int64) bool {
	ahead := h.seq - stream.max
	return stream.started && h.ssrc == stream.ssrc && ahead > 0 && ahead < maxDropout &&
		now-last > int64(quietBeforeMove)
}

func (s *source) settle(from netip.AddrPort, now int64, firm bool) {
	s.current, s.firm, s.until = from, firm, now+int64(learnWindow)
	s.candidate, s.run = netip.AddrPort{}, 0
}
