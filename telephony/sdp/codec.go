package sdp

import "strings"

// Names of the encodings that EKC knows, as registered with IANA (RFC 3551, RFC 7587, RFC 4733).
const (
	NamePCMA  = "PCMA"
	NamePCMU  = "PCMU"
	NameG722  = "G722"
	NameOpus  = "opus"
	NameEvent = "telephone-event"
)

// ContentType is the media type of every body that this package reads and writes.
const ContentType = "application/sdp"

// Codec is one encoding bound to an RTP payload type.
type Codec struct {
	// Name is the encoding's registered name; comparison ignores case.
	Name string
	// Payload is the RTP payload type, 0–127; 96–127 are dynamic.
	Payload uint8
	// ClockRate is the RTP clock in hertz. G.722 says 8000 although it samples at 16000 (RFC 3551 §4.5.2).
	ClockRate int
	// Channels is 1, or 2 for opus (RFC 7587 §7).
	Channels int
	// Format is the value of a=fmtp; empty for none.
	Format string
}

// PCMA is G.711 A-law, 8 kHz.
func PCMA() Codec { return Codec{Name: NamePCMA, Payload: 8, ClockRate: 8000, Channels: 1} }

// PCMU is G.711 µ-law, 8 kHz.
func PCMU() Codec { return Codec{Name: NamePCMU, Payload: 0, ClockRate: 8000, Channels: 1} }

// G722 is 64 kbit/s wideband.
func G722() Codec { return Codec{Name: NameG722, Payload: 9, ClockRate: 8000, Channels: 1} }

// Opus is opus with in-band error correction, at the dynamic payload type 111 where we offer it.
func Opus() Codec {
	return Codec{Name: NameOpus, Payload: 111, ClockRate: 48000, Channels: 2, Format: "minptime=10;useinbandfec=1"}
}

// Is reports whether both name the same encoding, whatever payload type they are bound to.
func (c Codec) Is(other Codec) bool {
	return strings.EqualFold(c.Name, other.Name) && c.ClockRate == other.ClockRate &&
		max(c.Channels, 1) == max(other.Channels, 1)
}

// at is the same at another payload type.
func (c Codec) at(payload uint8) Codec {
	c.Payload = payload
	return c
}

// IsG711 reports whether it is one of the two that every telephone has, and that cost nothing to translate.
func (c Codec) IsG711() bool { return c.Is(PCMA()) || c.Is(PCMU()) }

// static gives the encodings that a payload type means without an a=rtpmap line (RFC 3551 §6).
func static(payload uint8) (Codec, bool) {
	switch payload {
	case 0:
		return PCMU(), true
	case 8:
		return PCMA(), true
	case 9:
		return G722(), true
	default:
		return Codec{}, false
	}
}
