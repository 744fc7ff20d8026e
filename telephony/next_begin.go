package telephony

func (e arrived) apply(t *turn) {
	t.phase, t.call = phaseArriving, e.call
	t.add(leg{role: roleCitizen})
	t.do(load{e.call.Called})
}

func (e begun) apply(t *turn) { t.request.InteractionID = e.interactionID }

func (e requested) apply(t *turn) {
	t.outgoing, t.call, t.request = true, e.call, e.request
	t.operator, t.offer, t.offered = e.request.AccountID, e.request.OfferID, e.request.AccountID
	t.phase = phaseReach
	if e.dialled { // by a phone of the operator, whose call is answered first
		id := t.add(leg{role: roleOperator, account: e.request.AccountID})
		t.wake(timerReach, t.settings.ReachTimeout)
		t.do(answer{id})
		return
	}
	if t.offer != "" {
		t.phase = phaseOffer
	} else {
		t.wake(timerReach, t.settings.ReachTimeout)
	}
	t.do(find{t.operator, roleOperator})
}

// dialCitizen calls the citizen, now that an operator is there.
func (t *turn) dialCitizen() {
	t.phase = phaseDial
	if t.with(roleCitizen, false) != nil {
		return
	}
	id := t.add(leg{role: roleCitizen})
	t.do(dial{
		leg: id, trunk: t.request.TrunkID, number: t.request.Number, caller: t.request.From, timeout: t.request.RingTimeout,
	})
}

func (stop) apply(t *turn) { t.finishCall(End{Cause: EndByDrain}) }
