package signaling

import (
	"net/netip"
	"strings"
	"time"
)

// Origin says how a caller was identified.
type Origin int

// The origins. An unknown caller reaches only service numbers.
const (
	FromUnknown Origin = iota
	FromTrunk
	FromPhone
)

// Party is one end of a call.
type Party struct {
	// Number is E.164 with plus sign where the trunk's number plan gives it, else the user part as sent.
	Number string
	// Display is the display name, not to be trusted.
	Display string
	// URI is the address as sent.
	URI string
	// Anonymous says that the caller hides the number (RFC 3323), or that none was sent.
	Anonymous bool
}

// IncomingCall is a call that asks to be answered.
type IncomingCall struct {
	Dialog *Dialog
	Origin Origin
	// TrunkID is set for FromTrunk, Account for FromPhone: the authenticated user name.
	TrunkID, Account string
	From, To         Party
	// Offer is the session description, nil when the peer wants ours.
	Offer []byte
	// Replaces is set when the call shall take the place of another; Replaced is that dialog, nil when we have no such.
	Replaces *Replaces
	Replaced *Dialog
	// Source is where the request came from.
	Source    netip.AddrPort
	Transport Transport
	At        time.Time
	// MaxForwards is what is left of the hops. A call made because of this one gets one less, so that loops end.
	MaxForwards int
	headers     []Header
}

// Header is a field of a message.
type Header struct{ Name, Value string }

// Header returns the first value of a field, by its long name in any case; empty when absent.
func (c *IncomingCall) Header(name string) string {
	for _, h := range c.headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// CallRequest is an outgoing call: through a trunk to a number, or to a device of a phone.
type CallRequest struct {
	// TrunkID and Number (E.164) call through a trunk.
	TrunkID, Number string
	// Device calls a registered phone; TrunkID must then be empty.
	Device *Binding
	// From is the number (E.164) shown to the callee; Display its name.
	From, Display string
	// Anonymous hides From (RFC 3323, RFC 3325).
	Anonymous bool
	// Offer is our session description; nil asks the peer for one.
	Offer []byte
	// Headers are added as they are, as Call-Info or Alert-Info.
	Headers []Header
	// Replaces takes over a call that the callee has.
	Replaces *Replaces
	// MaxForwards limits the hops, 1–70; zero means 70.
	MaxForwards int
	// RingTimeout cancels an unanswered call. Default 60 s.
	RingTimeout time.Duration
	// Hurry: the owner has another way out. The call ends with 408 when the carrier says nothing at all for 4 s, instead of half a minute.
	Hurry bool
	// Sink gets the dialog's events.
	Sink Sink
}
