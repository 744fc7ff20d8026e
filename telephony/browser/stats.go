package browser

import (
	"net/netip"
	"time"

	"github.com/pion/ice/v4"

	"ekc/telephony/media"
)

// Stats are the numbers of one session.
type Stats struct {
	// LegStats are the leg's: loss, jitter and round trip from RTCP, as for any telephone. While RTCP has not told the round trip yet
	// it is that of the consent checks.
	media.LegStats
	// PathRoundTrip is that of the last consent check; 0: not known.
	PathRoundTrip time.Duration
	// Local and Remote are the ends of the path in use, LocalType and RemoteType their kinds (host, srflx, prflx), Network is "udp"
	// or "tcp". Zero while there is no path.
	Local, Remote         netip.AddrPort
	LocalType, RemoteType string
	Network               string
	// Reconnects counts the times that the browser came back, or moved to another network.
	Reconnects int
	// Refused counts packets of sound that were not the browser's, or came twice.
	Refused uint64
}

// Stats gives the numbers. It waits for the media thread's next round.
func (s *Session) Stats() Stats {
	st := Stats{LegStats: s.leg.Stats(), Refused: s.refused.Load()}
	s.mu.Lock()
	st.Reconnects = s.reconnects
	s.mu.Unlock()
	if pair, err := s.agent.GetSelectedCandidatePair(); err == nil && pair != nil {
		st.Local, st.Remote = addressOf(pair.Local), addressOf(pair.Remote)
		st.LocalType, st.RemoteType = pair.Local.Type().String(), pair.Remote.Type().String()
		st.Network = pair.Local.NetworkType().NetworkShort()
	}
	if numbers, ok := s.agent.GetSelectedCandidatePairStats(); ok {
		st.PathRoundTrip = time.Duration(numbers.CurrentRoundTripTime * float64(time.Second))
	}
	if st.RoundTrip == 0 {
		st.RoundTrip = st.PathRoundTrip
	}
	return st
}

func addressOf(c ice.Candidate) netip.AddrPort {
	a, err := netip.ParseAddr(c.Address())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(c.Port()))
}
