package media

// origin names where the packets of an outgoing stream come from at the moment: a leg's stream, or the engine itself.
type origin struct {
	leg   *Leg
	epoch uint32
}

// sender makes one continuous stream out of everything that a party hears (one SSRC; sequence numbers and timestamps
// without jumps over bridges, prompts and music; the marker bit at each change).
//
// A forwarded stream keeps its own gaps and reorderings: its numbers are shifted, not made anew, so the party's own statistics
// and concealment see the network as it was. A leg that has sent nothing yet takes over the first stream's numbers as they are.
type sender struct {
	ssrc    uint32
	seq     uint16
	ts      uint32
	at      int64 // when ts was sent
	started bool
	from    origin
	seqOff  uint16
	tsOff   uint32
	first   uint16 // of the source: what is older belongs to before the change
	young   int    // packets until first is forgotten, because the numbers wrap
	packets uint64
	bytes   uint64
}

// resumeGap is the silence after which the engine's own frames count as a new talkspurt, in samples.
const resumeGap = 3 * frameSamples

// frameSamples is the length of the engine's own packets.
const frameSamples = SampleRate / 50

// clock gives the timestamp of this instant.
func (s *sender) clock(now int64) uint32 {
	if s.at == 0 {
		return s.ts
	}
	return s.ts + uint32((now-s.at)*SampleRate/1e9)
}

// adopt makes o the origin and lets its packet (seq, ts) follow what was sent.
func (s *sender) adopt(o origin, seq uint16, ts uint32, now int64) {
	s.from, s.first, s.young = o, seq, maxDropout
	if !s.started {
		s.seqOff, s.tsOff = 0, 0
		s.seq, s.ts = seq-1, ts
		return
	}
	next := s.clock(now)
	if int32(next-s.ts) < frameSamples {
		next = s.ts + frameSamples
	}
	s.seqOff, s.tsOff = s.seq+1-seq, next-ts
}

// shift gives the outgoing numbers of a forwarded packet; ok is false for one from before the change of origin.
func (s *sender) shift(o origin, h *header, now int64) (seq uint16, ts uint32, marker, ok bool) {
	marker = h.marker
	if s.from != o {
		s.adopt(o, h.seq, h.ts, now)
		marker = true
	} else if s.young > 0 {
		s.young--
		if int16(h.seq-s.first) < 0 {
			return 0, 0, false, false
		}
	}
	seq, ts = h.seq+s.seqOff, h.ts+s.tsOff
	if int16(seq-s.seq) > 0 || !s.started {
		s.seq = seq
	}
	s.started = true
	return seq, ts, marker, true
}

// sounded remembers when the sound of ts went out.
func (s *sender) sounded(ts uint32, now int64) {
	if s.at == 0 || int32(ts-s.ts) > 0 {
		s.ts, s.at = ts, now
	}
}

// own gives the numbers of a frame that the engine makes itself.
func (s *sender) own(now int64) (seq uint16, ts uint32, marker bool) {
	elapsed := int32(s.clock(now) - s.ts)
	switch {
	case !s.started:
		marker = true
	case s.from != origin{} || elapsed > resumeGap:
		marker = true
		s.ts += uint32(max(elapsed, frameSamples))
	default:
		s.ts += frameSamples
	}
	s.from, s.started = origin{}, true
	s.seq++
	s.at = now
	return s.seq, s.ts, marker
}

// insert makes room for a packet of the engine's within a forwarded stream.
func (s *sender) insert() uint16 {
	s.seq++
	s.seqOff++
	s.started = true
	return s.seq
}

// omit closes the gap that a packet leaves which is not forwarded.
func (s *sender) omit(o origin) {
	if s.from == o && o.leg != nil {
		s.seqOff--
	}
}
