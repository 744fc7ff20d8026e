package telephony

import (
	"slices"
	"time"

	"ekc/internal/fail"
	"ekc/telephony/signaling"
)

// next is the call's state machine: what is so after e, and what must be done about it. It is pure.
func next(s state, e event, at time.Time) (state, []effect) {
	t := &turn{state: s.clone(), at: at}
	e.apply(t)
	return t.state, t.out
}

// turn is one step of the machine while it is made.
type turn struct {
	state
	at  time.Time
	out []effect
}

func (t *turn) do(effects ...effect)             { t.out = append(t.out, effects...) }
func (t *turn) tell(e errand)                    { t.do(tell{e}) }
func (t *turn) reply(id uint64, err error)       { t.do(reply{id, err}) }
func (t *turn) wake(name timer, d time.Duration) { t.do(wake{name, d}) }

// refuse answers a command that the call's state does not allow.
func (t *turn) refuse(id uint64, why string) { t.reply(id, fail.New(fail.Conflict, "%s", why)) }

// add makes a leg.
func (t *turn) add(l leg) legID {
	t.lastLeg++
	l.id = t.lastLeg
	t.legs = append(t.legs, l)
	return l.id
}

// drop hangs up a leg and takes it out of the sound at once.
func (t *turn) drop(l *leg) { t.dropWith(l, signaling.Cause{}) }

func (t *turn) dropWith(l *leg, cause signaling.Cause) {
	if l == nil || l.leaving {
		return
	}
	l.leaving = true
	if t.picked == l.id {
		t.picked = 0
	}
	t.do(hangup{l.id, cause})
}

// elsewhere tells phones that stop ringing that another one has answered (RFC 3326; cause 26 of Q.850).
var elsewhere = signaling.Cause{Code: 487, Q850: 26, Text: "Call completed elsewhere"}

// dropSide hangs up everybody on the centre's side of the call.
func (t *turn) dropSide() {
	for i := range t.legs {
		if t.legs[i].role != roleCitizen {
			t.drop(&t.legs[i])
		}
	}
	t.joining, t.consult, t.held, t.picked = nil, consultNone, false, 0
	t.do(wake{name: timerConsult}, wake{name: timerReach})
}

// dropRole hangs up all legs of a role but one.
func (t *turn) dropRole(r role, except legID) {
	for i := range t.legs {
		if l := &t.legs[i]; l.role == r && l.id != except {
			cause := signaling.Cause{}
			if except != 0 && !l.up {
				cause = elsewhere
			}
			t.dropWith(l, cause)
		}
	}
}

func (t *turn) citizenID() legID {
	if l := t.with(roleCitizen, false); l != nil {
		return l.id
	}
	return 0
}

// forget takes out a leg that is gone.
func (t *turn) forget(id legID) {
	t.legs = slices.DeleteFunc(t.legs, func(l leg) bool { return l.id == id })
}

// speak says something to the citizen and returns its tag.
func (t *turn) speak(over, bargeIn bool, items ...Speech) uint32 {
	l := t.with(roleCitizen, true)
	if l == nil {
		return 0
	}
	t.tag++
	t.do(say{leg: l.id, tag: t.tag, items: items, over: over, bargeIn: bargeIn})
	return t.tag
}

// finishCall ends the call: everybody goes, and the centre is told once.
func (t *turn) finishCall(end End) {
	if t.phase == phaseOver {
		return
	}
	end.At = t.at
	t.phase, t.end = phaseOver, &end
	t.stopMenu()
	for name := timer(1); name < timers; name++ {
		t.wake(name, 0)
	}
	if t.recording != recordOff {
		t.recording = recordOff
		t.do(record{recordOff})
	}
	t.do(release{})
	t.dropSide()
	t.refuseVisitors()
	t.drop(t.with(roleCitizen, false))
	if !t.quiet {
		t.tell(conclude{end})
	}
	t.wake(timerLinger, t.settings.Linger)
	t.settle()
}

// settle ends the actor when the call is over and nobody is left.
func (t *turn) settle() {
	if t.phase == phaseOver && len(t.legs) == 0 {
		t.do(wake{name: timerLinger}, finish{})
	}
}
