package telephony

import "ekc/telephony/signaling"

func (e legUp) apply(t *turn) {
	l := t.find(e.leg)
	if l == nil && t.visit(e.leg, true) || l == nil || l.leaving || l.up {
		return
	}
	l.up, l.early = true, false
	switch l.role {
	case roleCitizen:
		t.citizenUp()
	case roleOperator:
		t.operatorUp(l)
	case roleConsulted:
		t.consultedUp(l)
	case roleSupervisor:
		t.dropOthers(l)
	}
}

func (t *turn) citizenUp() {
	switch t.phase {
	case phaseArriving:
		t.phase = phaseMenu
		t.startMenu()
	case phaseDial:
		t.phase = phaseTalk
		t.startRecording()
	default:
	}
}

func (e legEarly) apply(t *turn) {
	if l := t.find(e.leg); l != nil && !l.up {
		l.early = true
	}
}

func (e legAgain) apply(t *turn) {
	if l := t.find(e.leg); l != nil && !l.up {
		l.early = false
	}
}

func (e legHeld) apply(t *turn) {
	l := t.find(e.leg)
	if l == nil || l.held == e.on {
		return
	}
	l.held = e.on
	if l.role == roleOperator && l.up && t.phase == phaseTalk && (t.consult == consultNone || t.with(roleAside, false) != nil) {
		t.held = e.on
		t.tell(hold{l.account, e.on})
	}
}

func (e legDown) apply(t *turn) {
	l := t.find(e.leg)
	if l == nil {
		t.visit(e.leg, false)
		return
	}
	gone := *l
	t.forget(e.leg)
	if t.picked == gone.id {
		t.picked = 0
	}
	if t.referring == gone.id {
		t.referring = 0
	}
	switch {
	case t.phase == phaseOver:
		t.settle()
	case gone.role == roleCitizen:
		t.citizenDown(gone, e)
	case gone.leaving:
	case gone.role == roleOperator && gone.up:
		t.operatorDown(gone, e)
	case gone.role == roleOperator:
		t.ringDown(gone, e)
	case gone.role == roleConsulted:
		t.consultedDown(gone, noteOf(e))
	case gone.role == roleAside && t.moving != gone.account:
		t.endConsult()
	}
}

func (t *turn) citizenDown(gone leg, e legDown) {
	end := End{Cause: EndByCaller}
	switch {
	case t.outgoing && !gone.up:
		end = End{Cause: EndUnanswered, SIPCode: e.code}
	case t.end != nil:
		end = *t.end
	case e.answered && !e.byPeer || e.code == 0:
		end.Cause = EndByFailure
	}
	t.finishCall(end)
}

// ringDown is a phone that did not answer the offer. Busy and decline are the operator's word; what else goes wrong with a
// device is not.
func (t *turn) ringDown(gone leg, e legDown) {
	if t.phase != phaseOffer || gone.account != t.offered {
		return
	}
	if e.byPeer && (e.code == 603 || e.code == 486 || e.code == 600) {
		offer := t.offer
		t.dropRole(roleOperator, 0)
		t.offer, t.offered = "", ""
		t.tell(decline{offer, gone.account})
	}
}

// operatorDown is the end of a talking operator's leg.
func (t *turn) operatorDown(gone leg, e legDown) {
	if t.operatorLegLeft(gone.account) {
		return
	}
	switch t.phase {
	case phaseOffer, phaseReach: // it had answered and the centre has not agreed yet
		if e.byPeer && t.offer != "" {
			t.tell(decline{t.offer, gone.account})
			t.offer, t.offered = "", ""
		}
	case phaseDial:
		t.finishCall(End{Cause: EndByOperator})
	case phaseTalk:
		switch {
		case t.hungUpMoving(gone.account):
		case e.mayReturn && !gone.away: // who was away has been waited for already
			t.awaitReturn(gone.account)
		case e.byPeer && e.code != 0:
			t.tell(operatorHungUp{gone.account})
			t.operatorDone()
		default:
			t.loseOperator(gone.account)
		}
	default:
	}
}

func (t *turn) operatorLegLeft(account string) bool {
	l := t.of(account)
	return l != nil && l.role == roleOperator
}

// awaitReturn keeps a talk for an operator whose page is gone: loaded again it joins again, and hanging up is the API's. The citizen hears
// music meanwhile, and goes back to the head of the queue when nobody comes.
func (t *turn) awaitReturn(account string) {
	t.endConsult()
	t.phase, t.operator = phaseReach, account
	t.wake(timerReach, t.settings.ReturnTimeout)
}

// loseOperator puts the citizen back to the head of the queue.
func (t *turn) loseOperator(account string) {
	t.tell(operatorLost{account})
	t.operator, t.offer, t.offered = "", "", ""
	t.enterQueue()
}

func (e legSilent) apply(t *turn) {
	l := t.find(e.leg)
	if l == nil || !l.up || l.leaving || l.held {
		return
	}
	switch l.role {
	case roleCitizen:
		t.finishCall(End{Cause: EndByFailure})
	case roleOperator:
		account := l.account
		lost := t.phase == phaseTalk
		t.dropWith(l, signaling.Cause{Q850: 127, Text: "No media"})
		if lost {
			t.loseOperator(account)
		}
	case roleConsulted:
		gone := *l
		t.drop(l)
		t.consultedDown(gone, noteNone)
	case roleAside:
		t.drop(l)
		t.endConsult()
	default:
		t.drop(l)
	}
}

// startRecording begins once.
func (t *turn) startRecording() {
	if t.recording == recordOff && !t.settings.NoRecording {
		t.recording = recordOn
		t.do(record{recordOn})
	}
}
