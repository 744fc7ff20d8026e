package telephony

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ekc/internal/fail"
	"ekc/telephony/signaling"
)

// What a phone of an operator asks for with a second INVITE belongs to the call that it has: a colleague or a number outside that is
// dialled beside the talk is consulted, and an INVITE with Replaces (RFC 3891) puts another of the operator's devices in a leg's place.

type (
	// invited is such an INVITE, before it is understood. replaced: the dialog whose place it takes.
	invited struct {
		in       *signaling.IncomingCall
		replaced *signaling.Dialog
	}
	// allowed says whether the phone belongs to the account whose leg it wants to replace.
	allowed struct {
		in  *signaling.IncomingCall
		old legID
		own bool
		err error
	}
)

func (invited) apply(*turn) {}
func (allowed) apply(*turn) {}

// within gives a phone's call to the call that it belongs to; false: it is one by itself.
func (s *Switchboard) within(in *signaling.IncomingCall) bool {
	switch {
	case in.Replaces != nil && (in.Origin != signaling.FromPhone || in.Replaced == nil):
		s.refuse(in, 481)
		return true
	case in.Origin != signaling.FromPhone:
		return false
	}
	c := s.owner(func(v *CallView, l *LegView) bool {
		if in.Replaces != nil {
			return l.dialog == in.Replaced
		}
		return v.Phase == phaseTalk.String() && l.Role == roleOperator.String() && l.Up && strings.EqualFold(l.phone, in.Account)
	})
	switch {
	case c != nil:
		c.invite2(invited{in, in.Replaced})
	case in.Replaces != nil:
		s.refuse(in, 481)
	default:
		return false
	}
	return true
}

// owner finds the call that has such a leg.
func (s *Switchboard) owner(is func(*CallView, *LegView) bool) *call {
	for _, c := range s.all() {
		v := c.view.Load()
		if slices.ContainsFunc(v.Legs, func(l LegView) bool { return is(v, &l) }) {
			return c
		}
	}
	return nil
}

// invite2 hands an INVITE to the call's goroutine; one that the call does not take any more is refused.
func (c *call) invite2(e invited) {
	select {
	case c.mailbox <- e:
	default:
		c.sb.refuse(e.in, 503, retryAfter(busyAfter))
		return
	}
	select {
	case <-c.closed: // nobody reads the mailbox any more; refusing twice does no harm
		c.sb.refuse(e.in, 481)
	default:
	}
}

// takeInvite understands an INVITE of a phone that belongs to this call.
func (c *call) takeInvite(e invited) []event {
	if e.replaced == nil {
		return c.takeAside(e.in)
	}
	old := c.lineOf(e.replaced)
	switch {
	case old == nil:
		c.sb.refuse(e.in, 481)
	case old.report.AccountID == "": // a citizen's, or an outside party's
		c.sb.refuse(e.in, 403)
	default:
		account := old.report.AccountID
		c.lookup(func(ctx context.Context) event {
			devices, err := c.sb.o.Phones(ctx, account)
			own := slices.ContainsFunc(devices, func(b signaling.Binding) bool { return strings.EqualFold(b.Account, e.in.Account) })
			return allowed{e.in, old.id, own, err}
		})
	}
	return nil
}

// lineOf finds the leg of a dialog.
func (c *call) lineOf(d *signaling.Dialog) *line {
	for _, l := range c.lines {
		if l.sip != nil && l.sip.dialog == d {
			return l
		}
	}
	return nil
}

// takeReplacing makes the leg that shall take another's place.
func (c *call) takeReplacing(e allowed) []event {
	old := c.lines[e.old]
	switch {
	case c.finished || old == nil:
		c.sb.refuse(e.in, 481)
		return nil
	case e.err != nil:
		c.sb.refuse(e.in, 503, retryAfter(busyAfter))
		return nil
	case !e.own:
		c.sb.refuse(e.in, 403)
		return nil
	}
	id, ok := c.phoneLine(e.in, LegReport{Role: old.report.Role, AccountID: old.report.AccountID})
	if !ok {
		return nil
	}
	return []event{replacing{leg: id, old: e.old}}
}

// takeAside makes the leg of a phone that dials somebody beside its talk, and asks the centre who that is.
func (c *call) takeAside(in *signaling.IncomingCall) []event {
	account := ""
	for _, l := range c.state.legs {
		if line := c.lines[l.id]; line != nil && l.role == roleOperator && l.up && strings.EqualFold(line.report.Number, in.Account) {
			account = l.account
		}
	}
	if account == "" || c.finished {
		c.sb.refuse(in, 480)
		return nil
	}
	id, ok := c.phoneLine(in, LegReport{Role: roleAside.String(), AccountID: account})
	if !ok {
		return nil
	}
	_ = in.Dialog.Progress(180, nil, false)
	interaction := c.errands.interactionID
	c.lookup(func(ctx context.Context) event {
		target, err := c.sb.o.Centre.Consulted(ctx, interaction, account, in.To.Number)
		return beside{leg: id, account: account, target: target, err: err}
	})
	return nil
}

// phoneLine makes a leg of an INVITE of a phone; false when it was refused.
func (c *call) phoneLine(in *signaling.IncomingCall, report LegReport) (legID, bool) {
	id := firstBrowser + legID(c.sb.commands.Add(1)%(1<<31))
	sink, notify := c.sinks(id)
	leg, err := newSIPLeg(c.sb.o.Engine, sipOptions{
		kind: kindPhone, name: fmt.Sprintf("%s-%d", c.id, id), address: c.sb.o.MediaAddress, near: c.near(), notify: notify,
		codecs: c.sb.o.PhoneCodecs, srtp: c.sb.o.PhoneSRTP, silence: c.sb.o.Settings.OperatorSilence,
	})
	if err != nil {
		c.log.Error("no media for a phone's second call", "error", err)
		c.sb.refuse(in, 503, retryAfter(busyAfter))
		return 0, false
	}
	leg.dialog = in.Dialog
	if err := leg.prepare(in.Offer); err != nil {
		leg.media.Close()
		c.sb.refuse(in, refusal(err))
		return 0, false
	}
	report.Number = in.Account
	c.addLine(id, leg, report)
	in.Dialog.Attach(sink)
	return id, true
}

// dialledWrong is the status for a number that a phone may not consult.
func dialledWrong(err error) int {
	switch fail.CodeOf(err) {
	case fail.Forbidden, fail.Conflict:
		return 403
	case fail.NotFound, fail.Invalid:
		return 404
	default:
		return 503
	}
}

// replacedLeg is the leg that a REFER with Replaces names; 0 when this call has none such.
func (c *call) replacedLeg(r *signaling.Replaces) legID {
	if r == nil {
		return 0
	}
	if d := c.sb.agent.Find(*r); d != nil {
		if l := c.lineOf(d); l != nil {
			return l.id
		}
	}
	return 0
}
