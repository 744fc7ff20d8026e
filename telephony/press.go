package telephony

import "time"

// keyTime is how long a key is pressed that is sent by INFO.
const keyTime = 120 * time.Millisecond

// press presses keys towards a leg, by RFC 4733 or, where that was not agreed, by INFO.
func (c *call) press(e keys) {
	l := c.lines[e.leg]
	if l == nil {
		return
	}
	if l.sip == nil || l.sip.takesKeys() {
		if !e.relayed {
			_ = l.leg.Media().SendDTMF(e.digits, 0, 0)
		}
		return
	}
	for _, key := range e.digits { // no telephone-event was agreed: by INFO
		_ = l.sip.dialog.SendDigit(key, keyTime)
	}
}

// takesKeys reports whether the party takes keys by RFC 4733.
func (l *sipLeg) takesKeys() bool {
	m, agreed := l.session.Media()
	return agreed && m.SendEvent != 0
}
