package signaling

import (
	"time"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/wire"
)

// exchange is the offer and answer that runs inside a call: at most one at a time (RFC 3264 §4).
type exchange struct {
	theirs *theirOffer
	ours   *ourOffer
	queue  *ourOffer // ours that waits for its turn
	retry  *time.Timer
}

type theirOffer struct {
	tx       *transaction.Server
	request  *wire.Message
	deadline *time.Timer
}

func (e *exchange) stop(d *Dialog) {
	stopTimer(e.retry)
	if e.theirs != nil {
		stopTimer(e.theirs.deadline)
		d.respond(e.theirs.tx, 487)
		e.theirs = nil
	}
	if e.ours != nil {
		stopTimer(e.ours.limit)
	}
}

// reoffered takes a re-INVITE or an UPDATE.
func (d *Dialog) reoffered(m *wire.Message, tx *transaction.Server) {
	if refusal := d.timerWish(m); refusal != nil {
		_ = tx.Respond(refusal)
		return
	}
	if m.Method == "UPDATE" && m.SDP() == nil { // only the session timer, or a new target
		d.respond(tx, 200, func(r *wire.Message) {
			r.Add("Contact", d.contact)
			r.Add("Allow", allow)
			d.session.accept(d, m, r)
		})
		d.session.start(d)
		return
	}
	d.offered(m, tx)
}

// offered hands an offer to the owner, or refuses it when another exchange runs (RFC 3261 §14.2, RFC 3311 §5.2).
func (d *Dialog) offered(m *wire.Message, tx *transaction.Server) {
	busy := 0
	switch {
	case d.ours != nil || d.out.unconfirmed() || d.offering() || (d.state == outgoing && !d.out.described):
		busy = 491
	case d.theirs != nil || (d.state == incoming && m.Method == "UPDATE" && !d.reliable.carried):
		busy = 500
	}
	if busy != 0 {
		d.respond(tx, busy, func(r *wire.Message) {
			if busy == 500 {
				r.Add("Retry-After", "1")
			}
		})
		return
	}
	t := &theirOffer{tx: tx, request: m}
	d.theirs = t
	t.deadline = d.later(d.agent.config.AnswerTimeout, func() {
		if d.theirs == t {
			d.refuseOffer(500)
		}
	})
	if m.Method == "INVITE" {
		tx.Trying()
	}
	d.emit(Offered{Body: m.SDP(), Hold: m.SDP() != nil && sdp.Holds(m.SDP())})
}

// offering reports whether a 2xx of ours carries an offer whose answer has not come.
func (d *Dialog) offering() bool {
	for _, r := range d.twoxx {
		if r.offered {
			return true
		}
	}
	return false
}

// AnswerOffer answers Offered with 200.
func (d *Dialog) AnswerOffer(body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.theirs
	if t == nil || d.state == ended {
		return ErrState
	}
	stopTimer(t.deadline)
	d.theirs = nil
	m := d.agent.reply(t.request, 200, "", d.localTag)
	m.Add("Contact", d.contact)
	m.Add("Allow", allow)
	m.Add("Supported", supported)
	m.SetBody(sdp.ContentType, body)
	d.lastSDP = body
	if t.request.Method != "PRACK" {
		d.session.accept(d, t.request, m)
		d.session.start(d)
	}
	if t.request.Method == "INVITE" {
		d.repeat2xx(t.tx, m, false, t.request.SDP() == nil)
		return nil
	}
	err := t.tx.Respond(m)
	d.exchange.next(d)
	return err
}

// RefuseOffer refuses Offered with a status of 400–699, usually 488. The call goes on as it was.
func (d *Dialog) RefuseOffer(code int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.theirs == nil || d.state == ended || code < 400 || code > 699 {
		return ErrState
	}
	d.refuseOffer(code)
	return nil
}

func (d *Dialog) refuseOffer(code int) {
	t := d.theirs
	stopTimer(t.deadline)
	d.theirs = nil
	d.respond(t.tx, code)
	d.exchange.next(d)
}

// reinviteCancelled takes the CANCEL of a re-INVITE.
func (d *Dialog) reinviteCancelled(tx *transaction.Server) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.theirs != nil && d.theirs.tx == tx {
		d.refuseOffer(487)
	}
}
