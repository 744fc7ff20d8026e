package telephony

import (
	"slices"

	"ekc/telephony/ivr"
	"ekc/telephony/signaling"
)

func (e tick) apply(t *turn) {
	switch e.name {
	case timerPlace:
		t.tickPlace()
	case timerCallback:
		t.tickCallback()
	case timerMaxWait:
		t.tickMaxWait()
	case timerGather:
		t.tickGather()
	case timerReach:
		t.tickReach()
	case timerConsult:
		t.consultTimeUp()
	case timerRate:
		t.tickRate()
	case timerPause:
		t.pauseRecording(0)
	case timerJoin:
		t.refuseVisitors()
	case timerLinger:
		t.tickLinger()
	default:
		t.tickMenu(e.name)
	}
}

// tickReach gives up an operator who has accepted and whose device never came.
func (t *turn) tickReach() {
	if t.phase != phaseReach {
		return
	}
	account := t.operator
	if t.with(roleCitizen, true) == nil {
		t.tell(operatorLost{account})
		t.withdraw()
		return
	}
	t.loseOperator(account)
}

// tickLinger forgets legs that do not close.
func (t *turn) tickLinger() {
	if t.phase != phaseOver {
		return
	}
	for _, l := range t.legs {
		t.do(hangup{l.id, signaling.Cause{Q850: 102, Text: "No answer to the end of the call"}})
	}
	t.legs = nil
	t.settle()
}

// apply sends a key to whoever it is meant for.
func (e digit) apply(t *turn) {
	l := t.find(e.leg)
	switch {
	case l == nil:
	case l.role != roleCitizen || t.phase == phaseTalk || t.phase == phasePassed || t.phase == phaseReach:
		t.passKey(l, e.key)
	case t.scriptLed():
		t.step(ivr.Digit{Key: e.key})
	case t.waits():
		t.waitingKey(e.key)
	case t.phase == phaseParting:
		t.partingKey(e.key)
	}
}

// passKey gives a key of somebody who talks to the parties outside who hear them: the menu of another house. Between two the
// media engine passes keys itself; it cannot where more are connected, or where a party takes keys by INFO alone.
func (t *turn) passKey(from *leg, key byte) {
	s := sounds(&t.state)
	for _, m := range s.mix {
		to := t.find(m.leg)
		outside := to != nil && (to.role == roleCitizen || to.role == roleConsulted && to.account == "")
		if outside && slices.Contains(m.hears, from.id) {
			t.do(keys{leg: to.id, digits: string(key), relayed: s.pair()})
		}
	}
}

func (e said) apply(t *turn) {
	switch {
	case t.scriptLed():
		t.menuSaid(e)
	case t.phase == phaseParting:
		t.partingSaid(e)
	}
}
