package signaling

import (
	"time"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/wire"
)

// ourOffer is a re-INVITE or an UPDATE of ours.
type ourOffer struct {
	body []byte
	// refresh only renews the session timer: the owner is not told.
	refresh bool
	method  string
	tries   int
	tried   bool // the challenge was answered
	auth    []Header
	tx      *transaction.Client
	request *wire.Message
	ack     *acknowledgement
	limit   *time.Timer
}

// glareTries is how often an offer is made again after 491.
const glareTries = 5

// Reoffer proposes a new description inside the call: hold, resume, other ports. It waits for a running exchange, and tries
// again after 491. Reanswered follows.
func (d *Dialog) Reoffer(body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	early := (d.state == incoming && d.reliable.carried || d.state == outgoing && d.out.described) && d.peer.update
	if d.state != up && d.state != answering && !early {
		return ErrState
	}
	if d.farewell != nil || len(body) == 0 {
		return ErrState
	}
	if old := d.queue; old != nil && !old.refresh {
		d.emit(Reanswered{Reason: "another offer took its place"})
	}
	d.queue = &ourOffer{body: body}
	d.exchange.next(d)
	return nil
}

// next sends the offer that waits, if nothing else is under way.
func (e *exchange) next(d *Dialog) {
	if e.queue == nil || e.ours != nil || e.theirs != nil || len(d.twoxx) > 0 || d.out.unconfirmed() || d.state == ended {
		return
	}
	o := e.queue
	e.queue, e.ours = nil, o
	o.method = "INVITE"
	if d.state != up || (o.refresh && d.peer.update) {
		o.method = "UPDATE"
	}
	d.sendOffer(o)
}

func (d *Dialog) sendOffer(o *ourOffer) {
	d.localCSeq++
	m, flow := d.build(o.method, d.localCSeq, d.out.earlyFork(d))
	for _, h := range o.auth {
		m.Add(h.Name, h.Value)
	}
	d.session.ask(d, m)
	if !o.refresh || o.method == "INVITE" {
		m.SetBody(sdp.ContentType, o.body)
		d.lastSDP = o.body
	}
	o.request, o.ack = m, nil
	tx, err := d.agent.table.Send(m, flow, func(answer *wire.Message, _ error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.offerAnswered(o, m, answer)
	})
	if err != nil {
		d.soon(func() { d.offerAnswered(o, m, nil) })
		return
	}
	o.tx = tx
	// Nobody picks up inside a call: who says 100 and then nothing is stuck.
	o.limit = d.later(d.agent.table.Timers().Limit(), func() {
		if d.ours == o && o.method == "INVITE" {
			_, _ = d.agent.table.Send(transaction.Cancel(m), flow, func(*wire.Message, error) {})
			tx.Patience()
		}
	})
}

// offerAnswered takes a response; m is the request that it belongs to.
func (d *Dialog) offerAnswered(o *ourOffer, m, answer *wire.Message) {
	success := answer != nil && answer.Status >= 200 && answer.Status < 300
	if success && o.method == "INVITE" {
		if d.ours != o { // a repeat of the 2xx: our ACK was lost, or another crossed BYE
			d.acknowledgeAgain(o, m)
			return
		}
		o.ack = d.acknowledge(m, nil, nil)
	}
	if d.ours != o || o.request != m || d.state == ended || (answer != nil && answer.Status < 200) {
		return
	}
	stopTimer(o.limit)
	switch {
	case success:
		d.offerTaken(o, answer)
	case answer != nil && answer.Status == 491 && o.tries < glareTries:
		o.tries++
		d.ours = nil
		d.retry = d.later(d.glareWait(), func() {
			if d.queue == nil {
				d.queue = o
			}
			d.exchange.next(d)
		})
	case answer != nil && !o.tried && d.challenged(o, m, answer):
		d.sendOffer(o)
	default:
		d.offerFailed(o, answer)
	}
}

func (d *Dialog) challenged(o *ourOffer, m, answer *wire.Message) bool {
	auth, ok := d.authorize(m, answer)
	o.tried, o.auth = ok, auth
	return ok
}

func (d *Dialog) offerTaken(o *ourOffer, answer *wire.Message) {
	d.ours = nil
	d.peer.learn(answer)
	if contacts, star, err := answer.Contacts(); err == nil && !star && len(contacts) == 1 {
		d.target = contacts[0].Raw
		d.steer(d.routes, d.target)
	}
	d.session.agreed(answer)
	d.session.start(d)
	if !o.refresh {
		d.emit(Reanswered{Code: answer.Status, Reason: answer.Reason, Body: answer.SDP()})
	}
	d.exchange.next(d)
}

func (d *Dialog) offerFailed(o *ourOffer, answer *wire.Message) {
	d.ours = nil
	if !o.refresh {
		e := Reanswered{Reason: "no answer"}
		if answer != nil {
			e.Code, e.Reason = answer.Status, answer.Reason
		}
		d.emit(e)
	}
	d.judge(o.method, answer)
	if d.state == ended {
		return
	}
	if o.refresh && answer != nil && answer.Status == 422 {
		d.session.raise(answer)
		d.session.start(d)
	}
	d.exchange.next(d)
}

// acknowledgeAgain answers a repeat of the 2xx.
func (d *Dialog) acknowledgeAgain(o *ourOffer, m *wire.Message) {
	if o.ack != nil && o.request == m {
		d.agent.table.Repeat()
		o.ack.again()
	}
}

// glareWait is the random time of RFC 3261 §14.1: 2.1–4 s for the side that owns the Call-ID, 0–2 s for the other; in
// proportion for another T1 than the standard's.
func (d *Dialog) glareWait() time.Duration {
	unit := 10 * time.Millisecond * d.agent.table.Timers().T1 / (500 * time.Millisecond)
	if d.uac {
		return time.Duration(210+d.agent.number(191)) * unit
	}
	return time.Duration(d.agent.number(201)) * unit
}
