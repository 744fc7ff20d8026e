package signaling

import (
	"strconv"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/wire"
)

// maxRedirects bounds the 3xx that one call follows.
const maxRedirects = 3

// inviteAnswered takes a response to our INVITE m, or its failure.
func (d *Dialog) inviteAnswered(m, answer *wire.Message, err error) {
	switch {
	case answer != nil && answer.Status >= 200 && answer.Status < 300:
		d.inviteAccepted(m, answer)
	case d.state != outgoing || m != d.out.request: // an INVITE that was sent again in another form, or elsewhere
		d.leftAnswers(m, answer)
	case answer == nil:
		d.inviteLost(err)
	case answer.Status < 200:
		d.inviteProgress(answer)
	default:
		d.inviteRefused(m, answer)
	}
}

func (d *Dialog) inviteLost(err error) {
	e := Ended{Code: 408, Reason: "no answer to INVITE"}
	if err != transaction.ErrTimeout { //nolint:errorlint // the transaction gives exactly this value
		e = Ended{Code: 503, Reason: "the peer cannot be reached"}
	}
	if d.out.cancelled != nil {
		e = d.gaveUp(nil)
	}
	if !d.failOver(0) {
		d.finish(e)
	}
}

// inviteProgress takes a provisional response.
func (d *Dialog) inviteProgress(answer *wire.Message) {
	o := &d.out
	if !o.heard {
		o.heard = true
		if o.cancelled != nil {
			d.sendCancel()
		}
	}
	if answer.Status == 100 || o.cancelled != nil {
		return
	}
	f := d.fork(answer)
	if answer.Lists("Require", "100rel") && f != nil {
		if !d.inOrder(f, answer) {
			return
		}
	}
	body := answer.SDP()
	if len(body) > 0 && len(o.call.Offer) > 0 {
		o.described = true
	}
	e := Progress{Code: answer.Status, Reason: answer.Reason, Body: body}
	if f != nil {
		e.Fork = f.tag
	}
	d.emit(e)
}

// fork notes the early dialog of a response; nil when it makes none.
func (d *Dialog) fork(answer *wire.Message) *fork {
	tag := answer.To.Tag()
	if tag == "" {
		return nil
	}
	f := d.out.forks[tag]
	if f == nil {
		if len(d.out.forks) >= 32 {
			return nil
		}
		f = &fork{tag: tag, target: d.out.uri}
		d.out.forks[tag] = f
	}
	if contacts, star, err := answer.Contacts(); err == nil && !star && len(contacts) > 0 {
		f.target = contacts[0].Raw
	}
	if routes := answer.Values("Record-Route"); len(routes) > 0 {
		f.routes = reversed(routes)
	}
	d.peer.learn(answer)
	if d.remoteTag == "" {
		d.remoteTag = tag
	}
	return f
}

func reversed(list []string) []string {
	turned := make([]string, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		turned = append(turned, list[i])
	}
	return turned
}

// inOrder acknowledges a reliable provisional response with PRACK; false for one that came before, or too early (RFC 3262
// §4).
func (d *Dialog) inOrder(f *fork, answer *wire.Message) bool {
	n, err := strconv.ParseUint(answer.Get("RSeq"), 10, 32)
	if err != nil || n == 0 || (f.rseq != 0 && uint32(n) != f.rseq+1) {
		return false
	}
	f.rseq = uint32(n)
	d.send(outRequest{method: "PRACK", fork: f, headers: []Header{
		{"RAck", strconv.FormatUint(n, 10) + " " + strconv.FormatUint(uint64(answer.CSeq), 10) + " INVITE"},
	}})
	return true
}

// inviteAccepted takes a 2xx: the first makes the dialog, its repeats are acknowledged again, those of other forks are
// ended at once (RFC 3261 §13.2.2.4).
func (d *Dialog) inviteAccepted(m, answer *wire.Message) {
	o := &d.out
	tag := answer.To.Tag()
	if ack := o.acks[tag]; ack != nil {
		d.agent.table.Repeat()
		ack.again()
		return
	}
	if o.waiting != nil && o.waiting.To.Tag() == tag { // the owner has not answered the offer yet
		return
	}
	first := d.state == outgoing && m == o.request
	known := d.remoteTag
	f := d.fork(answer)
	if f == nil || !first || o.cancelled != nil {
		d.unwanted(f, m, answer)
		d.remoteTag = known
		if first {
			d.finish(d.gaveUp(nil))
		}
		return
	}
	d.established(f, answer)
	if len(o.call.Offer) == 0 {
		o.waiting = answer
		d.emit(Answered{Body: answer.SDP(), Offer: true, Fork: tag})
		d.later(d.agent.table.Timers().Limit(), func() {
			if o.waiting != nil {
				d.hangup(Cause{Q850: 41, Text: "no answer to the offer"})
			}
		})
		return
	}
	o.acks[tag] = d.acknowledge(m, nil, nil)
	d.session.start(d)
	d.emit(Answered{Body: answer.SDP(), Fork: tag})
	d.exchange.next(d)
}

// established makes the dialog of a 2xx.
func (d *Dialog) established(f *fork, answer *wire.Message) {
	stopTimer(d.timeout)
	d.state, d.answered = up, true
	d.agent.counters.answered.Add(1)
	d.remoteTag, d.target, d.routes = f.tag, f.target, f.routes
	d.steer(d.routes, d.target)
	d.session.agreed(answer)
}

// unwanted acknowledges a 2xx that nobody waits for, and ends its dialog.
func (d *Dialog) unwanted(f *fork, m, answer *wire.Message) {
	if f == nil {
		f = &fork{tag: answer.To.Tag(), target: d.out.uri}
	}
	d.out.acks[f.tag] = d.acknowledge(m, f, nil)
	d.lingering++
	d.send(outRequest{method: "BYE", fork: f, done: func(*wire.Message) { d.linger(-1) }})
}

// acknowledge sends the ACK of a 2xx to the INVITE m: with its CSeq, a branch of its own, and its credentials (RFC 3261 §13.2.2.4,
// §22.1).
func (d *Dialog) acknowledge(m *wire.Message, f *fork, body []byte) *acknowledgement {
	ack, flow := d.build("ACK", m.CSeq, f)
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		if m.Has(name) {
			ack.Add(name, m.Get(name))
		}
	}
	ack.SetBody(sdp.ContentType, body)
	a := &acknowledgement{ack, flow}
	a.again()
	return a
}

// Confirm acknowledges our answered call that began without an offer, with our answer.
func (d *Dialog) Confirm(body []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != up || !d.out.unconfirmed() {
		return ErrState
	}
	d.confirm(body)
	return nil
}

func (d *Dialog) confirm(body []byte) {
	o := &d.out
	o.acks[d.remoteTag] = d.acknowledge(o.request, nil, body)
	o.waiting = nil
	if len(body) > 0 {
		d.lastSDP = body
	}
	d.session.start(d)
	d.exchange.next(d)
}

// inviteRefused takes a final response of 300 and above: some of them only ask for another request.
func (d *Dialog) inviteRefused(m, answer *wire.Message) {
	o := &d.out
	if o.cancelled != nil {
		d.finish(d.gaveUp(answer))
		return
	}
	again := false
	switch {
	case answer.Status == 401 || answer.Status == 407:
		if auth, ok := d.authorize(m, answer); ok && !o.tried {
			o.tried, o.auth, again = true, auth, true
		}
	case answer.Status == 422 && d.session.min == 0:
		d.session.raise(answer)
		again = d.session.min > 0
	case answer.Status >= 300 && answer.Status < 400:
		again = d.redirected(answer)
	}
	if answer.Status == 503 && d.failOver(retryAfter(answer)) {
		return
	}
	if again {
		d.remoteTag = ""
		d.out.forks = map[string]*fork{}
		d.sendInvite()
		return
	}
	cause, text := reasonOf(answer)
	if text == "" {
		text = answer.Reason
	}
	d.finish(Ended{Code: answer.Status, Reason: text, ByPeer: true, Cause: cause, RetryAfter: retryAfter(answer)})
}

// redirected takes the first target of a 3xx that stays inside the trunk.
func (d *Dialog) redirected(answer *wire.Message) bool {
	contacts, _, err := answer.Contacts()
	if err != nil || d.line == nil || d.out.redirects >= maxRedirects {
		return false
	}
	for _, c := range contacts {
		if !d.line.sameTrunk(c.Raw) {
			continue
		}
		d.out.redirects++
		d.out.uri, d.out.tried, d.out.auth = c.Raw, false, nil
		d.steer(nil, c.Raw)
		return true
	}
	return false
}
