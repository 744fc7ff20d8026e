package signaling

import "time"

// Sink takes a dialog's events, in order, one at a time. It must not block and must not call the dialog. It returns false
// when it can take no more: the dialog is then ended.
type Sink func(Event) bool

// Event is one of the types below.
type Event interface{ event() }

// Progress is a provisional answer to our call: 180, 183 and their like, never 100.
type Progress struct {
	Code   int
	Reason string
	// Body is a session description with early media or nil; it answers our offer.
	Body []byte
	// Fork names the branch that it came from: with several phones behind a proxy each has its own early dialog.
	Fork string
}

// Answered says that our call was answered. When the INVITE carried no offer, Offer is true, Body is the peer's offer, and
// the owner must call Confirm with the answer.
type Answered struct {
	Body  []byte
	Offer bool
	Fork  string
}

// Acknowledged says that our provisional answer with a body was acknowledged (PRACK); Body is the answer of a delayed offer.
type Acknowledged struct{ Body []byte }

// Confirmed says that our answer to an incoming call has arrived (ACK). Body is the answer when the INVITE had no offer.
type Confirmed struct{ Body []byte }

// Offered is an offer inside the call (re-INVITE or UPDATE). The owner calls AnswerOffer or RefuseOffer, within
// Config.AnswerTimeout. Body is nil when the peer asks us for an offer: AnswerOffer then carries it, and Reconfirmed
// brings the answer.
type Offered struct {
	Body []byte
	// Hold says that the offer puts us on hold.
	Hold bool
}

// Reconfirmed is the answer, in ACK, to the offer that the peer asked for by a re-INVITE without body.
type Reconfirmed struct{ Body []byte }

// Reanswered is what came of our Reoffer: Code 200 with Body, the answer; or another code, and nothing has changed. Code 0
// says that no answer came.
type Reanswered struct {
	Code   int
	Reason string
	Body   []byte
}

// Digit is a key pressed, sent by INFO (application/dtmf-relay or application/dtmf).
type Digit struct {
	// Key is one of 0–9, *, #, A–D.
	Key      rune
	Duration time.Duration
}

// Referred asks us to transfer the peer (RFC 3515). The owner calls AcceptRefer or RefuseRefer, within
// Config.AnswerTimeout, and after AcceptRefer reports with NotifyRefer.
type Referred struct {
	// Target is the URI of Refer-To without its headers; User is its user part, the number or account.
	Target, User string
	// Replaces is set for an attended transfer: the call that the target has with the peer (RFC 3891).
	Replaces *Replaces
	// By is Referred-By, empty when absent.
	By string
}

// Ended is the last event of every dialog.
type Ended struct {
	// Code is the SIP status that ended a call before it was answered; 200 for one ended by BYE; 487 for a cancelled one;
	// 408 when nobody answered; 0 when the transport or the peer vanished.
	Code int
	// Reason is the phrase, or the text of a Reason header.
	Reason string
	// ByPeer says that the other side ended it.
	ByPeer bool
	// Cause is the Q.850 cause of a Reason header (RFC 3326), or 0.
	Cause int
	// Answered says that the call had been answered.
	Answered bool
	// RetryAfter is how long the peer asks us to wait (RFC 3261 §20.33), or zero.
	RetryAfter time.Duration
}

func (Progress) event()     {}
func (Answered) event()     {}
func (Acknowledged) event() {}
func (Confirmed) event()    {}
func (Offered) event()      {}
func (Reconfirmed) event()  {}
func (Reanswered) event()   {}
func (Digit) event()        {}
func (Referred) event()     {}
func (Ended) event()        {}

// Replaces names a dialog (RFC 3891).
type Replaces struct {
	CallID, FromTag, ToTag string
	EarlyOnly              bool
}
