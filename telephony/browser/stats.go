package browser

import (
	"net/netip"
	"time"

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
	// Unsent counts packets of the leg that could not be encrypted or sent.
	Unsent uint64
}

// Stats gives the numbers. It waits for the media thread's next round.
func (s *Session) Stats() Stats {
	st := Stats{LegStats: s.leg.Stats(), Unsent: s.unsent.Load()}
	s.mu.Lock()
	st.Reconnects = s.reconnects
	s.mu.Unlock()
	path := s.sender.Transport().ICETransport()
	if pair, err := path.GetSelectedCandidatePair(); err == nil && pair != nil {
		st.Local, st.Remote = addressOf(pair.Local.Address, pair.Local.Port), addressOf(pair.Remote.Address, pair.Remote.Port)
		st.LocalType, st.RemoteType = pair.Local.Typ.String(), pair.Remote.Typ.String()
		st.Network = pair.Local.Protocol.String()
	}
	if numbers, ok := path.GetSelectedCandidatePairStats(); ok {
		st.PathRoundTrip = time.Duration(numbers.CurrentRoundTripTime * float64(time.Second))
	}
	if st.RoundTrip == 0 {
		st.RoundTrip = st.PathRoundTrip
	}
	return st
}

func addressOf(ip string, port uint16) netip.AddrPort {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, port)
}
