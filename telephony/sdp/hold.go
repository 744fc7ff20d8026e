package sdp

// Holds reports whether a description of the peer holds us: its first audio stream wants no media (sendonly, inactive, or
// the null address of RFC 2543). A body that does not parse holds nobody.
func Holds(body []byte) bool {
	streams, err := parse(body)
	if err != nil {
		return false
	}
	for _, s := range streams {
		if s.media == "audio" && s.port != 0 {
			return s.hold() || !s.direction.Receives()
		}
	}
	return false
}
