package media

// Codec is a way to code sound.
type Codec uint8

// The codecs that the engine carries. It translates between them; equal ones pass unchanged.
const (
	// CodecNone is no codec.
	CodecNone Codec = iota
	// PCMU is G.711 µ-law, RTP payload type 0 (RFC 3551 §4.5.14).
	PCMU
	// PCMA is G.711 A-law, RTP payload type 8 (RFC 3551 §4.5.14).
	PCMA
	// G722 is G.722 at 64 kbit/s, RTP payload type 9 with a clock of 8 kHz (RFC 3551 §4.5.2). It is wideband only between parties that
	// both have it: what the engine itself does with sound, it does at 8 kHz.
	G722
	// Opus has a dynamic payload type and a clock of 48 kHz (RFC 7587). It passes between parties that both have it; the engine decodes
	// it for everybody else, and codes none: see [LegConfig].Fallback.
	Opus
)

// String gives the encoding name of SDP's rtpmap.
func (c Codec) String() string {
	switch c {
	case PCMU:
		return "PCMU"
	case PCMA:
		return "PCMA"
	case G722:
		return "G722"
	case Opus:
		return "opus"
	default:
		return "none"
	}
}

// PayloadType gives the static payload type of RFC 3551 §6, and for Opus the dynamic one that everybody uses.
func (c Codec) PayloadType() uint8 {
	switch c {
	case PCMA:
		return 8
	case G722:
		return 9
	case Opus:
		return 111
	default:
		return 0
	}
}

// silence is the coded zero of G.711, and what a gap is filled with.
func (c Codec) silence() byte {
	if c == PCMA {
		return 0xD5
	}
	return 0xFF
}

// Format binds a codec to the payload type that SDP gave it.
type Format struct {
	// PayloadType is 0 to 127.
	PayloadType uint8
	// Codec is what the payload is.
	Codec Codec
}

// Direction is who sends, as EKC sees it (RFC 3264 §5.1, after the answer is turned round: when the party says
// sendonly, the leg is RecvOnly).
type Direction uint8

// The directions of a leg.
const (
	// SendRecv is a conversation.
	SendRecv Direction = iota
	// SendOnly plays to the party and drops what it says: the party is on hold by us.
	SendOnly
	// RecvOnly hears the party and sends nothing: we are on hold.
	RecvOnly
	// Inactive does neither; RTCP goes on.
	Inactive
)

func (d Direction) sends() bool    { return d == SendRecv || d == SendOnly }
func (d Direction) receives() bool { return d == SendRecv || d == RecvOnly }

// String gives the attribute of SDP.
func (d Direction) String() string {
	return [...]string{"sendrecv", "sendonly", "recvonly", "inactive"}[d&3]
}
