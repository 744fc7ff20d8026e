package signaling

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ekc/telephony/sdp"
	"ekc/telephony/signaling/locate"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// outbound is the UAC's side of a dialog that is being set up.
type outbound struct {
	call      CallRequest
	uri       string // Request-URI
	headers   []Header
	tx        *transaction.Client
	request   *wire.Message
	heard     bool   // a provisional response came
	cancelled *Cause // the owner gave up
	rang      bool   // the ring time is over
	forks     map[string]*fork
	described bool // a description answered ours
	redirects int
	tried     bool
	auth      []Header
	server    locate.Target                    // where the INVITE went, and servers where it may go next
	servers   []locate.Target                  // of a carrier with a name
	left      map[*wire.Message]transport.Flow // INVITEs to servers that were given up
	waiting   *wire.Message                    // a 2xx with an offer, whose ACK must bring our answer
	acks      map[string]*acknowledgement      // by the answerer's tag
}

// fork is an early dialog.
type fork struct {
	tag, target string
	routes      []string
	rseq        uint32
}

// acknowledgement is an ACK, kept to answer repeats of the 2xx with.
type acknowledgement struct {
	message *wire.Message
	flow    transport.Flow
}

func (a *acknowledgement) again() { _ = a.flow.Send(a.message) }

// unconfirmed reports whether the peer's 2xx waits for our answer in the ACK.
func (o *outbound) unconfirmed() bool { return o.waiting != nil }

// earlyFork is the early dialog that requests before the answer go to; nil once the dialog is made.
func (o *outbound) earlyFork(d *Dialog) *fork {
	if d.state != outgoing {
		return nil
	}
	for _, f := range o.forks {
		if f.tag == d.remoteTag {
			return f
		}
	}
	return nil
}

// Call sends an INVITE. Errors: ErrUnknownTrunk, ErrDraining, ErrBusy, ErrUnreachable, or a bad request; everything later
// is an event.
func (a *Agent) Call(r CallRequest) (*Dialog, error) {
	d := a.newDialog()
	d.uac, d.surfaced, d.state, d.sink = true, true, outgoing, r.Sink
	d.callID = a.token(12)
	d.out.call, d.out.acks = r, map[string]*acknowledgement{}
	if d.out.call.RingTimeout <= 0 {
		d.out.call.RingTimeout = time.Minute
	}
	if d.out.call.MaxForwards <= 0 || d.out.call.MaxForwards > 70 {
		d.out.call.MaxForwards = 70
	}
	var err error
	if r.Device != nil {
		err = d.towardsPhone(*r.Device)
	} else {
		err = d.towardsTrunk()
	}
	if err != nil {
		return nil, err
	}
	if err := a.add(d); err != nil {
		return nil, err
	}
	a.counters.outgoing.Add(1)
	if d.line != nil {
		d.line.counts.outgoing.Add(1)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.timeout = d.later(d.out.call.RingTimeout, func() {
		if d.state == outgoing {
			d.out.rang = true
			d.cancel(Cause{Q850: 19, Text: "no answer"})
		}
	})
	d.lastSDP = r.Offer
	if d.flow != nil {
		d.sendInvite()
		return d, nil
	}
	a.spawn(func() { d.resolveTrunk() })
	return d, nil
}

// towardsPhone names the call to a registered device.
func (d *Dialog) towardsPhone(b Binding) error {
	flow, err := d.agent.flowOf(b)
	if err != nil {
		return err
	}
	d.phone, d.flow, d.routes = true, flow, b.Path
	d.out.uri, d.target = b.Contact, b.Contact
	realm := d.agent.config.Realm
	d.remote = "<sip:" + escapeUser(b.Account) + "@" + realm + ">"
	d.from(d.out.call.From, realm)
	d.contact = d.agent.contact("", flow)
	return nil
}

// towardsTrunk names the call through a carrier; its address may have to be looked up first.
func (d *Dialog) towardsTrunk() error {
	l := d.agent.trunks.get(d.out.call.TrunkID)
	if l == nil || l.Proxy == "" {
		return ErrUnknownTrunk
	}
	number := l.Numbers.Outbound(d.out.call.Number)
	if number == "" {
		return fmt.Errorf("signaling: no number to call")
	}
	d.line = l
	d.out.uri = "sip:" + escapeUser(number) + "@" + l.domain()
	d.target, d.remote = d.out.uri, "<"+d.out.uri+">"
	d.from(l.Numbers.Outbound(d.out.call.From), l.domain())
	if address, ok := literal(l.Proxy, l.Transport); ok {
		flow, err := d.agent.layer.Flow(string(l.Transport), address, hostOf(l.Proxy))
		if err != nil {
			return ErrUnreachable
		}
		d.flow, d.contact = flow, d.agent.contact("", flow)
		d.out.server = locate.Target{Network: string(l.Transport), Address: address}
	}
	return nil
}

// from writes who calls, and hides it where asked (RFC 3323, RFC 3325).
func (d *Dialog) from(number, domain string) {
	uri := "sip:" + domain
	if number != "" {
		uri = "sip:" + escapeUser(number) + "@" + domain
	}
	d.local = "<" + uri + ">"
	if d.out.call.Display != "" {
		d.local = wire.Quote(d.out.call.Display) + " " + d.local
	}
	if d.out.call.Anonymous {
		d.local = `"Anonymous" <sip:anonymous@anonymous.invalid>`
		d.out.headers = append(d.out.headers, Header{"Privacy", "id"}, Header{"P-Preferred-Identity", "<" + uri + ">"})
	}
}

// resolveTrunk looks the carrier's name up, then sends the INVITE.
func (d *Dialog) resolveTrunk() {
	a := d.agent
	found, err := a.servers(a.ctx, d.line)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.out.servers = found
	switch {
	case d.state == ended:
	case err != nil || !d.toServer():
		d.finish(Ended{Code: 503, Reason: "the carrier's address cannot be found"})
	default:
		if d.out.cancelled != nil {
			d.finish(d.gaveUp(nil))
			return
		}
		d.sendInvite()
	}
}

// sendInvite sends the INVITE, first or again.
func (d *Dialog) sendInvite() {
	o := &d.out
	d.localCSeq++
	d.target = o.uri
	m, flow := d.build("INVITE", d.localCSeq, nil)
	m.Set("Max-Forwards", strconv.Itoa(o.call.MaxForwards))
	if len(o.call.Offer) == 0 { // the offer would come in a reliable 1xx, and its answer would have to wait for the owner
		m.Set("Supported", "timer, replaces")
	}
	for _, group := range [][]Header{o.headers, o.call.Headers, o.auth} {
		for _, h := range group {
			m.Add(h.Name, h.Value)
		}
	}
	if o.call.Replaces != nil {
		m.Add("Replaces", o.call.Replaces.String())
		m.Add("Require", "replaces")
	}
	d.session.ask(d, m)
	m.SetBody(sdp.ContentType, o.call.Offer)
	o.request, o.heard = m, false
	tx, err := d.agent.table.Send(m, flow, func(answer *wire.Message, err error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.inviteAnswered(m, answer, err)
	})
	if err != nil {
		d.soon(func() { d.inviteAnswered(m, nil, err) })
		return
	}
	o.tx = tx
	d.hurry(m)
}

// cancel gives the call up. CANCEL may only be sent after a provisional response (RFC 3261 §9.1): until then it waits.
func (d *Dialog) cancel(c Cause) {
	o := &d.out
	if o.cancelled != nil {
		return
	}
	o.cancelled = &c
	stopTimer(d.timeout)
	switch {
	case o.request == nil: // the carrier's address is being looked up
		d.finish(d.gaveUp(nil))
	case o.heard:
		d.sendCancel()
	}
}

func (d *Dialog) sendCancel() {
	o := &d.out
	m := transaction.Cancel(o.request)
	for _, h := range o.cancelled.header() {
		m.Add(h.Name, h.Value)
	}
	m.Add("User-Agent", d.agent.config.Product)
	_, _ = d.agent.table.Send(m, d.flow, func(*wire.Message, error) {})
	if o.tx != nil {
		o.tx.Patience()
	}
}

// gaveUp is the end of a call that we cancelled; answer is the final response, nil when none came.
func (d *Dialog) gaveUp(answer *wire.Message) Ended {
	e := Ended{Code: 487, Reason: d.out.cancelled.Text, Cause: d.out.cancelled.Q850}
	if d.out.rang {
		e.Code, e.Reason = 408, "nobody answered"
	}
	if answer != nil && answer.Status != 487 && answer.Status >= 300 { // refused in the same moment
		e.Code, e.Reason, e.ByPeer = answer.Status, answer.Reason, true
	}
	return e
}

// sameTrunk reports whether a redirection stays with the carrier: anywhere else it could make us call what we do not pay
// for by contract.
func (l *line) sameTrunk(uri string) bool {
	parsed, err := wire.ParseURI(uri)
	if err != nil || (parsed.Scheme != "sip" && parsed.Scheme != "sips") {
		return false
	}
	if strings.EqualFold(parsed.Host, l.domain()) || strings.EqualFold(strings.Trim(parsed.Host, "[]"), hostOf(l.Proxy)) {
		return true
	}
	addr, ok := literal(parsed.Host, l.Transport)
	if !ok {
		return false
	}
	l.mu.Lock()
	own := slices.ContainsFunc(l.servers, func(t locate.Target) bool { return t.Address.Addr() == addr.Addr() })
	l.mu.Unlock()
	if own {
		return true
	}
	for _, prefix := range l.Sources {
		if prefix.Contains(addr.Addr()) {
			return true
		}
	}
	return false
}
