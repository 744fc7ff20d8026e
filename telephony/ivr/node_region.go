package ivr

import "strings"

// RegionNode finds the caller's region: by the number, with a confirmation, corrected by the two or three digits of a
// vehicle plate or, where speech is recognised, by name.
type RegionNode struct {
	// Confirm asks whether {region_name} is right: 1 yes, 2 no.
	Confirm Prompt `json:"confirm"`
	// Ask asks for the code.
	Ask     Prompt `json:"ask"`
	Invalid Prompt `json:"invalid,omitempty"`
	BargeIn bool   `json:"barge_in,omitempty"`
	Speech  bool   `json:"speech,omitempty"`
	Tries   int    `json:"tries,omitempty"`
	Timeout int    `json:"timeout_s,omitempty"`
	Goto    string `json:"goto"`
	// Unknown is where the caller goes without a region.
	Unknown string `json:"unknown"`
}

// Steps inside the node.
const (
	stepLookup  = "lookup"
	stepConfirm = "confirm"
	stepAsk     = "ask"
	stepFind    = "find"
	stepTalking = "talking"
	// answerSeconds is how long a question to the centre may take.
	answerSeconds = 10
	// candidate is the region that is to be confirmed.
	candidate = "region_candidate"
)

// Type is "region".
func (n *RegionNode) Type() string { return "region" }

func (n *RegionNode) exits() []exit {
	return []exit{{"goto", n.Goto, true}, {"unknown", n.Unknown, true}}
}

func (n *RegionNode) prompts() []promptAt {
	return []promptAt{
		{path: "confirm", prompt: n.Confirm, required: true, values: []string{ValueName}},
		{path: "ask", prompt: n.Ask, required: true},
		{path: "invalid", prompt: n.Invalid},
	}
}

func (n *RegionNode) check(r *report) { checkTries(r, n.Tries, n.Timeout) }

func (n *RegionNode) enter(m *machine) {
	if m.s.Values[ValueCaller] == "" {
		n.ask(m, nil)
		return
	}
	n.find(m, stepLookup, FindRegion{Number: m.s.Values[ValueCaller]})
}

func (n *RegionNode) find(m *machine, step string, f FindRegion) {
	m.s.Step = step
	m.s.Turn++
	f.Turn = m.s.Turn
	m.do(f)
	m.await(answerSeconds)
}

func (n *RegionNode) ask(m *machine, before Prompt) {
	m.s.Step, m.s.Digits = stepAsk, ""
	m.say(append(append(Prompt{}, before...), n.Ask...), n.BargeIn, n.hints())
}

func (n *RegionNode) hints() []string {
	if !n.Speech {
		return nil
	}
	return []string{"да", "нет", "область", "край", "республика"}
}

func (n *RegionNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case Said:
		m.await(n.Timeout)
	case RegionKnown:
		n.found(m, e)
	case Digit:
		n.key(m, e.Key)
	case Heard:
		n.heard(m, e.Text)
	case TimeUp:
		if e.Name == TimerInput {
			n.timeUp(m)
		}
	}
}

func (n *RegionNode) found(m *machine, e RegionKnown) {
	if m.s.Step != stepLookup && m.s.Step != stepFind {
		return
	}
	m.do(Timer{Name: TimerInput})
	if e.Code == "" {
		if m.s.Step == stepLookup { // the number said nothing: no failure of the caller's
			m.forgetAhead()
			n.ask(m, nil)
		} else {
			n.retry(m)
		}
		return
	}
	m.set(candidate, e.Code)
	m.set(ValueName, e.Name)
	m.s.Step = stepConfirm
	m.say(n.Confirm, n.BargeIn, n.hints())
}

func (n *RegionNode) retry(m *machine) {
	if m.again(n.Tries, "unknown", n.Unknown) {
		n.ask(m, n.Invalid)
	}
}

func (n *RegionNode) key(m *machine, key byte) {
	switch m.s.Step {
	case stepConfirm:
		m.heed()
		n.answer(m, byKey(yesNo, key))
	case stepAsk:
		m.heed()
		if key != '#' {
			m.s.Digits += string(key)
		}
		if key == '#' || len(m.s.Digits) == 3 {
			n.code(m)
			return
		}
		m.await(3) // most codes have two digits
	}
}

func (n *RegionNode) code(m *machine) {
	m.input = m.s.Digits
	if m.s.Digits == "" || strings.ContainsAny(m.s.Digits, "*#") {
		n.retry(m)
		return
	}
	n.find(m, stepFind, FindRegion{Code: m.s.Digits})
}

func (n *RegionNode) heard(m *machine, text string) {
	if !n.Speech || m.s.Step != stepConfirm && m.s.Step != stepAsk {
		return
	}
	m.heed()
	if m.s.Step == stepConfirm {
		if i := bySpeech(yesNo, text); i >= 0 {
			n.answer(m, i)
			return
		}
	}
	n.find(m, stepFind, FindRegion{Spoken: text})
}

// answer takes the confirmation: 0 yes, 1 no, −1 neither.
func (n *RegionNode) answer(m *machine, i int) {
	switch i {
	case 0:
		m.set(ValueRegion, m.s.Values[candidate])
		m.set(candidate, "")
		m.do(Collect{Wish: m.wish("")})
		m.leave("goto", n.Goto)
	case 1:
		if m.again(n.Tries, "unknown", n.Unknown) {
			n.ask(m, nil)
		}
	default:
		if m.again(n.Tries, "unknown", n.Unknown) {
			m.say(n.Confirm, n.BargeIn, n.hints())
		}
	}
}

func (n *RegionNode) timeUp(m *machine) {
	switch m.s.Step {
	case stepConfirm:
		// Silence is no objection to what the number says; to what the caller typed neither.
		n.answer(m, 0)
	case stepAsk:
		if m.s.Digits != "" {
			n.code(m)
			return
		}
		n.retry(m)
	default: // the centre did not answer
		m.leave("unknown", n.Unknown)
	}
}
