package telephony

import (
	"context"
	"time"
)

// Centre is what the switchboard asks of the contact centre. All methods may be called from any goroutine and take effect once when
// they are repeated with the same arguments. Errors carry a code of internal/fail: NOT_FOUND and CONFLICT say that the centre has
// moved on (the call then does what the centre's state asks for), UNAVAILABLE that it should be tried again: the switchboard
// keeps what must be stored and goes on with the call meanwhile.
type Centre interface {
	// Begin records a new call and its enquiry, WITH_ASSISTANT: the menu and Yana are what answers first.
	Begin(ctx context.Context, c NewCall) (interactionID string, err error)
	// Collect keeps what the menu has learned. Empty fields leave what is known.
	Collect(ctx context.Context, interactionID string, c Collected) error
	// Ask puts a spoken or chosen question to Yana and returns what she says.
	Ask(ctx context.Context, interactionID, question string) (Answer, error)
	// Helped keeps whether an answer helped, as the caller said.
	Helped(ctx context.Context, interactionID, recordVersionID string, helped bool) error
	// Enqueue hands the enquiry to a queue; asked again, it moves it there.
	Enqueue(ctx context.Context, interactionID string, w Wish) (Queued, error)
	// Place says where a queued enquiry is.
	Place(ctx context.Context, interactionID string) (Place, error)
	// Callback ends the waiting with the promise to call back, in the place that the enquiry has. After it nothing more is told of
	// the enquiry by this call, not even Ended, but legs and the recording; the centre asks for the callback with
	// [Switchboard.Call] when an operator is offered it. CONFLICT: it does not wait.
	Callback(ctx context.Context, interactionID, number string) error
	// Rate keeps the caller's rating, 1 to 5.
	Rate(ctx context.Context, interactionID string, rating int) error
	// Ended says that the caller is gone, or that the call ended otherwise. The enquiry is closed, abandoned or goes into wrap-up.
	// A call to a citizen that was withdrawn before anybody was called (its offer expired, its enquiry was closed) ends with
	// EndByOperator; whoever asked for it may ask again at once.
	Ended(ctx context.Context, interactionID string, e End) error

	// PickedUp says that the operator's device answered the offer: the offer is accepted. CONFLICT: it was over already.
	PickedUp(ctx context.Context, offerID, accountID string) error
	// Refused says that the operator's device declined the offer.
	Refused(ctx context.Context, offerID, accountID string) error
	// OperatorLost says that the operator's device vanished in mid-talk: the enquiry goes back to the head of its queue.
	OperatorLost(ctx context.Context, interactionID, accountID string) error
	// OperatorHungUp says that the operator's device ended the talk: wrap-up begins.
	OperatorHungUp(ctx context.Context, interactionID, accountID string) error
	// Held says that the operator's device put the talk on hold, or took it back.
	Held(ctx context.Context, interactionID, accountID string, held bool) error
	// TransferTo carries out a transfer that was asked for with the keys of a phone (REFER). target is the user part of Refer-To.
	TransferTo(ctx context.Context, interactionID, accountID, target string) error
	// Consulted says whom an operator who talks has dialled with the keys of the phone beside the talk, to consult: a colleague, by the
	// name of a phone or an account, or a number outside. FORBIDDEN, NOT_FOUND and INVALID refuse the call.
	Consulted(ctx context.Context, interactionID, accountID, number string) (Target, error)
	// HandedTo says that the operator's phone has joined the citizen and the colleague who was consulted: the enquiry is the colleague's.
	HandedTo(ctx context.Context, interactionID, accountID, colleagueID string) error
	// Dialled says that an operator dialled a number with the keys of the phone: the centre opens an enquiry and says how to call.
	// user is the name that the phone registered with, number what was dialled, in no particular form. FORBIDDEN and INVALID refuse the call.
	Dialled(ctx context.Context, user, number string) (CallRequest, error)

	// Leg keeps a leg of a call in the timeline: written when it begins and again, with its end and its figures.
	Leg(ctx context.Context, l LegReport) error
	// Looks keeps how a call looks when that changes: for those who follow it, and a pause of the recording for the timeline.
	Looks(ctx context.Context, r CallReport) error
	// Invited keeps that a colleague is consulted, who may have nothing but a browser, and then what became of it.
	Invited(ctx context.Context, i Invitation) error
	// Recorded keeps that a recording is stored. It comes at any time after the call, also from a node that has mended what a dead
	// one left. Without an InteractionID the call's id says whose it is.
	Recorded(ctx context.Context, r RecordingReport) error
	// Flow returns the published menu for the number that was called, as JSON that telephony/ivr reads, and its version.
	Flow(ctx context.Context, called string) (flow []byte, versionID string, err error)
	// Open reports whether a calendar, or else the queue that w stands for, is open for callers now, and when it opens next.
	Open(ctx context.Context, calendar string, w Wish) (Hours, error)
}

// NewCall is a call that reached us.
type NewCall struct {
	// ID is the switchboard's name of the call, unique over all nodes and time.
	ID string
	// Node is the node that has the call.
	Node string
	// Trunk is the id of the trunk that it came over, or left by.
	Trunk string
	// Caller and Called are E.164 with a plus, empty when withheld or unknown.
	Caller, Called string
	// RegionCode is what the caller's number says about the region, empty when it says nothing.
	RegionCode string
	At         time.Time
}

// Collected is what the menu learned.
type Collected struct {
	AgencyCode, RegionCode, Topic string
	// Attributes are other things that the menu was made to remember.
	Attributes map[string]string
	// Steps are what was said and pressed, in order, for the timeline.
	Steps []Step
}

// Step is one turn of the menu.
type Step struct {
	At time.Time
	// Node is the name of the menu's node and Type its kind, Exit the way by which it was left, Input what the caller pressed or
	// said there, Next the node that follows.
	Node, Type, Exit, Input, Next string
}

// Answer is what Yana says.
type Answer struct {
	// Kind says what to do with it.
	Kind AnswerKind
	// Text is what is spoken.
	Text string
	// Choices are the readings of a question that was not clear, for Kind AnswerClarify.
	Choices []string
	// RecordVersionID is what was told, for Kind AnswerTold.
	RecordVersionID string
	// Line is where the enquiry belongs, for Kind AnswerHandOver: 1, or 2 for a personal matter.
	Line int
}

// AnswerKind is what Yana has decided.
type AnswerKind string

// The kinds.
const (
	AnswerTold     AnswerKind = "told"
	AnswerClarify  AnswerKind = "clarify"
	AnswerHandOver AnswerKind = "hand_over"
)

// Wish says which queue is looked for.
type Wish struct {
	// Queue is a queue's code; it wins over the rest.
	Queue                  string
	Line                   int
	AgencyCode, RegionCode string
	// Priority is added to the enquiry's, -100 to 100.
	Priority int
}

// Hours is whether a line is open.
type Hours struct {
	Open, Holiday bool
	// Now and Next, when it opens, are in the time zone in which they are told. Next is zero when it is not known.
	Now, Next time.Time
}

// Queued is the queue that an enquiry is in.
type Queued struct {
	QueueID, QueueCode string
	// Hours are the queue's; outside of them the enquiry is not queued.
	Hours
}

// Place is where an enquiry is in its queue.
type Place struct {
	// Position counts from 1; 0: it does not wait.
	Position int
	// Wait is a guess; Known is false when there is none.
	Wait  time.Duration
	Known bool
}

// End is how a call ended.
type End struct {
	Cause EndCause
	// SIPCode is the final response that ended a call before it was answered (486 busy, 408 or 480 no answer), 0 when there was none.
	SIPCode int
	At      time.Time
}

// EndCause says who or what ended a call.
type EndCause string

// The causes.
const (
	EndByCaller   EndCause = "caller"     // hung up, cancelled
	EndByMenu     EndCause = "menu"       // the menu said goodbye
	EndByOperator EndCause = "operator"   // the talk was ended by the operator
	EndUnanswered EndCause = "unanswered" // a citizen whom we called was not reached, see SIPCode
	EndByFailure  EndCause = "failure"    // media or signalling was lost
	EndByDrain    EndCause = "drain"      // the node stops
)

// LegReport describes one leg.
type LegReport struct {
	ID, CallID, InteractionID string
	// Kind is "trunk", "phone", "browser" or "outside".
	Kind string
	// Role is "citizen", "operator", "supervisor" or "consulted".
	Role string
	// AccountID is whose device it is, empty for the citizen.
	AccountID string
	// Number is the other end's, E.164 or a SIP user.
	Number               string
	BeganAt              time.Time
	AnsweredAt, EndedAt  *time.Time
	EndCause             string
	Muted                bool
	Codec                string
	Sent, Received, Lost int64
	Jitter, RoundTrip    time.Duration
	MOS                  float64
}

// RecordingReport describes a finished recording.
type RecordingReport struct {
	ID, CallID, InteractionID string
	// Object is its key in the storage, SHA256 its hash, Bytes its size.
	Object, SHA256 string
	Bytes          int64
	BeganAt        time.Time
	Length         time.Duration
	// Recovered tells that it was closed after its node had died.
	Recovered bool
}
