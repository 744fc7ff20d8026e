package signaling

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/wire"
)

// referral is a transfer that the peer asked for (RFC 3515).
type referral struct {
	asked    *transaction.Server // waits for the owner
	deadline *time.Timer
	id       uint32 // CSeq of the REFER that is reported on
	active   bool
	silent   bool // Refer-Sub: false (RFC 4488)
}

func (r *referral) stop(d *Dialog) {
	stopTimer(r.deadline)
	if r.asked != nil {
		d.respond(r.asked, 481)
		r.asked = nil
	}
}

// referred takes REFER. Only phones may transfer: a carrier's customer could make us pay for calls.
func (d *Dialog) referred(m *wire.Message, tx *transaction.Server) {
	target, err := wire.ParseAddress(m.Get("Refer-To"))
	switch {
	case !d.phone:
		d.respond(tx, 603)
		return
	case err != nil || len(m.Values("Refer-To")) != 1:
		d.respond(tx, 400)
		return
	case d.state != up || d.refer.asked != nil || d.refer.active:
		d.respond(tx, 491)
		return
	}
	e := Referred{Target: target.URI.Addr(), User: userOf(target), By: m.Get("Referred-By")}
	if value, ok := target.URI.Headers.Get("Replaces"); ok {
		text, err := url.PathUnescape(value)
		replaces, good := parseReplaces(text)
		if err != nil || !good {
			d.respond(tx, 400)
			return
		}
		e.Replaces = &replaces
	}
	d.refer.asked, d.refer.id = tx, m.CSeq
	d.refer.silent = strings.EqualFold(strings.TrimSpace(m.Get("Refer-Sub")), "false")
	d.refer.deadline = d.later(d.agent.config.AnswerTimeout, func() {
		if d.refer.asked == tx {
			d.refer.asked = nil
			d.respond(tx, 500)
		}
	})
	d.emit(e)
}

// AcceptRefer answers Referred with 202 and starts reporting (RFC 3515 §2.4.4).
func (d *Dialog) AcceptRefer() error {
	return d.answerRefer(202)
}

// RefuseRefer answers Referred with a status of 400–699.
func (d *Dialog) RefuseRefer(code int) error {
	if code < 400 || code > 699 {
		return ErrState
	}
	return d.answerRefer(code)
}

func (d *Dialog) answerRefer(code int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	tx := d.refer.asked
	if tx == nil || d.state == ended {
		return ErrState
	}
	d.refer.asked = nil
	stopTimer(d.refer.deadline)
	d.respond(tx, code, func(m *wire.Message) {
		m.Add("Contact", d.contact)
		if code == 202 && d.refer.silent {
			m.Add("Refer-Sub", "false")
		}
	})
	if code == 202 {
		d.refer.active = true
		d.notify(100, "Trying")
	}
	return nil
}

// NotifyRefer reports how the transfer goes: a status of 100–699; 200 and above is the last report.
func (d *Dialog) NotifyRefer(code int, reason string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.refer.active || d.state != up || code < 100 || code > 699 {
		return ErrState
	}
	if reason == "" {
		reason = wire.Phrase(code)
	}
	d.notify(code, printable(reason))
	return nil
}

func (d *Dialog) notify(code int, reason string) {
	subscription := "active;expires=60"
	if code >= 200 {
		subscription, d.refer.active = "terminated;reason=noresource", false
	}
	if d.refer.silent {
		return
	}
	d.send(outRequest{
		method: "NOTIFY",
		headers: []Header{
			{"Event", "refer;id=" + strconv.FormatUint(uint64(d.refer.id), 10)}, {"Subscription-State", subscription},
		},
		contentType: "message/sipfrag;version=2.0",
		body:        []byte(fmt.Sprintf("%s %d %s\r\n", wire.Version, code, reason)),
	})
}
