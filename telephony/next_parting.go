package telephony

// startRating asks the caller for a rating of the talk.
func (t *turn) startRating() {
	t.phase, t.parting = phaseParting, partingRate
	t.end = &End{Cause: EndByOperator}
	t.do(hush{t.with(roleCitizen, true).id})
	t.menu.saying = t.speak(false, true, Speech{Text: textRate})
}

// bye says a last word and hangs up.
func (t *turn) bye(text string) {
	t.stopMenu()
	t.phase, t.parting = phaseParting, partingBye
	if t.end == nil {
		t.end = &End{Cause: EndByMenu}
	}
	t.wake(timerRate, byeTime)
	if text != "" {
		t.menu.saying = t.speak(false, false, Speech{Text: text})
	}
	if t.menu.saying == 0 {
		t.finishCall(*t.end)
	}
}

func (t *turn) partingSaid(e said) {
	if e.tag != t.menu.saying {
		return
	}
	t.menu.saying = 0
	switch {
	case t.parting == partingBye:
		t.finishCall(*t.end)
	case !e.bargeIn:
		t.wake(timerRate, t.settings.RateTimeout)
	}
}

func (t *turn) partingKey(key byte) {
	if t.parting != partingRate || key < '1' || key > '5' {
		return
	}
	t.tell(rate{int(key - '0')})
	t.bye(textThanks)
}

func (t *turn) tickRate() {
	switch {
	case t.phase != phaseParting:
	case t.parting == partingBye:
		t.finishCall(*t.end)
	default:
		t.bye(textBye)
	}
}
