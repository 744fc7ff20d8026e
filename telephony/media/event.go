package media

import (
	"net/netip"
	"time"
)

// EventKind says what happened to a leg.
type EventKind uint8

// The events.
const (
	// FirstPacket is the first valid RTP packet of the party since the leg was made. Address is its source.
	FirstPacket EventKind = iota + 1
	// SourceChanged means that the party's packets now come from Address, and that it is sent to there: NAT, or a stream
	// that has moved. See source.go for what is believed.
	SourceChanged
	// MediaTimeout means that nothing was received for LegConfig.MediaTimeout. Raised once; again only after packets came.
	MediaTimeout
	// MediaResumed is the first packet after a MediaTimeout.
	MediaResumed
	// DTMF is one complete key press: Digit, Duration, Injected.
	DTMF
	// PlayFinished ends a [PlayRequest]: Play, Reason, Position.
	PlayFinished
	// DTMFSent means that the digits of one SendDTMF are out.
	DTMFSent
	// ByeReceived means that the party said RTCP BYE (RFC 3550 §6.6). A hint only: SIP decides.
	ByeReceived
)

// PlayReason says why playing ended.
type PlayReason uint8

// The reasons of PlayFinished.
const (
	// PlayCompleted means that all clips were played to the end.
	PlayCompleted PlayReason = iota + 1
	// PlayStopped is [Leg.Stop].
	PlayStopped
	// PlayBargedIn means that the party pressed a key during a request with BargeIn.
	PlayBargedIn
	// PlayReplaced means that another request took its place.
	PlayReplaced
	// PlayLegClosed means that the leg ended.
	PlayLegClosed
)

// Event is something that a leg's owner wants to know. It is a value: keep it as long as you like.
type Event struct {
	// Kind says which of the following fields mean something.
	Kind EventKind
	// Leg is the leg it happened to.
	Leg *Leg
	// At is when.
	At time.Time
	// Digit is one of 0-9 * # A-D, or '!' for flash (RFC 4733 §3.2).
	Digit byte
	// Duration is how long the key was held.
	Duration time.Duration
	// Injected tells a digit of [Leg.InjectDTMF] from one of the party's RTP.
	Injected bool
	// Play is the request that ended.
	Play PlayID
	// Reason is why it ended.
	Reason PlayReason
	// Position is how far it got, from the beginning of its first clip, so that music can go on there (PlayRequest.Offset).
	Position time.Duration
	// Address is the party's.
	Address netip.AddrPort
}
