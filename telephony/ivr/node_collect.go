package ivr

import (
	"slices"
	"strings"
)

// CollectNode takes a number of digits: a region's code, a reference, a telephone number.
type CollectNode struct {
	Prompt Prompt `json:"prompt"`
	// Save names the value that the digits become.
	Save string `json:"save"`
	// Min and Max are how many digits, 1 ≤ Min ≤ Max ≤ 32.
	Min int `json:"min"`
	Max int `json:"max"`
	// Terminator ends the digits early, # or *; empty means #.
	Terminator string `json:"terminator,omitempty"`
	// Timeout is in seconds after the prompt and between digits, 1 to 60; 0 means 7.
	Timeout int `json:"timeout_s,omitempty"`
	// PauseRecording: the digits are personal data. The recording pauses until the node is left, for so many seconds at most, 5 to 600,
	// and the timeline does not show them; 0: nothing of that.
	PauseRecording int    `json:"pause_recording_s,omitempty"`
	Tries          int    `json:"tries,omitempty"`
	BargeIn        bool   `json:"barge_in,omitempty"`
	Invalid        Prompt `json:"invalid,omitempty"`
	Goto           string `json:"goto"`
	Fallback       string `json:"fallback"`
}

// Type is "collect".
func (n *CollectNode) Type() string { return "collect" }

func (n *CollectNode) exits() []exit {
	return []exit{{"goto", n.Goto, false}, {"fallback", n.Fallback, true}}
}

func (n *CollectNode) prompts() []promptAt {
	return []promptAt{{path: "prompt", prompt: n.Prompt, required: true}, {path: "invalid", prompt: n.Invalid}}
}

func (n *CollectNode) check(r *report) {
	if n.Min < 1 || n.Max > 32 || n.Min > n.Max {
		r.add("min", CodeRange, "want 1 <= min <= max <= 32")
	}
	if n.Terminator != "" && n.Terminator != "#" && n.Terminator != "*" {
		r.add("terminator", CodeInvalid, "want # or *")
	}
	if !valueName.MatchString(n.Save) || slices.Contains(reserved, n.Save) {
		r.add("save", CodeInvalid, "want a name of small letters, digits and _ that is none of the flow's own")
	}
	checkTries(r, n.Tries, n.Timeout)
	checkDictation(r, n.PauseRecording)
}

func (n *CollectNode) dictationSeconds() int { return n.PauseRecording }

func (n *CollectNode) enter(m *machine) { m.say(n.Prompt, n.BargeIn, nil) }

func (n *CollectNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case Said:
		m.await(n.Timeout)
	case Digit:
		n.key(m, e.Key)
	case TimeUp:
		if e.Name == TimerInput {
			n.done(m)
		}
	}
}

func (n *CollectNode) key(m *machine, key byte) {
	m.heed()
	terminator := n.Terminator
	if terminator == "" {
		terminator = "#"
	}
	if string(key) == terminator {
		n.done(m)
		return
	}
	m.s.Digits += string(key)
	if len(m.s.Digits) >= n.Max {
		n.done(m)
		return
	}
	m.await(n.Timeout)
}

func (n *CollectNode) done(m *machine) {
	digits := m.s.Digits
	if len(digits) >= n.Min && !strings.ContainsAny(digits, "*#") {
		m.input = digits
		m.set(n.Save, digits)
		m.do(Collect{Wish: m.wish("")})
		m.leave("goto", n.Goto)
		return
	}
	if m.again(n.Tries, "fallback", n.Fallback) {
		m.say(append(append(Prompt{}, n.Invalid...), n.Prompt...), n.BargeIn, nil)
	}
}
