package ivr

import "strings"

// CallbackNode promises a callback: to the number that calls, or to another one. Who is in a queue keeps the place.
type CallbackNode struct {
	// Confirm asks whether {phone} is right: 1 yes, 2 another number, any other key back.
	Confirm Prompt `json:"confirm"`
	// Number asks for ten digits.
	Number  Prompt `json:"number"`
	Invalid Prompt `json:"invalid,omitempty"`
	Booked  Prompt `json:"booked"`
	Tries   int    `json:"tries,omitempty"`
	Timeout int    `json:"timeout_s,omitempty"`
	// Goto is where the caller goes with the promise, Declined without it (back to the queue).
	Goto     string `json:"goto"`
	Declined string `json:"declined"`
}

const (
	stepNumber  = "number"
	stepBooking = "booking"
	stepBooked  = "booked"
)

// Type is "callback".
func (n *CallbackNode) Type() string { return "callback" }

func (n *CallbackNode) exits() []exit {
	return []exit{{"goto", n.Goto, false}, {"declined", n.Declined, false}}
}

func (n *CallbackNode) prompts() []promptAt {
	return []promptAt{
		{path: "confirm", prompt: n.Confirm, required: true, values: []string{SlotPhone}},
		{path: "number", prompt: n.Number, required: true},
		{path: "invalid", prompt: n.Invalid},
		{path: "booked", prompt: n.Booked, required: true, values: []string{SlotPhone}},
	}
}

func (n *CallbackNode) check(r *report) { checkTries(r, n.Tries, n.Timeout) }

func (n *CallbackNode) enter(m *machine) {
	if number, ok := russian10(strings.TrimPrefix(m.s.Values[ValueCaller], "+")); ok {
		n.confirm(m, number)
		return
	}
	n.number(m, nil)
}

func (n *CallbackNode) confirm(m *machine, number string) {
	m.set(ValueCallback, number)
	m.s.Step = stepConfirm
	m.say(n.Confirm, true, nil)
}

func (n *CallbackNode) number(m *machine, before Prompt) {
	m.s.Step, m.s.Digits = stepNumber, ""
	m.say(append(append(Prompt{}, before...), n.Number...), true, nil)
}

// russian10 makes E.164 of ten digits that begin with 3, 4, 8 or 9, or of eleven with 7 or 8 before them.
func russian10(digits string) (string, bool) {
	if len(digits) == 11 && (digits[0] == '7' || digits[0] == '8') {
		digits = digits[1:]
	}
	if len(digits) != 10 || !strings.ContainsRune("3489", rune(digits[0])) || strings.ContainsFunc(digits, func(r rune) bool {
		return r < '0' || r > '9'
	}) {
		return "", false
	}
	return "+7" + digits, true
}

func (n *CallbackNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case Said:
		if m.s.Step == stepBooked {
			m.leave("goto", n.Goto)
			return
		}
		m.await(n.Timeout)
	case Digit:
		n.key(m, e.Key)
	case CallbackBooked:
		if m.s.Step == stepBooking {
			n.booked(m, e.OK)
		}
	case TimeUp:
		if e.Name == TimerInput {
			n.timeUp(m)
		}
	}
}

func (n *CallbackNode) key(m *machine, key byte) {
	switch m.s.Step {
	case stepConfirm:
		m.heed()
		switch byKey(yesNo, key) {
		case 0:
			n.book(m)
		case 1:
			n.number(m, nil)
		default:
			m.leave("declined", n.Declined)
		}
	case stepNumber:
		m.heed()
		if key == '*' {
			m.leave("declined", n.Declined)
			return
		}
		if key != '#' {
			m.s.Digits += string(key)
		}
		switch digits := m.s.Digits; {
		case key == '#', len(digits) == 11, len(digits) == 10 && digits[0] != '7' && digits[0] != '8':
			n.typed(m)
		default:
			m.await(n.Timeout)
		}
	}
}

func (n *CallbackNode) typed(m *machine) {
	if number, ok := russian10(m.s.Digits); ok {
		n.confirm(m, number)
		return
	}
	if m.again(n.Tries, "declined", n.Declined) {
		n.number(m, n.Invalid)
	}
}

func (n *CallbackNode) book(m *machine) {
	m.s.Step = stepBooking
	m.s.Turn++
	m.do(BookCallback{Turn: m.s.Turn, Number: m.s.Values[ValueCallback]})
	m.await(answerSeconds)
}

func (n *CallbackNode) booked(m *machine, ok bool) {
	m.do(Timer{Name: TimerInput})
	if !ok {
		m.leave("declined", n.Declined)
		return
	}
	m.s.QueueNode = "" // the callback has taken the place
	m.stopQueueTimers()
	m.branch("booked", m.s.Values[ValueCallback], m.s.Node)
	m.s.Step = stepBooked
	m.say(n.Booked, false, nil)
}

func (n *CallbackNode) timeUp(m *machine) {
	switch m.s.Step {
	case stepBooking:
		m.leave("declined", n.Declined)
	case stepNumber:
		if m.s.Digits != "" {
			n.typed(m)
			return
		}
		fallthrough
	default:
		if !m.again(n.Tries, "declined", n.Declined) {
			return
		}
		if m.s.Step == stepNumber {
			n.number(m, nil)
		} else {
			m.say(n.Confirm, true, nil)
		}
	}
}
