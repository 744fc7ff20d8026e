package telephony

import "time"

// Change is what the centre tells the switchboard: the enquiry of a call is now so. It is made from the event log, in its order,
// and may be told twice. A switchboard that does not have the call ignores it.
type Change struct {
	InteractionID string
	// Position is the event's in the log. One that is not above the last of the same enquiry is ignored; 0 is never ignored.
	Position int64
	// State is the enquiry's: WITH_ASSISTANT, QUEUED, OFFERED, ACTIVE, HELD, WRAP_UP, DEFERRED, CLOSED or ABANDONED.
	State string
	// QueueID is where it waits or came from.
	QueueID string
	// OperatorID is the account that talks or records, empty before.
	OperatorID string
	// OfferID and OfferedTo are the pending offer, empty when there is none.
	OfferID, OfferedTo string
}

// Mode is how a supervisor takes part in a call.
type Mode string

// The modes.
const (
	Listen  Mode = "LISTEN"  // hears everybody, is heard by nobody
	Whisper Mode = "WHISPER" // hears everybody, is heard by the operator
	Barge   Mode = "BARGE"   // hears and is heard by everybody
)

// Target is whom an operator consults, or passes a caller on to. Either an account or a number; a queue or a line is resolved
// to an account, or made a transfer, by the centre.
type Target struct {
	// AccountID is somebody of the centre: the phones ring, and a browser may join.
	AccountID string
	// Number is an outside number, E.164, called over TrunkID (empty: the default trunk) and showing From.
	Number, TrunkID, From string
}

// CallRequest asks for a call to a citizen: a callback, or an operator's own. The operator is reached first; the citizen is
// called when the operator is there.
type CallRequest struct {
	InteractionID string
	// Number is the citizen's, E.164; From the agency's number that is shown.
	Number, From string
	// TrunkID is the way out; empty: the default trunk.
	TrunkID string
	// AccountID is the operator who is offered the enquiry or has it.
	AccountID string
	// OfferID is the pending offer; picking up accepts it. Empty: the operator has accepted already.
	OfferID string
	// RingTimeout is how long the citizen's phone rings, 10 s to 120 s; 0: 45 s.
	RingTimeout time.Duration
}
