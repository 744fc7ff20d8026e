package signaling

import (
	"context"
	"strings"

	"ekc/telephony/signaling/digest"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// invite takes a new call: makes its dialog, so that CANCEL finds it, then finds out who calls.
func (a *Agent) invite(m *wire.Message, tx *transaction.Server, flow transport.Flow) {
	d, status := a.incomingDialog(m, tx, flow)
	if status != 0 {
		a.counters.rejected.Add(1)
		refusal := a.reply(m, status, "", a.token(8))
		if status == 503 {
			refusal.Add("Retry-After", "10")
		}
		_ = tx.Respond(refusal)
		return
	}
	remote := flow.Remote().Addr()
	l := a.trunks.from(remote)
	switch {
	case l != nil:
		d.line = l
		if l.InboundUser != "" && !a.carrierKnown(l, m, d) {
			return
		}
		a.offer(d, m, flow, IncomingCall{Origin: FromTrunk, TrunkID: l.ID})
	case !m.Has("Authorization") && !m.Has("Proxy-Authorization") && a.serves(m):
		// Also from where a phone is registered: behind one address there may be others. Whoever calls a service number needs no right.
		a.offer(d, m, flow, IncomingCall{Origin: FromUnknown})
	default:
		if !a.guard.Friend(remote) && !m.Has("Authorization") && a.guard.Strike(remote) {
			d.drop(nil)
			return
		}
		d.phone = true
		a.ask(m, tx, func(ctx context.Context) { a.phoneCalls(ctx, d, m, flow) })
	}
}

func (a *Agent) serves(m *wire.Message) bool {
	return a.config.ServiceNumber != nil && a.config.ServiceNumber(digits(m.URI.User))
}

// phoneCalls asks a phone for its password. It may block.
func (a *Agent) phoneCalls(ctx context.Context, d *Dialog, m *wire.Message, flow transport.Flow) {
	v := a.verify(ctx, m, flow)
	if v.status == 0 && !strings.EqualFold(v.user, m.From.URI.User) {
		v = verdict{status: 403}
	}
	if v.status == 403 && a.config.Accounts == nil && a.serves(m) {
		// no phones here: everybody is an unknown caller
		a.offer(d, m, flow, IncomingCall{Origin: FromUnknown})
		return
	}
	if v.status != 0 {
		a.counters.rejected.Add(1)
		d.drop(a.refusal(m, v, d.localTag))
		return
	}
	a.offer(d, m, flow, IncomingCall{Origin: FromPhone, Account: v.user})
}

// carrierKnown checks the digest of a trunk that has one for incoming calls.
func (a *Agent) carrierKnown(l *line, m *wire.Message, d *Dialog) bool {
	claim, ok := a.verifier.Claim(m.All("Authorization"))
	v := verdict{status: 401}
	if ok && claim.User == l.InboundUser {
		secret := Secret{Password: l.InboundPassword}
		switch a.verifier.Verify(claim, m.Method, func(algorithm string) string {
			return secret.ha1(algorithm, l.InboundUser, a.config.Realm)
		}, func(uri string) bool { return sameURI(uri, m) }) {
		case digest.Valid:
			return true
		case digest.Stale:
			v.stale = true
		default:
			v = verdict{status: 403}
			a.counters.authFail.Add(1)
		}
	} else if ok {
		v = verdict{status: 403}
		a.counters.authFail.Add(1)
	}
	a.counters.rejected.Add(1)
	d.drop(a.refusal(m, v, d.localTag))
	return false
}

// incomingDialog makes the dialog of an INVITE, or says how to refuse it.
func (a *Agent) incomingDialog(m *wire.Message, tx *transaction.Server, flow transport.Flow) (*Dialog, int) {
	key := inviteKey(m)
	a.mu.Lock()
	merged := a.invites[key] != nil
	a.mu.Unlock()
	contacts, star, err := m.Contacts()
	switch {
	case merged: // the same request by another way (RFC 3261 §8.2.2.2)
		return nil, 482
	case err != nil || star || len(contacts) > 1:
		return nil, 400
	case (m.From.Tag() == "" || len(contacts) == 0) && strings.HasPrefix(m.Via.Branch(), wire.Cookie):
		return nil, 400
	}
	target := m.From.Raw // of RFC 2543, where Contact could be left out
	if len(contacts) == 1 {
		target = contacts[0].Raw
	}
	d := a.newDialog()
	d.callID, d.remoteTag, d.inviteKey = m.CallID, m.From.Tag(), key
	d.local, d.remote = nameAddr(m.To), nameAddr(m.From)
	d.flow, d.contact = flow, a.contact(m.URI.User, flow)
	d.target, d.routes = target, m.Values("Record-Route")
	d.remoteCSeq, d.invite, d.request0 = m.CSeq, tx, m
	d.peer.update, d.peer.info = true, true // until Allow says otherwise
	d.peer.learn(m)
	if err := a.add(d); err != nil {
		return nil, 503
	}
	return d, 0
}

// offer hands an admitted call to the owner, unless the caller has gone meanwhile.
func (a *Agent) offer(d *Dialog, m *wire.Message, flow transport.Flow, call IncomingCall) {
	if refusal := d.timerWish(m); refusal != nil {
		d.drop(refusal)
		return
	}
	call.Dialog, call.Offer, call.At = d, m.SDP(), a.config.Now()
	call.Source, call.Transport, call.MaxForwards = flow.Remote(), Transport(flow.Network()), hops(m)
	call.From, call.To = d.caller(m), d.called(m)
	for _, f := range m.Fields {
		call.headers = append(call.headers, Header{f.Name, f.Value})
	}
	if status := a.replaced(m, &call); status != 0 {
		d.drop(a.reply(m, status, "", d.localTag))
		return
	}
	d.mu.Lock()
	if d.state == ended {
		d.mu.Unlock()
		return
	}
	d.surfaced = true
	d.invite.Trying() // at once: the owner may have to ask a database first, and a carrier under load repeats soon
	d.steer(d.routes, d.target)
	d.timeout = d.later(a.config.RingTimeout, func() {
		d.reject(480, "No Answer")
	})
	d.mu.Unlock()
	a.counters.incoming.Add(1)
	if d.line != nil {
		d.line.counts.incoming.Add(1)
	}
	if a.config.OnCall == nil {
		_ = d.Reject(404, "")
		return
	}
	a.config.OnCall(&call)
}

// hops is what is left of Max-Forwards; 70 where it was left out.
func hops(m *wire.Message) int {
	if m.MaxForwards < 0 {
		return 70
	}
	return m.MaxForwards
}

// replaced finds the call that an INVITE with Replaces means, or says how to refuse it (RFC 3891 §3). Only phones that have proved who
// they are may name one; whose calls they may replace is the owner's business.
func (a *Agent) replaced(m *wire.Message, call *IncomingCall) (status int) {
	values := m.All("Replaces")
	if len(values) == 0 {
		return 0
	}
	r, ok := parseReplaces(values[0])
	switch {
	case len(values) > 1 || !ok:
		return 400
	case call.Origin != FromPhone:
		return 481
	}
	call.Replaces, call.Replaced = &r, a.Find(r)
	if call.Replaced != nil {
		return 0
	}
	if r.EarlyOnly {
		r.EarlyOnly = false
		if a.Find(r) != nil { // answered meanwhile
			return 486
		}
	}
	return 481
}

// caller is who calls: the asserted identity of a trusted carrier, else From (RFC 3325 §5, RFC 3323).
func (d *Dialog) caller(m *wire.Message) Party {
	from := m.From
	hidden := strings.EqualFold(from.URI.Host, "anonymous.invalid") || strings.EqualFold(from.URI.User, "anonymous")
	for _, privacy := range strings.Split(m.Get("Privacy"), ";") {
		if p := strings.ToLower(strings.TrimSpace(privacy)); p == "id" || p == "user" || p == "full" {
			hidden = true
		}
	}
	asserted := false
	if d.line != nil && d.line.Trusted {
		for _, value := range m.Values("P-Asserted-Identity") {
			if id, err := wire.ParseAddress(value); err == nil && userOf(id) != "" {
				from, asserted = id, true
				break
			}
		}
	}
	p := Party{Number: d.e164(userOf(from)), Display: from.Display, URI: from.Raw, Anonymous: hidden}
	if p.Number == "" || (hidden && !asserted) {
		p.Number, p.Anonymous = "", true
	}
	return p
}

// called is the number that was dialled.
func (d *Dialog) called(m *wire.Message) Party {
	return Party{Number: d.e164(m.URI.User), Display: m.To.Display, URI: m.RawURI}
}

func (d *Dialog) e164(user string) string {
	if d.line != nil {
		return d.line.Numbers.Inbound(user)
	}
	return digits(user)
}

// userOf is the user part, or the number of a tel URI (RFC 3966).
func userOf(a wire.Address) string {
	if a.URI.Scheme == "tel" {
		return digits(a.URI.Raw())
	}
	return a.URI.User
}
