package telephony

import "ekc/telephony/ivr"

func (e consultCommand) apply(t *turn) {
	if t.talking(e.id, e.account) == nil {
		return
	}
	if t.consult != consultNone {
		t.refuse(e.id, "a consultation is under way")
		return
	}
	if e.target.AccountID == e.account {
		t.refuse(e.id, "one cannot consult oneself")
		return
	}
	t.consult, t.target, t.declined = consultCalling, e.target, false
	t.note, t.failed = noteNone, noteNone
	t.asked++
	t.call2(e.target)
	t.admitVisitors()
	t.wake(timerConsult, t.settings.ConsultTimeout)
	t.reply(e.id, nil)
}

// apply ends a consultation that the colleague does not want.
func (e declineCommand) apply(t *turn) {
	if t.phase != phaseTalk || t.consult != consultCalling || t.target.AccountID != e.account {
		t.refuse(e.id, "the account is not waited for in this call")
		return
	}
	t.endConsultAs(noteDeclined)
	t.reply(e.id, nil)
}

// call2 calls the second party.
func (t *turn) call2(target Target) {
	if target.AccountID != "" {
		t.joining = append(t.joining, expected{account: target.AccountID, role: roleConsulted})
		t.do(find{target.AccountID, roleConsulted})
		return
	}
	id := t.add(leg{role: roleConsulted})
	t.do(dial{
		leg: id, trunk: target.TrunkID, number: target.Number, caller: target.From, timeout: t.settings.ConsultTimeout,
	})
}

func (t *turn) consultedUp(l *leg) {
	switch {
	case t.phase == phaseMenu && t.menu.transfer != 0:
		t.step(ivr.Transferred{Turn: t.menu.transfer, OK: true})
		t.menu.transfer, t.menu.music = 0, false
		t.phase = phasePassed
	case t.phase == phaseTalk && t.consult == consultCalling:
		t.wake(timerConsult, 0)
		t.consult, t.note = consultTalking, noteNone
		t.dropOthers(l)
		t.answerAside()
	case t.replaced(l):
	case t.phase == phasePassed && l.account == "":
		t.startRecording()
	default:
		t.dropWith(l, elsewhere)
	}
}

// consultedDown is the end of the second party's leg: the operator is alone again, or the caller whom it was passed on to.
// why is how it ended, when it was not answered.
func (t *turn) consultedDown(gone leg, why consultNote) {
	if t.failed != noteDeclined { // one who declines has spoken for all devices
		t.failed = why
	}
	if t.with(roleConsulted, false) != nil && !gone.up {
		return // other devices ring on
	}
	switch {
	case t.phase == phaseMenu && t.menu.transfer != 0:
		turn := t.menu.transfer
		t.menu.transfer, t.menu.music = 0, false
		t.step(ivr.Transferred{Turn: turn})
	case t.phase == phasePassed && gone.up:
		t.end = &End{Cause: EndByOperator}
		t.bye(textBye)
	case t.phase == phasePassed:
		t.bye(textUnreachable)
	case t.consult == consultCalling && !gone.up && gone.account != "":
		t.do(look{gone.account, t.asked})
	case t.consult == consultCalling && !gone.up:
		t.endConsultAs(why)
	default:
		t.endConsult()
	}
}

// endConsult brings operator and citizen back together, unless the citizen is held otherwise.
func (t *turn) endConsult() {
	if t.consult == consultNone {
		return
	}
	t.consult, t.note = consultNone, noteNone
	t.wake(timerConsult, 0)
	t.dropRole(roleConsulted, 0)
	t.dropAside()
	t.unexpect(roleConsulted, "")
	operator := t.with(roleOperator, true)
	t.held = t.centre == "HELD" || operator != nil && operator.held
}

// endConsultAs ends a consultation that became no talk.
func (t *turn) endConsultAs(why consultNote) {
	t.declined = why == noteDeclined
	t.endConsult()
	t.note = why
}

// consultTimeUp ends a consultation that nobody has answered, though a phone may have declined.
func (t *turn) consultTimeUp() {
	if t.consult != consultCalling {
		return
	}
	if t.failed == noteDeclined {
		t.endConsultAs(noteDeclined)
		return
	}
	t.endConsultAs(noteNoAnswer)
}

// apply ends a consultation when no phone has taken the call and no console is open; where one is, the colleague may still join there, until
// the timer says that they will not.
func (e watched) apply(t *turn) {
	if t.consult != consultCalling || t.asked != e.asked || t.with(roleConsulted, false) != nil {
		return
	}
	if e.open {
		t.note = noteConsole
		return
	}
	t.endConsultAs(t.failed)
}

// noteOf is what the end of a leg that was not answered says of its party.
func noteOf(e legDown) consultNote {
	switch {
	case e.answered:
		return noteNone
	case e.byPeer && (e.code == 486 || e.code == 600 || e.code == 603):
		return noteDeclined
	case e.code == 408 || e.code == 487:
		return noteNoAnswer
	default:
		return noteUnreachable
	}
}

// unexpect takes back that somebody may join.
func (t *turn) unexpect(r role, account string) {
	kept := t.joining[:0]
	for _, x := range t.joining {
		if x.role != r || account != "" && x.account != account {
			kept = append(kept, x)
		}
	}
	t.joining = kept
}

func (e consultEnd) apply(t *turn) {
	if t.talking(e.id, e.account) == nil {
		return
	}
	second := t.with(roleConsulted, true)
	switch {
	case t.consult == consultNone:
		t.refuse(e.id, "nobody is consulted")
		return
	case e.how == consultCancel:
		t.endConsult()
	case second == nil:
		t.refuse(e.id, "the other party has not answered")
		return
	case e.how == consultJoin:
		t.consult, t.held = consultConference, false
	case second.account != "":
		t.takeOver(second)
	default:
		t.passOn()
		t.tell(operatorHungUp{e.account})
	}
	t.reply(e.id, nil)
}

// passOn leaves the citizen with an outside party.
func (t *turn) passOn() {
	t.phase, t.consult, t.held, t.operator, t.moving = phasePassed, consultNone, false, "", ""
	t.wake(timerConsult, 0)
	t.transferDone()
	t.dropRole(roleOperator, 0)
	t.dropRole(roleAside, 0)
	t.dropRole(roleSupervisor, 0)
}

// apply passes the caller on to an outside number without waiting for an answer.
func (e passCommand) apply(t *turn) {
	if t.phase == phaseQueue && t.moving != "" && t.moving == e.account { // its phone has hung up after asking for it
		t.stopWaiting()
	} else if t.talking(e.id, e.account) == nil {
		return
	}
	if t.consult != consultNone {
		t.refuse(e.id, "a consultation is under way")
		return
	}
	t.call2(Target{Number: e.target.Number, TrunkID: e.target.TrunkID, From: e.target.From})
	t.passOn()
	t.tell(operatorHungUp{e.account})
	t.reply(e.id, nil)
}

func (e superviseCommand) apply(t *turn) {
	l := t.of(e.account)
	switch {
	case e.mode == "":
		t.unexpect(roleSupervisor, e.account)
		for i := range t.legs {
			if s := &t.legs[i]; s.role == roleSupervisor && s.account == e.account {
				t.drop(s)
			}
		}
	case t.phase != phaseTalk && t.phase != phaseDial:
		t.refuse(e.id, "nobody talks in this call")
		return
	case l != nil && l.role != roleSupervisor:
		t.refuse(e.id, "the account takes part in this call")
		return
	case l != nil:
		l.mode = e.mode
	default:
		t.unexpect(roleSupervisor, e.account)
		t.joining = append(t.joining, expected{account: e.account, role: roleSupervisor, mode: e.mode})
		t.do(find{e.account, roleSupervisor})
		t.admitVisitors()
	}
	t.reply(e.id, nil)
}

func (e takeOverCommand) apply(t *turn) {
	l := t.of(e.account)
	if l == nil || l.role != roleSupervisor || t.phase != phaseTalk {
		t.refuse(e.id, "the supervisor is not in this call")
		return
	}
	t.takeOver(l)
	t.reply(e.id, nil)
}
