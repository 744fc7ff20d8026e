package sdp

import (
	"errors"
	"net/netip"
)

// Errors that callers tell apart with errors.Is. On an offer both are answered with 488 (RFC 3261 §21.4.26), on an answer
// both end the call.
var (
	// ErrMalformed says that a body is not a session description.
	ErrMalformed = errors.New("sdp: malformed session description")
	// ErrNotAcceptable says that a description is well formed and leaves nothing in common: no codec, no transport, no
	// encryption that our policy asks for.
	ErrNotAcceptable = errors.New("sdp: nothing acceptable in common")
)

// Direction says who may send, from the point of view of the one who writes it (RFC 8866 §6.7). The zero value is SendRecv.
type Direction int

// The four directions.
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

func (d Direction) String() string {
	switch d {
	case SendOnly:
		return "sendonly"
	case RecvOnly:
		return "recvonly"
	case Inactive:
		return "inactive"
	default:
		return "sendrecv"
	}
}

// Sends reports whether the one who wrote d sends media.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives reports whether the one who wrote d wants media.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// direction is the one with the given abilities.
func direction(sends, receives bool) Direction {
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	default:
		return Inactive
	}
}

// meet is what both allow.
func meet(a, b Direction) Direction {
	return direction(a.Sends() && b.Sends(), a.Receives() && b.Receives())
}

// Policy says whether a leg's media is encrypted with keys in the SDP (RFC 4568).
type Policy int

// The policies. Keys in SDP are as safe as the signalling that carries them: use them over TLS.
const (
	// Plain neither offers nor accepts encryption.
	Plain Policy = iota
	// Optional offers keys beside plain RTP (RFC 8643) and takes whichever the peer offers.
	Optional
	// Required refuses plain RTP.
	Required
)

// Endpoint is what one leg of ours can do: plain values from the owner of the media ports.
type Endpoint struct {
	// Address is where the peer shall send media; it must be one the peer can reach.
	Address netip.Addr
	// Port is our RTP port, 1–65535.
	Port uint16
	// RTCPPort is our RTCP port; zero means Port+1 (RFC 3550 §11).
	RTCPPort uint16
	// RTCPMux offers and accepts RTCP on the RTP port (RFC 5761).
	RTCPMux bool
	// Codecs are those we take, best first. At least one.
	Codecs []Codec
	// EventPayload is the payload type at which we offer telephone-event for 8 kHz codecs, 96–127; zero offers none.
	EventPayload uint8
	// WideEventPayload is the one at which we offer telephone-event of 48 kHz where Opus is among the codecs; zero offers none.
	WideEventPayload uint8
	// PTime is the packet length in milliseconds that we ask for; zero means 20.
	PTime int
	// SRTP is the encryption policy.
	SRTP Policy
	// Suites are the SRTP protection profiles that the owner of the media can do, best first; none means all that this package
	// knows. Others are neither offered nor accepted.
	Suites []Suite
}

// Media is what offer and answer agreed on, from our side.
type Media struct {
	// Remote is where to send RTP. It is invalid when the peer gave a host name or the address of a hold (0.0.0.0): then
	// send to where its packets come from.
	Remote netip.AddrPort
	// RemoteRTCP is where to send RTCP; equal to Remote with RTCPMux.
	RemoteRTCP netip.AddrPort
	// RTCPMux says that RTCP shares the RTP port in both directions.
	RTCPMux bool
	// Codec is what we send, bound to the payload type that the peer expects.
	Codec Codec
	// Fallback, where Codec is Opus, is G.711 as the peer takes it too; without a name it does not.
	Fallback Codec
	// Receive maps the payload types that the peer may send to their codecs, telephone-event left out.
	Receive map[uint8]Codec
	// SendEvent and ReceiveEvent are the payload types of telephone-event; zero when not agreed: DTMF then goes by INFO or
	// in the audio.
	SendEvent, ReceiveEvent uint8
	// SendWideEvent and ReceiveWideEvent are those of its clock of 48 kHz, which goes with Opus; zero when not agreed.
	SendWideEvent, ReceiveWideEvent uint8
	// Direction is ours: whether we send and whether the peer sends.
	Direction Direction
	// Held says that the peer holds us: it wants no media from us (sendonly, inactive, or the address 0.0.0.0).
	Held bool
	// SRTP holds the keys; nil for plain RTP.
	SRTP *Keys
	// PTime is the packet length in milliseconds that the peer asks for; 20 when it says nothing.
	PTime int
}

// Keys are the two master keys of an encrypted stream.
type Keys struct {
	// Suite is the protection profile of both directions.
	Suite Suite
	// Send protects what we send, Receive what the peer sends: master key followed by master salt.
	Send, Receive []byte
}
