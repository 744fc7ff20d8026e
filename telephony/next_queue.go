package telephony

import (
	"ekc/internal/fail"
	"ekc/telephony/ivr"
)

// startWaiting lets a caller wait whom the menu keeps company.
func (t *turn) startWaiting() {
	t.phase = phaseQueue
	t.waiting = waiting{since: t.at}
	t.do(ask{place{}})
	first := t.settings.PlaceEvery
	if t.scriptLed() { // the menu announces at the same interval, and shall know the place by then
		first -= first / 5
	}
	t.wake(timerPlace, first)
}

// enterQueue lets the citizen wait again, after an operator or without a menu: the switchboard keeps company itself.
func (t *turn) enterQueue() {
	t.dropSide()
	if t.phase == phaseMenu && t.scriptLed() { // the centre has queued the enquiry by itself
		t.startWaiting()
		return
	}
	t.parkMenu()
	t.startWaiting()
	t.do(hush{t.citizenID()})
	t.wake(timerMaxWait, t.settings.MaxWait)
	if t.settings.offers() {
		t.wake(timerCallback, t.settings.CallbackAfter)
	}
}

// stopWaiting ends what a waiting caller is told.
func (t *turn) stopWaiting() {
	t.waiting = waiting{}
	for _, name := range []timer{timerPlace, timerCallback, timerMaxWait, timerGather} {
		t.wake(name, 0)
	}
}

// waits reports whether the citizen waits for an operator.
func (t *turn) waits() bool { return t.phase == phaseQueue || t.phase == phaseOffer }

// apply tells the caller the place when it is better than what was told last.
func (e placed) apply(t *turn) {
	if t.scriptLed() {
		if t.waits() {
			t.step(ivr.PlaceKnown{Place: ivr.Place{Position: e.place.Position, Wait: e.place.Wait, Known: e.place.Known}})
		}
		return
	}
	if t.phase != phaseQueue || t.waiting.gathering || t.waiting.promising || e.place.Position <= 0 {
		return
	}
	last := t.waiting.told
	better := last.Position == 0 || e.place.Position < last.Position ||
		e.place.Known && last.Known && e.place.Wait <= last.Wait/2 && last.Wait-e.place.Wait >= minute
	if early := last.Position > 0 && t.at.Sub(t.waiting.toldAt) < t.settings.AnnounceEvery; !better || early {
		return
	}
	t.waiting.told, t.waiting.toldAt = e.place, t.at
	t.speak(true, false, placeSpeech(e.place)...)
}

func (t *turn) tickPlace() {
	if !t.waits() {
		return
	}
	t.do(ask{place{}})
	t.wake(timerPlace, t.settings.PlaceEvery)
}

// tickCallback offers a callback instead of waiting.
func (t *turn) tickCallback() {
	if !t.waits() || t.waiting.offers >= t.settings.CallbackOffers {
		return
	}
	if t.phase == phaseQueue && !t.waiting.gathering && !t.waiting.promising {
		t.waiting.offers++
		t.speak(true, false, Speech{Text: textCallbackOffer})
	}
	t.wake(timerCallback, t.settings.CallbackAfter)
}

// tickMaxWait ends a wait that has become too long.
func (t *turn) tickMaxWait() {
	switch {
	case !t.waits():
	case t.phase == phaseOffer, t.waiting.gathering, t.waiting.promising:
		t.wake(timerMaxWait, minute)
	case t.call.Caller != "":
		t.promise(t.call.Caller)
	default:
		t.gather()
	}
}

// waitingKey is a key that a waiting caller presses: 1 asks for a callback.
func (t *turn) waitingKey(key byte) {
	if t.phase != phaseQueue || t.waiting.promising {
		return
	}
	if t.waiting.gathering {
		t.gatherKey(key)
		return
	}
	if key != '1' || !t.settings.offers() {
		return
	}
	if t.call.Caller != "" {
		t.promise(t.call.Caller)
		return
	}
	t.gather()
}

// gather asks for the number of a caller who hides it.
func (t *turn) gather() {
	t.waiting.gathering, t.waiting.number = true, ""
	t.speak(true, true, Speech{Text: textCallbackNumber})
	t.wake(timerGather, gatherTime)
}

func (t *turn) gatherKey(key byte) {
	if key >= '0' && key <= '9' && len(t.waiting.number) < 11 {
		t.waiting.number += string(key)
		t.wake(timerGather, gatherTime)
	}
	if key != '#' && len(t.waiting.number) < 11 {
		return
	}
	number, ok := homeNumber(t.waiting.number)
	if !ok {
		t.gather()
		return
	}
	t.waiting.gathering = false
	t.wake(timerGather, 0)
	t.promise(number)
}

func (t *turn) tickGather() {
	if t.waiting.gathering {
		t.waiting.gathering = false
		t.speak(true, false, Speech{Text: textStayOnLine})
	}
}

func (t *turn) promise(number string) {
	t.waiting.promising = true
	t.tell(callback{number: number})
}

// apply says goodbye when the callback is promised, and goes on waiting when it cannot be. With the promise the enquiry is no
// longer this call's.
func (e promised) apply(t *turn) {
	t.waiting.promising = false
	if t.phase == phaseOver || t.phase == phaseParting || t.phase == phaseTalk || t.phase == phaseReach {
		return
	}
	if e.err == nil {
		t.dropSide()
		t.stopWaiting()
		t.offer, t.offered, t.quiet = "", "", true
		t.do(release{})
	}
	switch {
	case t.scriptLed():
		if e.err == nil {
			t.phase = phaseMenu
		}
		t.step(ivr.CallbackBooked{Turn: t.menu.booking, OK: e.err == nil})
	case e.err == nil:
		t.end = &End{Cause: EndByMenu}
		t.bye(textCallbackPromised)
	case t.phase == phaseQueue && fail.CodeOf(e.err) != fail.Conflict:
		t.speak(true, false, Speech{Text: textStayOnLine})
	}
}

// homeNumber makes E.164 of ten digits, or of eleven that begin with 7 or 8.
func homeNumber(digits string) (string, bool) {
	switch {
	case len(digits) == 10:
		return "+7" + digits, true
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8'):
		return "+7" + digits[1:], true
	default:
		return "", false
	}
}
