package signaling

import (
	"time"

	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// repeated is a 2xx to an INVITE that is sent again until its ACK comes (RFC 3261 §13.3.1.4).
type repeated struct {
	message  *wire.Message
	tx       *transaction.Server
	interval time.Duration
	resend   *time.Timer
	end      *time.Timer
	// offered says that the 2xx carries our offer, whose answer the ACK brings.
	offered bool
	first   bool // of the call, not of a re-INVITE
}

func (r *repeated) stop() {
	stopTimer(r.resend)
	stopTimer(r.end)
}

// drop ends a call that the owner never saw. A nil answer is silence.
func (d *Dialog) drop(answer *wire.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == ended {
		return
	}
	if answer != nil {
		_ = d.invite.Respond(answer)
	}
	d.finish(Ended{})
}

// Progress answers an incoming call provisionally: 180, 181, 182, 183. With a body it opens early media. Reliable asks for
// PRACK where the peer supports it; Acknowledged follows. It is sent reliably anyway where the peer requires it.
func (d *Dialog) Progress(code int, body []byte, wantReliable bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != incoming || d.reliable.final != nil || code <= 100 || code > 199 {
		return ErrState
	}
	m := d.provisional(code, body)
	required := d.request0.Lists("Require", "100rel")
	if required || (wantReliable && d.peer.reliable) {
		return d.sendReliable(m, len(body) > 0)
	}
	if len(body) > 0 {
		d.lastSDP = body
	}
	return d.invite.Respond(m)
}

func (d *Dialog) provisional(code int, body []byte) *wire.Message {
	m := d.agent.reply(d.request0, code, "", d.localTag)
	m.Add("Contact", d.contact)
	m.Add("Allow", allow)
	m.SetBody("application/sdp", body)
	return m
}

// Answer accepts an incoming call: with the answer to its offer, or with an offer when it had none. Confirmed follows, or
// Ended when the peer cancelled in the same moment or never acknowledges.
func (d *Dialog) Answer(body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != incoming || d.reliable.final != nil {
		return ErrState
	}
	m := d.provisional(200, body)
	m.Add("Supported", supported)
	d.session.accept(d, d.request0, m)
	if len(body) > 0 {
		d.lastSDP = body
	}
	if d.reliable.described() { // the peer must have the description before the final response (RFC 3262 §3)
		d.reliable.final = m
		return nil
	}
	d.accept(m)
	return nil
}

// accept sends the 2xx of the call.
func (d *Dialog) accept(m *wire.Message) {
	stopTimer(d.timeout)
	d.reliable.stop()
	d.state, d.answered = answering, true
	d.agent.counters.answered.Add(1)
	d.repeat2xx(d.invite, m, true, len(m.Body) > 0 && d.request0.SDP() == nil && !d.reliable.carried)
}

// repeat2xx sends a 2xx until its ACK comes; without one the call is ended.
func (d *Dialog) repeat2xx(tx *transaction.Server, m *wire.Message, first, offered bool) {
	timers := d.agent.table.Timers()
	r := &repeated{message: m, tx: tx, interval: timers.T1, first: first, offered: offered}
	cseq := m.CSeq
	d.twoxx[cseq] = r
	_ = tx.Respond(m)
	var again func()
	again = func() {
		if d.twoxx[cseq] != r {
			return
		}
		d.agent.table.Repeat()
		_ = tx.Respond(m)
		r.interval = min(2*r.interval, timers.T2)
		r.resend = d.later(r.interval, again)
	}
	r.resend = d.later(r.interval, again)
	r.end = d.later(timers.Limit(), func() {
		if d.twoxx[cseq] != r {
			return
		}
		r.stop()
		d.bye(Cause{Q850: 102, Text: "no ACK"})
		d.finish(Ended{Code: 408, Reason: "the answer was never acknowledged", Cause: 102})
	})
}

// acknowledged takes the ACK of a 2xx.
func (d *Dialog) acknowledged(m *wire.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.twoxx[m.CSeq]
	if r == nil || d.state == ended {
		return
	}
	r.stop()
	delete(d.twoxx, m.CSeq)
	if d.state == answering {
		d.state = up
	}
	if d.farewell != nil {
		d.hangup(*d.farewell)
		return
	}
	var answer []byte
	if r.offered {
		answer = m.SDP()
	}
	if r.first {
		d.session.start(d)
		d.emit(Confirmed{Body: answer})
	} else if r.offered {
		d.emit(Reconfirmed{Body: answer})
	}
	d.exchange.next(d)
}

// Reject refuses an incoming call with a status of 300–699 and headers as Retry-After. Ended follows.
func (d *Dialog) Reject(code int, reason string, headers ...Header) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != incoming || code < 300 || code > 699 {
		return ErrState
	}
	d.reject(code, reason, headers...)
	return nil
}

func (d *Dialog) reject(code int, reason string, headers ...Header) {
	m := d.agent.reply(d.request0, code, printable(reason), d.localTag)
	for _, h := range headers {
		m.Add(h.Name, h.Value)
	}
	if (code == 503 || code == 486 || code == 480) && !m.Has("Retry-After") && d.agent.isDraining() {
		m.Add("Retry-After", "60")
	}
	_ = d.invite.Respond(m)
	d.finish(Ended{Code: code, Reason: m.Reason})
}

// cancelled takes the peer's CANCEL; too late after a final response (RFC 3261 §9.2).
func (d *Dialog) cancelled(m *wire.Message) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != incoming {
		return
	}
	_ = d.invite.Respond(d.agent.reply(d.request0, 487, "", d.localTag))
	cause, text := reasonOf(m)
	d.finish(Ended{Code: 487, Reason: text, ByPeer: true, Cause: cause})
}

// request takes a request of the peer inside the dialog.
func (d *Dialog) request(m *wire.Message, tx *transaction.Server, flow transport.Flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if tag := m.From.Tag(); d.remoteTag != "" && tag != d.remoteTag {
		if d.state != outgoing || d.out.forks[tag] == nil {
			d.respond(tx, 481)
			return
		}
	}
	if m.CSeq <= d.remoteCSeq && d.remoteCSeq != 0 { // overtaken (RFC 3261 §12.2.2)
		d.respond(tx, 500)
		return
	}
	d.remoteCSeq = m.CSeq
	if status, ok := receives(d.state, m.Method); !ok {
		d.respond(tx, status, func(r *wire.Message) {
			if status == 500 {
				r.Add("Retry-After", "1")
			}
		})
		return
	}
	d.follow(m, flow)
	switch m.Method {
	case "BYE":
		d.byeCame(m, tx)
	case "INVITE", "UPDATE":
		d.reoffered(m, tx)
	case "PRACK":
		d.prack(m, tx)
	case "INFO":
		d.info(m, tx)
	case "REFER":
		d.referred(m, tx)
	case "NOTIFY":
		d.respond(tx, 481) // we subscribe to nothing
	default: // OPTIONS
		d.respond(tx, 200, func(r *wire.Message) {
			r.Add("Allow", allow)
			r.Add("Accept", accept)
			r.Add("Supported", supported)
		})
	}
}

// follow notes a new remote target (RFC 3261 §12.2.2), and for phones the flow: a NAT may have changed it.
func (d *Dialog) follow(m *wire.Message, flow transport.Flow) {
	if d.phone {
		d.flow = flow
	}
	if m.Method != "INVITE" && m.Method != "UPDATE" {
		return
	}
	d.peer.learn(m)
	if contacts, star, err := m.Contacts(); err == nil && !star && len(contacts) == 1 {
		d.target = contacts[0].Raw
		d.steer(d.routes, d.target)
	}
}

// byeCame takes BYE.
func (d *Dialog) byeCame(m *wire.Message, tx *transaction.Server) {
	d.respond(tx, 200)
	if d.state == incoming {
		_ = d.invite.Respond(d.agent.reply(d.request0, 487, "", d.localTag))
	}
	cause, text := reasonOf(m)
	d.finish(Ended{Code: 200, Reason: text, ByPeer: true, Cause: cause})
}
