package telephony

// apply makes the call follow the centre. What has been told already changes nothing, so it may be told twice.
func (e changed) apply(t *turn) {
	if e.Position != 0 && e.Position <= t.position {
		return
	}
	t.position = max(t.position, e.Position)
	if t.phase == phaseOver || t.quiet {
		return
	}
	if t.waiting.promising && e.State != "OFFERED" && e.State != "ACTIVE" {
		return // a promise of a callback is under way, and its answer says what is so
	}
	t.centre, t.queueID = e.State, e.QueueID
	defer t.admitVisitors()
	t.transferSeen(e.OperatorID)
	switch e.State {
	case "QUEUED":
		t.toQueue()
	case "OFFERED":
		t.toOffer(e.OfferID, e.OfferedTo)
	case "ACTIVE":
		t.toOperator(e.OperatorID)
	case "HELD":
		t.toOperator(e.OperatorID)
		if t.phase == phaseTalk {
			t.held = true
		}
	case "WRAP_UP", "DEFERRED", "CLOSED":
		t.toEnd()
	case "ABANDONED":
		if t.phase != phaseParting {
			t.finishCall(End{Cause: EndByMenu})
		}
	}
}

func (t *turn) toQueue() {
	switch t.phase {
	case phaseArriving, phaseParting, phasePassed:
		return
	case phaseQueue:
		return
	default:
	}
	t.offer, t.offered, t.operator = "", "", ""
	if t.with(roleCitizen, true) == nil {
		t.withdraw()
		return
	}
	t.enterQueue()
}

// withdraw ends a call to a citizen who has not been reached: the centre will ask for another one.
func (t *turn) withdraw() { t.finishCall(End{Cause: EndByOperator}) }

func (t *turn) toOffer(offer, account string) {
	if offer == t.offer || t.phase == phaseParting || t.phase == phasePassed || t.phase == phaseArriving {
		return
	}
	t.dropSide()
	if t.phase != phaseQueue {
		t.enterQueue()
	}
	t.phase, t.offer, t.offered, t.operator = phaseOffer, offer, account, ""
	t.do(find{account, roleOperator})
}

// toOperator connects the one who has the enquiry.
func (t *turn) toOperator(account string) {
	switch t.phase {
	case phaseArriving, phaseParting, phasePassed:
		return
	case phaseTalk, phaseDial:
		t.keepOrSwap(account)
		return
	default:
	}
	t.operator = account
	if l := t.of(account); l != nil && l.role == roleOperator {
		t.connect(l)
		return
	}
	if t.phase == phaseReach {
		return
	}
	ringing := t.phase == phaseOffer && t.offered == account
	t.phase = phaseReach
	t.stopWaiting()
	t.wake(timerReach, t.settings.ReachTimeout)
	if !ringing {
		t.dropRole(roleOperator, 0)
		t.do(find{account, roleOperator})
	}
}

// keepOrSwap goes on with the operator, or lets somebody who is in the call already, or who comes, take the place.
func (t *turn) keepOrSwap(account string) {
	if current := t.with(roleOperator, true); current != nil && current.account == account {
		if t.consult == consultNone && !current.held {
			t.held = false
		}
		t.operator = account
		return
	}
	if t.phase == phaseDial {
		return
	}
	if l := t.of(account); l != nil {
		t.takeOver(l)
		return
	}
	t.dropSide()
	t.operator, t.offer, t.offered = account, "", ""
	t.phase = phaseReach
	t.wake(timerReach, t.settings.ReachTimeout)
	t.do(find{account, roleOperator})
}

// toEnd is the end of the operator's part.
func (t *turn) toEnd() {
	switch t.phase {
	case phaseArriving, phaseMenu, phaseParting, phasePassed:
		// The menu closes what it has answered itself, and says goodbye in its own words.
	case phaseTalk:
		t.operatorDone()
	default:
		if t.with(roleCitizen, true) == nil {
			t.withdraw()
			return
		}
		t.dropSide()
		t.stopWaiting()
		t.bye(textClosed)
	}
}
