package telephony

import (
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
		t.endConsult()
	case timerRate:
		t.tickRate()
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
	if l == nil || l.role != roleCitizen {
		return
	}
	switch {
	case t.phase == phaseTalk || t.phase == phasePassed || t.phase == phaseReach:
	case t.scriptLed():
		t.step(ivr.Digit{Key: e.key})
	case t.waits():
		t.waitingKey(e.key)
	case t.phase == phaseParting:
		t.partingKey(e.key)
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
