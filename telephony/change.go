package telephony

// Change is what the centre tells the switchboard: the enquiry of a call is now so. It is made from the event log, in its order,
// and may be told twice. A switchboard that does not have the call ignores it.
type Change struct {
	InteractionID string
	// State is the enquiry's: WITH_ASSISTANT, QUEUED, OFFERED, ACTIVE, HELD, WRAP_UP, CLOSED or ABANDONED.
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
