package telephony

import (
	"slices"
	"time"
)

// joinTime is how long somebody who is not expected yet may wait: an operator's browser is often here before the news that the
// operator has accepted, because that comes through the event log.
const joinTime = 2 * time.Second

// visitor is a browser's leg that has no place in the call yet.
type visitor struct {
	joined
	up bool
}

// apply gives somebody who comes by browser a place; the leg is up when the browser is connected.
func (e joined) apply(t *turn) {
	if t.admit(e, false) {
		return
	}
	t.visitors = append(t.visitors, visitor{joined: e})
	if t.phase == phaseOver || t.phase == phaseParting {
		t.refuseVisitors()
		return
	}
	t.wake(timerJoin, joinTime)
}

// admit takes a browser's leg into the call, if its account has a place.
func (t *turn) admit(e joined, up bool) bool {
	l := leg{id: e.leg, account: e.account}
	for _, x := range t.joining {
		if x.account == e.account {
			l.role, l.mode = x.role, x.mode
		}
	}
	current := t.with(roleOperator, true)
	back := current != nil && current.account == e.account && (t.phase == phaseTalk || t.phase == phaseDial)
	switch {
	case t.wants(e.account, roleOperator), back:
		l.role = roleOperator
	case l.role == 0:
		return false
	}
	t.legs = append(t.legs, l)
	t.reply(e.id, nil)
	if up {
		legUp{e.leg}.apply(t)
	}
	return true
}

// admitVisitors looks again who has a place.
func (t *turn) admitVisitors() {
	waiting := t.visitors
	t.visitors = nil
	for _, v := range waiting {
		if !t.admit(v.joined, v.up) {
			t.visitors = append(t.visitors, v)
		}
	}
}

// refuseVisitors sends away those who have none.
func (t *turn) refuseVisitors() {
	for _, v := range t.visitors {
		t.legs = append(t.legs, leg{id: v.leg, role: roleSupervisor, leaving: true})
		t.do(hangup{leg: v.leg})
		t.refuse(v.id, "nobody of that account is expected in this call")
	}
	t.visitors = nil
	t.wake(timerJoin, 0)
}

// visit notes what happens to a leg that has no place yet; false when it is none.
func (t *turn) visit(id legID, up bool) bool {
	i := slices.IndexFunc(t.visitors, func(v visitor) bool { return v.leg == id })
	switch {
	case i < 0:
		return false
	case up:
		t.visitors[i].up = true
	default:
		t.refuse(t.visitors[i].id, "the browser has gone")
		t.visitors = slices.Delete(t.visitors, i, i+1)
	}
	return true
}
