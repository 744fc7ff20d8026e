package sdp

import "net/netip"

// Address is where the writer of a description wants its first audio stream; the zero value when it names no address that
// packets can be sent to and come from (RFC 3264 §8.4's null address, a multicast group, a host name), or does not parse.
func Address(body []byte) netip.AddrPort {
	streams, err := parse(body)
	if err != nil {
		return netip.AddrPort{}
	}
	for _, s := range streams {
		if s.media == "audio" && s.port != 0 && s.rtp() {
			if a := s.remote(); a.IsValid() && !a.Addr().IsMulticast() {
				return a
			}
			return netip.AddrPort{}
		}
	}
	return netip.AddrPort{}
}
