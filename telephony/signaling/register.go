package signaling

import (
	"context"
	"strconv"
	"strings"
	"time"

	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// maxBindings is the number of devices of one account.
const maxBindings = 10

// register is the registrar (RFC 3261 §10.3).
func (a *Agent) register(m *wire.Message, tx *transaction.Server, flow transport.Flow) {
	a.ask(m, tx, func(ctx context.Context) {
		v := a.verify(ctx, m, flow)
		if v.status == 0 && !strings.EqualFold(v.user, m.To.URI.User) {
			a.guard.Strike(flow.Remote().Addr())
			v = verdict{status: 403}
		}
		if v.status != 0 {
			_ = tx.Respond(a.refusal(m, v, a.token(8)))
			return
		}
		_ = tx.Respond(a.bind(ctx, v.user, m, flow))
	})
}

// bind changes the account's bindings as the request asks, all or none, and lists them.
func (a *Agent) bind(ctx context.Context, account string, m *wire.Message, flow transport.Flow) *wire.Message {
	contacts, star, err := m.Contacts()
	if err != nil || (star && (len(contacts) > 0 || m.Get("Expires") != "0")) {
		return a.reply(m, 400, "", a.token(8))
	}
	now := a.config.Now()
	known, err := a.config.Bindings.List(ctx, account, now)
	if err != nil {
		return a.storeFailed(m, err)
	}
	for _, old := range known { // an older request that was overtaken (RFC 3261 §10.3, 7)
		if old.CallID == m.CallID && old.CSeq >= m.CSeq && (len(contacts) > 0 || star) {
			return a.reply(m, 500, "Out of Order", a.token(8))
		}
	}
	wanted, refusal := a.wanted(account, contacts, m, flow, now)
	if refusal != nil {
		return refusal
	}
	if len(known)+len(wanted) > 2*maxBindings {
		return a.reply(m, 403, "Too Many Devices", a.token(8))
	}
	if star {
		for _, old := range known {
			a.phones.forget(old)
			a.registered(Registration{Binding: old, Gone: true})
		}
		if err := a.config.Bindings.Delete(ctx, account, "*"); err != nil {
			return a.storeFailed(m, err)
		}
	}
	for _, b := range wanted {
		if err := a.save(ctx, b, now); err != nil {
			return a.storeFailed(m, err)
		}
	}
	a.counters.registrations.Add(1)
	return a.listed(ctx, account, m, now)
}

func (a *Agent) storeFailed(m *wire.Message, err error) *wire.Message {
	a.config.Log.Warn("bindings cannot be stored", "error", err)
	refusal := a.reply(m, 503, "", a.token(8))
	refusal.Add("Retry-After", "5")
	return refusal
}

// wanted reads the contacts; those to be removed have Expires now.
func (a *Agent) wanted(
	account string, contacts []wire.Address, m *wire.Message, flow transport.Flow, now time.Time,
) ([]Binding, *wire.Message) {
	var all []Binding
	if len(contacts) > maxBindings {
		return nil, a.reply(m, 403, "Too Many Devices", a.token(8))
	}
	for _, c := range contacts {
		if c.URI.Scheme != "sip" && c.URI.Scheme != "sips" {
			return nil, a.reply(m, 400, "", a.token(8))
		}
		span, ok := a.expiry(c, m)
		if !ok {
			refusal := a.reply(m, 423, "", a.token(8))
			refusal.Add("Min-Expires", strconv.Itoa(int(a.config.MinExpires.Seconds())))
			return nil, refusal
		}
		q := 1000
		if f, err := strconv.ParseFloat(c.Params.Get("q"), 64); err == nil && f >= 0 && f <= 1 {
			q = int(f*1000 + 0.5)
		}
		all = append(all, Binding{
			Account: account, Contact: c.Raw, Instance: c.Params.Get("+sip.instance"), Path: m.Values("Path"),
			Transport: Transport(flow.Network()), Source: flow.Remote().String(), Local: a.sentBy(flow),
			CallID: m.CallID, CSeq: m.CSeq, UserAgent: m.Get("User-Agent"), Q: q, Updated: now, Expires: now.Add(span),
		})
	}
	return all, nil
}

// expiry is the contact's, the request's, or our longest; false when it is too short.
func (a *Agent) expiry(c wire.Address, m *wire.Message) (time.Duration, bool) {
	text := c.Params.Get("expires")
	if text == "" {
		text = m.Get("Expires")
	}
	span := a.config.MaxExpires
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		span = time.Duration(n) * time.Second
	}
	switch {
	case span == 0:
		return 0, true
	case span < a.config.MinExpires:
		return 0, false
	default:
		return min(span, a.config.MaxExpires), true
	}
}

// save stores or removes one binding, and begins or ends to keep its flow open.
func (a *Agent) save(ctx context.Context, b Binding, now time.Time) error {
	if !b.Expires.After(now) {
		a.phones.forget(b)
		if err := a.config.Bindings.Delete(ctx, b.Account, b.Contact); err != nil {
			return err
		}
		a.registered(Registration{Binding: b, Gone: true})
		return nil
	}
	if err := a.config.Bindings.Save(ctx, b); err != nil {
		return err
	}
	a.phones.learn(b)
	if source, ok := addrPort(b.Source); ok {
		a.guard.Welcome(source.Addr(), b.Expires)
	}
	a.registered(Registration{Binding: b})
	return nil
}

func (a *Agent) registered(r Registration) {
	if a.config.OnRegistration != nil {
		a.config.OnRegistration(r)
	}
}

// listed is the 200 with all bindings of the account.
func (a *Agent) listed(ctx context.Context, account string, m *wire.Message, now time.Time) *wire.Message {
	known, err := a.config.Bindings.List(ctx, account, now)
	if err != nil {
		return a.storeFailed(m, err)
	}
	answer := a.reply(m, 200, "", a.token(8))
	for _, b := range known {
		seconds := max(int(b.Expires.Sub(now).Seconds()), 1)
		value := "<" + b.Contact + ">;expires=" + strconv.Itoa(seconds)
		if b.Instance != "" {
			value += ";+sip.instance=" + wire.Quote(b.Instance)
		}
		answer.Add("Contact", value)
	}
	for _, hop := range m.Values("Path") {
		answer.Add("Path", hop)
	}
	answer.Add("Supported", "path")
	answer.Add("Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	return answer
}
