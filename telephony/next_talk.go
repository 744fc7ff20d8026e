package telephony

import (
	"time"

	"ekc/internal/fail"
	"ekc/telephony/ivr"
)

// operatorDone is the end of the talk on the centre's side: the caller is asked for a rating.
func (t *turn) operatorDone() {
	t.dropSide()
	if t.with(roleCitizen, true) == nil {
		t.finishCall(End{Cause: EndByOperator})
		return
	}
	t.phase, t.operator, t.offer, t.offered = phaseParting, "", "", ""
	t.menu.parked = false
	if t.scriptLed() {
		t.end = &End{Cause: EndByOperator}
		t.do(hush{t.citizenID()})
		t.wake(timerRate, menuTime)
		if t.step(ivr.OperatorLeft{}) > 0 {
			return
		}
		t.stopMenu()
	}
	if t.outgoing || t.settings.RateTimeout < 0 {
		t.end = &End{Cause: EndByOperator}
		t.bye(textBye)
		return
	}
	t.startRating()
}

func (e hangupCommand) apply(t *turn) {
	if l := t.of(e.account); l == nil || l.role != roleOperator || t.phase != phaseTalk && t.phase != phaseDial {
		t.refuse(e.id, "the operator is not in this call")
		return
	}
	t.reply(e.id, nil)
	if t.phase == phaseDial {
		t.finishCall(End{Cause: EndByOperator})
		return
	}
	t.tell(operatorHungUp{e.account})
	t.operatorDone()
}

// party is the leg of somebody who takes part; nil and a refusal when there is none.
func (t *turn) party(id uint64, account string) *leg {
	l := t.of(account)
	if l == nil {
		t.reply(id, fail.New(fail.NotFound, "the account has no leg in this call"))
	}
	return l
}

// talking is the leg of the operator who talks; nil and a refusal otherwise.
func (t *turn) talking(id uint64, account string) *leg {
	l := t.of(account)
	if l == nil || l.role != roleOperator || t.phase != phaseTalk {
		t.refuse(id, "the operator is not talking in this call")
		return nil
	}
	return l
}

func (e muteCommand) apply(t *turn) {
	if l := t.party(e.id, e.account); l != nil {
		l.muted = e.on
		t.do(mute{l.id, e.on})
		t.reply(e.id, nil)
	}
}

func (e keysCommand) apply(t *turn) {
	if t.talking(e.id, e.account) == nil {
		return
	}
	to := t.with(roleCitizen, true)
	if l := t.with(roleConsulted, true); l != nil && t.consult == consultTalking {
		to = l
	}
	t.do(keys{leg: to.id, digits: e.digits})
	t.reply(e.id, nil)
}

func (e recordCommand) apply(t *turn) {
	if t.talking(e.id, e.account) == nil {
		return
	}
	if t.recording == recordOff {
		t.refuse(e.id, "this call is not recorded")
		return
	}
	if !e.paused {
		e.limit = 0
	}
	t.pauseRecording(e.limit)
	t.reply(e.id, nil)
}

// pauseRecording writes silence for so long at most; 0 ends it. A call that is not recorded stays so.
func (t *turn) pauseRecording(limit time.Duration) {
	stage := recordOn
	if limit > 0 {
		stage = recordPaused
	}
	if t.recording == recordOff {
		return
	}
	t.wake(timerPause, limit)
	if t.recording != stage {
		t.recording = stage
		t.do(record{stage})
	}
}

// apply carries out a transfer that a phone asks for.
func (e referred) apply(t *turn) {
	l := t.find(e.leg)
	if l == nil || l.leaving {
		return
	}
	switch {
	case e.attended:
		t.joinCalls(l, e.replaced)
		return
	case l.role != roleOperator || t.phase != phaseTalk || e.target == "":
		t.do(refer{leg: e.leg, code: 603})
		return
	}
	t.do(refer{leg: e.leg, code: 202})
	t.referring, t.moving = e.leg, l.account
	t.tell(transfer{leg: e.leg, account: l.account, target: e.target})
}

func (e passedOn) apply(t *turn) {
	if e.err == nil {
		if t.referring == e.leg { // else the centre's change came first
			t.transferDone()
		}
		return
	}
	if t.referring == e.leg {
		t.referring = 0
		t.do(refer{leg: e.leg, code: 603, report: true})
	}
	t.transferFailed()
}
