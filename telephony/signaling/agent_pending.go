package signaling

import (
	"context"
	"errors"
	"net"
	"time"
)

var errPending = errors.New("signaling: not yet")

// Errors of the API.
var (
	// ErrState says that the dialog is not in a state where the method makes sense: too late, too early, or twice.
	ErrState = errors.New("signaling: not in this state of the call")
	// ErrUnknownTrunk says that no trunk has that id.
	ErrUnknownTrunk = errors.New("signaling: no such trunk")
	// ErrDraining says that the agent takes no new calls.
	ErrDraining = errors.New("signaling: draining")
	// ErrBusy says that Config.Dialogs are up.
	ErrBusy = errors.New("signaling: too many calls")
)

// Agent is EKC's SIP user agent.
type Agent struct{}

// New opens the sockets and starts serving. Close releases them.
func New(Config) (*Agent, error) { return nil, errPending }

// Addr is the local address of a transport; nil when it is not served.
func (a *Agent) Addr(Transport) net.Addr { return nil }

// SetTrunks replaces all trunks. Calls that are up keep theirs.
func (a *Agent) SetTrunks([]Trunk) error { return errPending }

// Trunks says which trunks answer.
func (a *Agent) Trunks() []TrunkStatus { return nil }

// Call sends an INVITE. Errors: ErrUnknownTrunk, ErrDraining, ErrBusy, or a bad request; everything later is an event.
func (a *Agent) Call(CallRequest) (*Dialog, error) { return nil, errPending }

// Find returns the dialog that Replaces names, nil when there is none.
func (a *Agent) Find(Replaces) *Dialog { return nil }

// Dialogs counts the dialogs that have not ended.
func (a *Agent) Dialogs() int { return 0 }

// Drain refuses new calls with 503 and Retry-After from now on; those that are up go on. It waits until the last has ended,
// or for ctx.
func (a *Agent) Drain(context.Context) error { return errPending }

// Close ends all calls (BYE, CANCEL, 503), waits for that at most until ctx ends, and closes the sockets.
func (a *Agent) Close(context.Context) error { return errPending }

// Dialog is one leg of a call, from the first INVITE to the end. Methods are safe for concurrent use and return at once.
type Dialog struct{}

// ID is unique in this process.
func (d *Dialog) ID() string { return "" }

// CallID is the Call-ID of the leg.
func (d *Dialog) CallID() string { return "" }

// Reference names the dialog for a Replaces header, as the peer of the leg knows it.
func (d *Dialog) Reference() Replaces { return Replaces{} }

// Attach gives the dialog its owner. Events that came before are delivered first.
func (d *Dialog) Attach(Sink) {}

// Done is closed after Ended was delivered.
func (d *Dialog) Done() <-chan struct{} { return nil }

// Progress answers an incoming call provisionally: 180, 181, 182, 183. With a body it opens early media. Reliable asks for
// PRACK where the peer supports it; Acknowledged follows. It is sent reliably anyway where the peer requires it.
func (d *Dialog) Progress(_ int, _ []byte, _ bool) error { return errPending }

// Answer accepts an incoming call: with the answer to its offer, or with an offer when it had none. Confirmed follows, or
// Ended when the peer cancelled in the same moment or never acknowledges.
func (d *Dialog) Answer([]byte) error { return errPending }

// Reject refuses an incoming call with a status of 300–699 and headers as Retry-After. Ended follows.
func (d *Dialog) Reject(_ int, _ string, _ ...Header) error { return errPending }

// Confirm acknowledges our answered call that began without an offer, with our answer.
func (d *Dialog) Confirm([]byte) error { return errPending }

// Hangup ends the dialog in whatever state: CANCEL, BYE, or a refusal with 603 or the code of the cause. Ended follows.
func (d *Dialog) Hangup(Cause) error { return errPending }

// Reoffer proposes a new description inside the call: hold, resume, other ports. It waits for a running exchange, and tries
// again after 491. Reanswered follows.
func (d *Dialog) Reoffer([]byte) error { return errPending }

// AnswerOffer answers Offered with 200.
func (d *Dialog) AnswerOffer([]byte) error { return errPending }

// RefuseOffer refuses Offered with a status of 400–699, usually 488. The call goes on as it was.
func (d *Dialog) RefuseOffer(int) error { return errPending }

// SendDigit presses a key by INFO (application/dtmf-relay).
func (d *Dialog) SendDigit(_ rune, _ time.Duration) error { return errPending }

// AcceptRefer answers Referred with 202 and starts reporting (RFC 3515 §2.4.4).
func (d *Dialog) AcceptRefer() error { return errPending }

// RefuseRefer answers Referred with a status of 400–699.
func (d *Dialog) RefuseRefer(int) error { return errPending }

// NotifyRefer reports how the transfer goes: a status of 100–699; 200 and above is the last report.
func (d *Dialog) NotifyRefer(_ int, _ string) error { return errPending }

// Cause is why we end a call, for the Reason header (RFC 3326).
type Cause struct {
	// Code is the SIP status for a call that was not answered yet; zero: 603 for incoming ones.
	Code int
	// Q850 is the cause of ITU-T Q.850; zero: 16, normal clearing.
	Q850 int
	Text string
}

// Metrics is a snapshot of counters since the start, and of gauges.
type Metrics struct {
	// Dialogs and Early are gauges: all dialogs, and those not answered yet.
	Dialogs, Early int
	// Calls offered to the owner, and started by it; answered and ended ones of both.
	Incoming, Outgoing, Answered, Ended uint64
	// Rejected counts INVITEs that never reached the owner.
	Rejected uint64
	// Transactions is a gauge; Timeouts counts those without an answer.
	Transactions int
	Timeouts     uint64
	// Sent and received messages; repeats that we sent and that we absorbed; malformed messages; messages dropped because a
	// queue was full.
	RequestsIn, ResponsesIn, MessagesOut, Retransmitted, Repeated, Malformed, Overflow uint64
	// Dropped by the guard, addresses banned now, bans ever, and addresses known.
	Dropped uint64
	Banned  int
	Bans    uint64
	Sources int
	// Registered is the number of bindings that this node saw come and not go; Registrations counts REGISTERs granted.
	Registered              int
	Registrations, AuthFail uint64
	// Unread counts dialogs ended because their owner did not read.
	Unread uint64
	// TrunksDown is a gauge.
	TrunksDown int
}

// Metrics takes a snapshot.
func (a *Agent) Metrics() Metrics { return Metrics{} }
