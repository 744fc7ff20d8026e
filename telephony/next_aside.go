package telephony

import "ekc/telephony/signaling"

type (
	// beside: an operator's phone has called us beside its talk, and the centre has said whom it wants.
	beside struct {
		leg     legID
		account string
		target  Target
		err     error
	}
	// replacing: another device of the same account asks for the place of a leg.
	replacing struct{ leg, old legID }
	// handOver tells the centre that an operator's phone has joined the citizen and the colleague who was consulted.
	handOver struct {
		leg         legID
		account, to string
	}
)

// busyAside is for a phone whose consultation has no place now.
const busyAside = 486

// apply consults whoever the phone has dialled. The phone hears that it rings until the other party answers; then its second call is
// answered too, and it may join the two (RFC 5589 §7) or go back.
func (e beside) apply(t *turn) {
	current := t.of(e.account)
	switch {
	case e.err != nil:
		t.do(refuse{leg: e.leg, code: dialledWrong(e.err)})
		return
	case t.phase != phaseTalk || current == nil || current.role != roleOperator || t.consult != consultNone || e.target.AccountID == e.account:
		t.do(refuse{leg: e.leg, code: busyAside})
		return
	}
	t.legs = append(t.legs, leg{id: e.leg, role: roleAside, account: e.account})
	t.consult, t.target = consultCalling, e.target
	t.call2(e.target)
	t.admitVisitors()
	t.wake(timerConsult, t.settings.ConsultTimeout)
}

// apply gives a device the place of another. The old one leaves when the new one is up, as with a page that was loaded again.
func (e replacing) apply(t *turn) {
	old := t.find(e.old)
	switch {
	case old == nil || old.leaving || t.phase == phaseOver:
		t.do(refuse{leg: e.leg, code: 481})
	case old.role == roleCitizen || old.role == roleAside:
		t.do(refuse{leg: e.leg, code: 403})
	default:
		t.legs = append(t.legs, leg{id: e.leg, role: old.role, account: old.account, mode: old.mode, replaces: old.id})
		t.do(answer{e.leg})
	}
}

// replaced lets the old device of somebody who takes part go.
func (t *turn) replaced(l *leg) bool {
	old := t.find(l.replaces)
	if l.replaces == 0 || old == nil || !old.up || l.role == roleOperator {
		return false // an operator's devices are looked after by operatorUp, those that ring by who rang them
	}
	t.drop(old)
	return true
}

// answerAside answers the phone's second call: the party that it wants is there.
func (t *turn) answerAside() {
	if l := t.with(roleAside, false); l != nil && !l.up {
		t.do(answer{l.id})
	}
}

// dropAside ends the phone's second call.
func (t *turn) dropAside() {
	if l := t.with(roleAside, false); l != nil {
		t.dropWith(l, signaling.Cause{Code: 480})
	}
}

// joinCalls carries out the transfer of a phone that joins its two calls (RFC 3515, RFC 3891, RFC 5589 §7): citizen and consulted
// party go on without it. REFER may come in either of the two calls, and name the other.
func (t *turn) joinCalls(l *leg, other legID) {
	o, second := t.find(other), t.with(roleConsulted, true)
	switch {
	case o == nil || o.leaving:
		t.do(refer{leg: l.id, code: 481})
		return
	case t.phase != phaseTalk || second == nil || o.account != l.account || l.account == "" || l.role == o.role ||
		l.role != roleOperator && l.role != roleAside || o.role != roleOperator && o.role != roleAside:
		t.do(refer{leg: l.id, code: 603})
		return
	}
	t.do(refer{leg: l.id, code: 202})
	t.referring = l.id
	if second.account != "" {
		t.moving = l.account
		t.tell(handOver{leg: l.id, account: l.account, to: second.account})
		return
	}
	account := l.account
	t.passOn() // which says so to the phone
	t.tell(operatorHungUp{account})
}

// transferDone reports to a phone that the transfer it asked for is made.
func (t *turn) transferDone() {
	if t.referring != 0 {
		t.do(refer{leg: t.referring, code: 200, report: true})
		t.referring = 0
	}
}

// transferSeen reports it when the centre says so first: the enquiry is another's, or waits.
func (t *turn) transferSeen(operator string) {
	if t.moving == operator {
		return
	}
	t.moving = ""
	t.transferDone()
}

// hungUpMoving is a phone that hangs up as soon as it has asked for a transfer (RFC 5589 §6.1): the citizen hears music until the centre
// has said who goes on. true: it was one.
func (t *turn) hungUpMoving(account string) bool {
	if t.moving == "" || t.moving != account {
		return false
	}
	if t.consult != consultTalking { // else the colleague takes over, who is there already
		t.operator, t.offer, t.offered = "", "", ""
		t.enterQueue()
	}
	return true
}

// transferFailed is the centre's no. A phone that has hung up meanwhile has left the citizen.
func (t *turn) transferFailed() {
	account := t.moving
	t.moving = ""
	switch {
	case account == "" || t.operatorLegLeft(account):
	case t.phase == phaseTalk:
		t.endConsult()
		t.loseOperator(account)
	case t.phase == phaseQueue && t.centre != "QUEUED":
		t.tell(operatorLost{account})
	}
}
