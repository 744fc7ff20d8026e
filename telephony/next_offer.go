package telephony

import (
	"ekc/internal/fail"
	"ekc/telephony/ivr"
	"ekc/telephony/signaling"
)

// apply rings the phones of somebody who is wanted, if so still. An account without one joins by browser.
func (e found) apply(t *turn) {
	if !t.wants(e.account, e.role) {
		return
	}
	if e.role == roleConsulted || e.role == roleSupervisor {
		if t.of(e.account) != nil {
			return
		}
	}
	var mode Mode
	for _, x := range t.joining {
		if x.account == e.account {
			mode = x.mode
		}
	}
	for _, device := range e.devices {
		id := t.add(leg{role: e.role, account: e.account, mode: mode})
		r := ring{leg: id, device: device}
		if e.role != roleOperator {
			r.timeout = t.settings.ConsultTimeout
		}
		t.do(r)
	}
	if e.role == roleConsulted && len(e.devices) == 0 && t.consult == consultCalling {
		t.failed = noteUnreachable
		t.do(look{e.account, t.asked})
	}
}

// wants reports whether somebody's device has a place in the call now.
func (t *turn) wants(account string, r role) bool {
	switch r {
	case roleOperator:
		return t.phase == phaseOffer && t.offered == account || t.phase == phaseReach && t.operator == account
	default:
		for _, x := range t.joining {
			if x.account == account && x.role == r {
				return true
			}
		}
		return false
	}
}

// operatorUp is a device of the operator that has answered.
func (t *turn) operatorUp(l *leg) {
	switch {
	case (t.phase == phaseTalk || t.phase == phaseDial) && t.operator == l.account: // a page that was loaded again
		t.dropRole(roleOperator, l.id)
	case t.picked != 0 && t.picked != l.id, !t.wants(l.account, roleOperator):
		t.dropWith(l, elsewhere)
	case t.phase == phaseReach:
		t.connect(l)
	default:
		t.picked = l.id
		t.dropRole(roleOperator, l.id)
		t.tell(pickUp{leg: l.id, offer: t.offer, account: l.account})
	}
}

// apply connects an operator who has picked up, when the centre agrees.
func (e taken) apply(t *turn) {
	l := t.find(e.leg)
	switch {
	case l == nil || l.leaving || l.role != roleOperator || t.phase == phaseTalk || t.phase == phaseDial || t.phase == phaseOver:
		return
	case e.err == nil:
		t.operator = l.account
		t.connect(l)
	default:
		t.dropWith(l, signaling.Cause{Text: "The offer is over"})
		if t.offered == l.account && fail.CodeOf(e.err) != fail.Unavailable {
			t.offer, t.offered = "", ""
		}
	}
}

// connect joins the operator's leg and the citizen.
func (t *turn) connect(l *leg) {
	t.picked, t.offered = 0, ""
	t.wake(timerReach, 0)
	t.dropRole(roleOperator, l.id)
	t.stopWaiting()
	citizen := t.with(roleCitizen, true)
	if citizen == nil {
		t.dialCitizen()
		return
	}
	t.menu.saying = 0
	t.do(hush{citizen.id})
	if t.scriptLed() || t.phase == phaseReach && t.menu.flow != nil {
		t.force(ivr.OperatorJoined{})
	}
	t.phase, t.consult = phaseTalk, consultNone
	t.held = t.centre == "HELD"
	t.startRecording()
}

// takeOver makes somebody who is in the call already the operator.
func (t *turn) takeOver(l *leg) {
	for i := range t.joining {
		if t.joining[i].account == l.account {
			t.joining = append(t.joining[:i], t.joining[i+1:]...)
			break
		}
	}
	id := l.id
	l.role = roleOperator
	t.operator, t.offer, t.offered, t.consult, t.held = l.account, "", "", consultNone, false
	t.wake(timerConsult, 0)
	t.dropRole(roleConsulted, id)
	t.dropRole(roleOperator, id)
	t.dropRole(roleAside, id)
}

// dropOthers ends the other devices of the same party.
func (t *turn) dropOthers(l *leg) {
	for i := range t.legs {
		if o := &t.legs[i]; o.id != l.id && o.role == l.role && o.account == l.account {
			t.dropWith(o, elsewhere)
		}
	}
}
