package signaling

import (
	"errors"
	"strconv"
	"strings"

	"ekc/telephony/signaling/guard"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

const (
	allow     = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO, REFER, NOTIFY, REGISTER"
	supported = "100rel, timer, replaces, path"
	accept    = "application/sdp, application/dtmf-relay, application/dtmf"
)

// receive gets every message, those of one call in order. It must not block.
func (a *Agent) receive(m *wire.Message, err error, flow transport.Flow) {
	if err != nil {
		a.malformed(err, flow)
		return
	}
	if !m.IsRequest() {
		a.counters.responsesIn.Add(1)
		a.table.Response(m)
		return
	}
	a.counters.requestsIn.Add(1)
	remote := flow.Remote().Addr()
	if guard.IsScanner(m.Get("User-Agent")) && a.trunks.from(remote) == nil {
		a.guard.Scanner(remote)
		return
	}
	transport.Mark(flow, m)
	tx, outcome := a.table.Request(m, transport.Answer(flow, m))
	switch {
	case outcome == transaction.Absorbed:
	case outcome == transaction.Full:
		if m.Method != "ACK" {
			refusal := a.reply(m, 503, "", "")
			refusal.Add("Retry-After", "10")
			_ = transport.Answer(flow, m).Send(refusal)
		}
	case m.Method == "ACK":
		if d := a.dialog(m.CallID, m.To.Tag()); d != nil {
			d.acknowledged(m)
		}
	default:
		a.request(m, tx, flow)
	}
}

// malformed answers what can be answered, once; nothing is kept about it.
func (a *Agent) malformed(err error, flow transport.Flow) {
	a.counters.malformed.Add(1)
	if a.guard.Strike(flow.Remote().Addr()) {
		return
	}
	var e *wire.Malformed
	if !errors.As(err, &e) || e.Status == 0 {
		return
	}
	transport.Mark(flow, e.Message)
	reason := wire.Phrase(e.Status)
	if e.Status == 400 {
		reason = "Bad Request: " + e.What
	}
	_ = transport.Answer(flow, e.Message).Send(a.reply(e.Message, e.Status, printable(reason), a.token(8)))
}

// printable keeps a reason phrase on one line and short.
func printable(s string) string {
	if len(s) > 100 {
		s = s[:100]
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, s)
}

// request routes a new request.
func (a *Agent) request(m *wire.Message, tx *transaction.Server, flow transport.Flow) {
	if m.Method == "CANCEL" {
		a.cancelled(m, tx)
		return
	}
	if refusal := a.inspect(m); refusal != nil {
		_ = tx.Respond(refusal)
		return
	}
	if tag := m.To.Tag(); tag != "" {
		if d := a.dialog(m.CallID, tag); d != nil {
			d.request(m, tx, flow)
			return
		}
		if m.Method != "REGISTER" && m.Method != "OPTIONS" {
			a.respond(tx, m, 481)
			return
		}
	}
	switch m.Method {
	case "INVITE":
		a.invite(m, tx, flow)
	case "REGISTER":
		a.register(m, tx, flow)
	case "OPTIONS":
		a.options(m, tx)
	case "REFER":
		a.respond(tx, m, 403) // transfers are made inside a call
	default: // BYE, PRACK, UPDATE, INFO, NOTIFY outside of any dialog
		a.respond(tx, m, 481)
	}
}

func (a *Agent) respond(tx *transaction.Server, m *wire.Message, status int) {
	_ = tx.Respond(a.reply(m, status, "", a.token(8)))
}

// inspect checks what RFC 3261 §8.2 asks for before the method is looked at; nil when all is well.
func (a *Agent) inspect(m *wire.Message) *wire.Message {
	switch m.Method {
	case "INVITE", "BYE", "OPTIONS", "UPDATE", "PRACK", "INFO", "REFER", "NOTIFY", "REGISTER":
	case "SUBSCRIBE", "MESSAGE", "PUBLISH":
		refusal := a.reply(m, 405, "", a.token(8))
		refusal.Add("Allow", allow)
		return refusal
	default:
		refusal := a.reply(m, 501, "", a.token(8))
		refusal.Add("Allow", allow)
		return refusal
	}
	if m.URI.Scheme != "sip" && m.URI.Scheme != "sips" {
		return a.reply(m, 416, "", a.token(8))
	}
	var unknown []string
	for _, option := range m.Values("Require") {
		switch strings.ToLower(option) {
		case "100rel", "timer", "replaces", "path":
		default:
			unknown = append(unknown, option)
		}
	}
	if len(unknown) > 0 {
		refusal := a.reply(m, 420, "", a.token(8))
		refusal.Add("Unsupported", strings.Join(unknown, ", "))
		return refusal
	}
	if m.Method == "INVITE" && m.MaxForwards == 0 {
		return a.reply(m, 483, "", a.token(8))
	}
	return a.inspectBody(m)
}

// inspectBody refuses bodies that the method has no use for (RFC 3261 §8.2.3), and unpacks a multipart one.
func (a *Agent) inspectBody(m *wire.Message) *wire.Message {
	if encoding := m.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		refusal := a.reply(m, 415, "", a.token(8))
		refusal.Add("Accept-Encoding", "identity")
		return refusal
	}
	if len(m.Body) == 0 {
		return nil
	}
	good := true
	switch m.Method {
	case "INVITE", "UPDATE", "PRACK":
		if strings.HasPrefix(m.ContentType(), "multipart/") {
			unpack(m)
		}
		good = m.ContentType() == "application/sdp"
	case "INFO":
		good = m.ContentType() == "application/dtmf-relay" || m.ContentType() == "application/dtmf" ||
			m.ContentType() == "application/media_control+xml"
	}
	if good || optional(m) {
		return nil
	}
	refusal := a.reply(m, 415, "", a.token(8))
	refusal.Add("Accept", accept)
	return refusal
}

// optional reports whether the sender lets us ignore the body (RFC 3261 §20.11).
func optional(m *wire.Message) bool {
	return strings.Contains(strings.ToLower(m.Get("Content-Disposition")), "handling=optional")
}

// options answers with what we can (RFC 3261 §11); 503 while draining, so that carriers send their calls elsewhere.
func (a *Agent) options(m *wire.Message, tx *transaction.Server) {
	if a.isDraining() {
		refusal := a.reply(m, 503, "", a.token(8))
		refusal.Add("Retry-After", "60")
		_ = tx.Respond(refusal)
		return
	}
	answer := a.reply(m, 200, "", a.token(8))
	answer.Add("Allow", allow)
	answer.Add("Accept", accept)
	answer.Add("Supported", supported)
	_ = tx.Respond(answer)
}

// cancelled answers a CANCEL and ends the INVITE that it means, if that has no final response yet (RFC 3261 §9.2).
func (a *Agent) cancelled(m *wire.Message, tx *transaction.Server) {
	invite := a.table.Invite(m)
	if invite == nil {
		a.respond(tx, m, 481)
		return
	}
	original := invite.Request()
	a.mu.Lock()
	d := a.invites[inviteKey(original)]
	a.mu.Unlock()
	tag := original.To.Tag()
	if d != nil {
		tag = d.localTag
	}
	_ = tx.Respond(a.reply(m, 200, "", tag))
	if d != nil {
		d.cancelled(m)
	} else if d = a.dialog(m.CallID, original.To.Tag()); d != nil {
		d.reinviteCancelled(invite)
	}
}

// inviteKey recognises an INVITE that came twice over different ways (RFC 3261 §8.2.2.2).
func inviteKey(m *wire.Message) string {
	return m.CallID + "|" + m.From.Tag() + "|" + strconv.FormatUint(uint64(m.CSeq), 10)
}
