package media

// Limits of RFC 3550 A.1: a greater jump ahead, or a packet older than that, is a restart when its successor confirms it.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// arrival says how a packet fits into its stream.
type arrival uint8

const (
	inOrder arrival = iota
	outOfOrder
	duplicate
	suspicious // perhaps a restart: not used until the next packet confirms it
)

// sequence follows the party's stream and counts (RFC 3550 A.1, A.3, A.8). epoch grows whenever the numbering begins anew:
// another SSRC, or a restart.
type sequence struct {
	started   bool
	ssrc      uint32
	epoch     uint32
	max, bad  uint16
	hasBad    bool
	cycles    uint32
	base      uint32 // first extended number
	received  uint64 // since base
	seen      uint64 // bit i: max-i has come
	jitter    uint32 // A.8, scaled by 16
	transit   uint32
	hasTime   bool
	past      int64 // lost in earlier epochs
	late      uint64
	dup       uint64
	priorExp  uint64 // for the fraction lost of reports
	priorRecv uint64
}

// begin starts a new epoch with seq.
func (s *sequence) begin(ssrc uint32, seq uint16) {
	if s.started {
		s.past += s.lostNow()
		s.epoch++
	}
	s.started, s.hasBad, s.hasTime = true, false, false
	s.ssrc, s.max, s.base, s.cycles = ssrc, seq, uint32(seq), 0
	s.received, s.priorExp, s.priorRecv, s.seen = 0, 0, 0, 1
}

// turn begins a new epoch within a stream: its timestamps do not go on, its numbers do.
func (s *sequence) turn() {
	s.epoch++
	s.hasTime = false
}

// update takes one packet of the stream.
func (s *sequence) update(ssrc uint32, seq uint16) arrival {
	if !s.started || ssrc != s.ssrc {
		s.begin(ssrc, seq)
		s.received++
		return inOrder
	}
	delta := seq - s.max
	switch {
	case delta != 0 && delta < maxDropout:
		if seq < s.max {
			s.cycles += 1 << 16
		}
		s.max = seq
		if delta < 64 {
			s.seen = s.seen<<delta | 1
		} else {
			s.seen = 1
		}
		s.received++
		s.hasBad = false
		return inOrder
	case -delta <= maxMisorder: // delta is 0 or a little behind
		back := -delta
		if back < 64 && s.seen&(1<<back) != 0 {
			s.dup++
			return duplicate
		}
		if back < 64 {
			s.seen |= 1 << back
		}
		s.late++
		s.received++
		return outOfOrder
	case s.hasBad && seq == s.bad:
		s.begin(ssrc, seq)
		s.received++
		return inOrder
	default:
		s.bad, s.hasBad = seq+1, true
		return suspicious
	}
}

// time updates the jitter; arrival and ts are in samples.
func (s *sequence) time(arrival, ts uint32) {
	transit := arrival - ts
	if s.hasTime {
		d := int32(transit - s.transit)
		if d < 0 {
			d = -d
		}
		s.jitter += uint32(d) - (s.jitter+8)>>4
	}
	s.transit, s.hasTime = transit, true
}

func (s *sequence) extendedMax() uint32 { return s.cycles + uint32(s.max) }

func (s *sequence) expected() uint64 { return uint64(s.extendedMax()) - uint64(s.base) + 1 }

func (s *sequence) lostNow() int64 {
	if !s.started {
		return 0
	}
	return int64(s.expected()) - int64(s.received)
}

// lost is the number over all epochs.
func (s *sequence) lost() int64 { return s.past + s.lostNow() }

// fraction gives the share lost since the last call, in 1/256 (RFC 3550 A.3).
func (s *sequence) fraction() uint8 {
	expected, received := s.expected()-s.priorExp, s.received-s.priorRecv
	s.priorExp, s.priorRecv = s.expected(), s.received
	if expected == 0 || received >= expected {
		return 0
	}
	return uint8(min((expected-received)<<8/expected, 255))
}
