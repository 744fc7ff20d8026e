package signaling

import (
	"sync"
	"time"

	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// state is where a dialog is. See the drawing in state.go.
type state int

const (
	incoming  state = iota // INVITE came, nothing final was sent
	answering              // our 2xx waits for its ACK
	outgoing               // INVITE sent, nothing final came
	up
	ended
)

// held is the most events that wait for an owner to Attach.
const held = 64

// Dialog is one leg of a call, from the first INVITE to the end. Methods are safe for concurrent use and return at once.
type Dialog struct {
	agent *Agent
	id    string
	uac   bool
	line  *line // the trunk, nil for a phone or an unknown caller
	phone bool

	// The names of the dialog (RFC 3261 §12). local and remote are the values of From and To without tag.
	callID, localTag, remoteTag string
	local, remote               string
	contact                     string
	inviteKey                   string

	mu        sync.Mutex
	state     state
	answered  bool
	surfaced  bool // the owner knows of it
	sink      Sink
	waiting   []Event
	deaf      bool
	done      chan struct{}
	lingering int // requests after the end whose answers are waited for

	flow       transport.Flow
	target     string // the remote target's URI
	routes     []string
	localCSeq  uint32
	remoteCSeq uint32
	peer       abilities

	invite   *transaction.Server // the peer's first INVITE
	request0 *wire.Message
	reliable reliable
	twoxx    map[uint32]*repeated // our 2xx to INVITEs that wait for ACK, by CSeq
	farewell *Cause               // hang up as soon as that is allowed
	timeout  *time.Timer          // ring time

	out outbound
	exchange
	session sessionTimer
	refer   referral
	lastSDP []byte // our last description, for session refreshes
}

// abilities are what the peer said it can do.
type abilities struct {
	reliable, timer, update, info bool
}

func (a *Agent) newDialog() *Dialog {
	d := &Dialog{
		agent: a, id: a.token(8), localTag: a.token(8), done: make(chan struct{}), twoxx: map[uint32]*repeated{},
		localCSeq: uint32(a.number(1 << 16)),
	}
	d.out.forks = map[string]*fork{}
	return d
}

func (d *Dialog) key() string { return d.callID + "|" + d.localTag }

// ID is unique in this process.
func (d *Dialog) ID() string { return d.id }

// CallID is the Call-ID of the leg.
func (d *Dialog) CallID() string { return d.callID }

// TrunkID is the trunk of the leg; empty for a phone or an unknown caller.
func (d *Dialog) TrunkID() string {
	if d.line == nil {
		return ""
	}
	return d.line.ID
}

// Reference names the dialog for a Replaces header, as the peer of the leg knows it.
func (d *Dialog) Reference() Replaces {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Replaces{CallID: d.callID, ToTag: d.remoteTag, FromTag: d.localTag}
}

// Done is closed after Ended was delivered.
func (d *Dialog) Done() <-chan struct{} { return d.done }

// Attach gives the dialog its owner. Events that came before are delivered first.
func (d *Dialog) Attach(sink Sink) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sink = sink
	waiting := d.waiting
	d.waiting = nil
	for _, e := range waiting {
		d.emit(e)
	}
}

// emit delivers an event. The lock is held: that is what keeps events in order.
func (d *Dialog) emit(e Event) {
	switch {
	case d.deaf:
	case d.sink == nil && len(d.waiting) < held:
		d.waiting = append(d.waiting, e)
	case d.sink == nil || !d.sink(e):
		d.deaf = true
		d.agent.counters.unread.Add(1)
		if d.state != ended {
			d.hangup(Cause{Code: 500, Q850: 41})
		}
	}
}

// finish ends the dialog. Requests that are still under way are waited for before it is forgotten.
func (d *Dialog) finish(e Ended) {
	if d.state == ended {
		return
	}
	d.state = ended
	e.Answered = d.answered
	stopTimer(d.timeout)
	d.reliable.stop()
	for _, r := range d.twoxx {
		r.stop()
	}
	d.exchange.stop(d)
	d.session.stop()
	d.refer.stop(d)
	if d.surfaced {
		d.agent.counters.ended.Add(1)
	}
	d.countFailed(e)
	d.emit(e)
	close(d.done)
	d.linger(0)
}

// linger counts requests under way after the end; without any the dialog is forgotten.
func (d *Dialog) linger(change int) {
	d.lingering += change
	if d.state == ended && d.lingering == 0 {
		d.agent.remove(d)
	}
}

func stopTimer(t *time.Timer) {
	if t != nil {
		t.Stop()
	}
}

// later runs f under the lock after a time, unless the dialog has ended by then.
func (d *Dialog) later(after time.Duration, f func()) *time.Timer {
	return time.AfterFunc(after, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.state != ended {
			f()
		}
	})
}

// Hangup ends the dialog in whatever state: CANCEL, BYE, or a refusal with the code of the cause. Ended follows.
func (d *Dialog) Hangup(c Cause) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == ended {
		return ErrState
	}
	d.hangup(c)
	return nil
}

func (d *Dialog) hangup(c Cause) {
	switch d.state {
	case incoming:
		code := c.Code
		if code < 300 || code > 699 {
			code = 603
		}
		d.reject(code, "", c.header()...)
	case outgoing:
		d.cancel(c)
	case answering: // the callee may not send BYE before the ACK (RFC 3261 §15)
		d.farewell = &c
	case up:
		if d.out.unconfirmed() { // the peer must get its ACK first
			d.confirm(nil)
		}
		d.bye(c)
		d.finish(Ended{Code: 200, Reason: c.Text, Cause: c.Q850})
	case ended:
	}
}

// bye sends BYE; the dialog lingers until it is answered.
func (d *Dialog) bye(c Cause) {
	headers := c.header()
	if len(headers) == 0 {
		headers = Cause{Q850: 16, Text: "normal clearing"}.header()
	}
	d.lingering++
	d.send(outRequest{method: "BYE", headers: headers, done: func(*wire.Message) {
		d.linger(-1)
	}})
}

// Cause is why we end a call, for the Reason header (RFC 3326).
type Cause struct {
	// Code is the SIP status for a call that was not answered yet; zero: 603 for incoming ones.
	Code int
	// Q850 is the cause of ITU-T Q.850; zero: none is said, or 16, normal clearing, in BYE.
	Q850 int
	Text string
}
