package media

import (
	"fmt"
	"net/netip"
	"time"
)

// LegOptions say what a leg is when it is made.
type LegOptions struct {
	// Name goes into logs and into the RTCP CNAME; no personal data. Default: the leg's number.
	Name string
	// Near puts the leg on the thread of another one that it will be bridged with.
	Near *Leg
	// Shared puts the leg on ports that it shares with others of its thread, which costs a fifth to a third less per packet. For trunks
	// whose gateways send from where their SDP says they receive (symmetric RTP, RFC 4961): that address is how the leg's packets
	// are known. What comes from elsewhere is foreign, except a stream that goes on after its NAT was rebound.
	Shared bool
	// Remote, with Shared, is where the party will send from, when it is known already (an offer has come): a port is chosen where
	// no other leg has that address. Otherwise [Leg.Configure] may say [ErrRemoteTaken]; see [Leg.Unshare].
	Remote netip.AddrPort
	// Notify gets the events, on the media thread: it must not block and must not call this package. May be nil.
	Notify func(Event)
}

// LegConfig is what offer and answer have agreed on.
type LegConfig struct {
	// Remote is where SDP says the party receives RTP. The zero value sends nothing until a source has been learned.
	Remote netip.AddrPort
	// RemoteRTCP is where the party receives RTCP (a=rtcp, RFC 3605). Default: Remote's port + 1.
	RemoteRTCP netip.AddrPort
	// RTCPMux puts RTCP on the RTP port, both ways (RFC 5761).
	RTCPMux bool
	// Receive lists the payload types that the party may send: those of our SDP. Packets of other types are dropped.
	Receive []Format
	// Send is the format that the party hears: the first of its SDP that we can do.
	Send Format
	// Fallback, where Send is Opus, is the G.711 that was agreed on beside it: in it the party gets what is no Opus already, such as
	// prompts, music, conferences and a party without Opus. The zero value: it gets none of that.
	Fallback Format
	// ReceiveEvents and SendEvents are the payload types of telephone-event/8000 (RFC 4733) in our SDP and in the party's.
	// 0: not agreed.
	ReceiveEvents, SendEvents uint8
	// ReceiveWideEvents and SendWideEvents are those of telephone-event/48000, which goes with Opus. 0: not agreed. Digits are sent in
	// the clock of the sound before them, if both are agreed.
	ReceiveWideEvents, SendWideEvents uint8
	// Direction as EKC sees it.
	Direction Direction
	// SRTP holds the keys of SDES when the profile is RTP/SAVP; nil: plain RTP.
	SRTP *SRTP
	// MediaTimeout raises MediaTimeout events when nothing is received for so long, to the second, while the direction
	// receives. 0: never.
	MediaTimeout time.Duration
	// StrictSource turns learning off: only Remote is believed, and sent to. For trunks with known addresses.
	StrictSource bool
}

// SRTPProfile is a crypto suite of SDES (RFC 4568 §6.2).
type SRTPProfile uint8

// The crypto suites.
const (
	// AES128SHA80 is AES_CM_128_HMAC_SHA1_80.
	AES128SHA80 SRTPProfile = iota + 1
	// AES128SHA32 is AES_CM_128_HMAC_SHA1_32.
	AES128SHA32
)

// SRTPKeyLength is the length of a master key with its salt, in bytes (RFC 4568 §6.2).
const SRTPKeyLength = 30

// SRTP are the keys of one leg.
type SRTP struct {
	// Profile is the agreed suite.
	Profile SRTPProfile
	// Inbound protects what the party sends (its a=crypto), Outbound what EKC sends (ours): master key and salt,
	// [SRTPKeyLength] bytes.
	Inbound, Outbound []byte
}

func (c *LegConfig) validate() error {
	if len(c.Receive) == 0 || len(c.Receive) > 16 {
		return fmt.Errorf("%w: %d formats to receive", ErrInvalid, len(c.Receive))
	}
	for _, f := range append(c.Receive[:len(c.Receive):len(c.Receive)], c.Send) {
		if f.PayloadType > 127 || f.Codec < PCMU || f.Codec > Opus {
			return fmt.Errorf("%w: format %d %v", ErrInvalid, f.PayloadType, f.Codec)
		}
		if c.takesEvents(f.PayloadType) && f != c.Send {
			return fmt.Errorf("%w: payload type %d is both sound and events", ErrInvalid, f.PayloadType)
		}
	}
	if f := c.Fallback; f != (Format{}) && (f.PayloadType > 127 || f.Codec != PCMA && f.Codec != PCMU || c.Send.Codec != Opus) {
		return fmt.Errorf("%w: %v %d beside %v", ErrInvalid, f.Codec, f.PayloadType, c.Send.Codec)
	}
	if c.ReceiveWideEvents > 127 || c.SendWideEvents > 127 {
		return fmt.Errorf("%w: events %d/%d", ErrInvalid, c.ReceiveWideEvents, c.SendWideEvents)
	}
	if c.ReceiveEvents > 127 || c.SendEvents > 127 || c.Direction > Inactive || c.MediaTimeout < 0 {
		return fmt.Errorf("%w: events %d/%d, %v, timeout %v",
			ErrInvalid, c.ReceiveEvents, c.SendEvents, c.Direction, c.MediaTimeout)
	}
	if c.StrictSource && !c.Remote.IsValid() {
		return fmt.Errorf("%w: strict source without an address", ErrInvalid)
	}
	return c.SRTP.validate()
}

// takesEvents tells whether the party sends events with a payload type.
func (c *LegConfig) takesEvents(payloadType uint8) bool {
	return payloadType != 0 && (payloadType == c.ReceiveEvents || payloadType == c.ReceiveWideEvents)
}

// sendsEvents tells whether the party takes events.
func (c *LegConfig) sendsEvents() bool { return c.SendEvents != 0 || c.SendWideEvents != 0 }

func (s *SRTP) validate() error {
	if s == nil {
		return nil
	}
	if s.Profile != AES128SHA80 && s.Profile != AES128SHA32 {
		return fmt.Errorf("%w: SRTP profile %d", ErrInvalid, s.Profile)
	}
	if len(s.Inbound) != SRTPKeyLength || len(s.Outbound) != SRTPKeyLength {
		return fmt.Errorf("%w: SRTP keys of %d and %d bytes", ErrInvalid, len(s.Inbound), len(s.Outbound))
	}
	return nil
}
