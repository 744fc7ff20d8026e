package ivr

import "fmt"

// MenuNode lets the caller choose by key, or by voice where speech is recognised.
type MenuNode struct {
	Prompt  Prompt   `json:"prompt"`
	Choices []Choice `json:"choices"`
	// BargeIn: the caller may choose before the prompt has ended.
	BargeIn bool `json:"barge_in,omitempty"`
	Speech  bool `json:"speech,omitempty"`
	// Tries is how often the prompt is said, 1 to 10; 0 means 3.
	Tries int `json:"tries,omitempty"`
	// Timeout is in seconds after the prompt, 1 to 60; 0 means 7.
	Timeout int `json:"timeout_s,omitempty"`
	// Invalid is said before the prompt after a key that is no choice, Silent after none; empty: only the prompt.
	Invalid Prompt `json:"invalid,omitempty"`
	Silent  Prompt `json:"silent,omitempty"`
	// Fallback is where the caller goes after the last try.
	Fallback string `json:"fallback"`
}

// Type is "menu".
func (n *MenuNode) Type() string { return "menu" }

func (n *MenuNode) exits() []exit {
	exits := make([]exit, 0, len(n.Choices)+1)
	for i, c := range n.Choices {
		exits = append(exits, exit{choicePath(i), c.Goto, false})
	}
	return append(exits, exit{"fallback", n.Fallback, true})
}

func choicePath(i int) string { return fmt.Sprintf("choices[%d].goto", i) }

func (n *MenuNode) prompts() []promptAt {
	return []promptAt{
		{path: "prompt", prompt: n.Prompt, required: true},
		{path: "invalid", prompt: n.Invalid},
		{path: "silent", prompt: n.Silent},
	}
}

func (n *MenuNode) check(r *report) {
	if len(n.Choices) == 0 {
		r.add("choices", CodeNoExit, "a menu without choices has no exit but its fallback")
	}
	checkChoices(r, "choices", n.Choices)
	checkTries(r, n.Tries, n.Timeout)
}

func checkTries(r *report, tries, timeout int) {
	if tries < 0 || tries > 10 {
		r.add("tries", CodeRange, "want 1 to 10, or 0 for %d", defaultTries)
	}
	if timeout < 0 || timeout > 60 {
		r.add("timeout_s", CodeRange, "want 1 to 60 seconds, or 0 for %d", defaultTimeout)
	}
}

func (n *MenuNode) enter(m *machine) { n.ask(m, nil) }

func (n *MenuNode) ask(m *machine, before Prompt) {
	var words []string
	if n.Speech {
		words = hints(n.Choices)
	}
	m.say(append(append(Prompt{}, before...), n.Prompt...), n.BargeIn, words)
}

func (n *MenuNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case Said:
		m.await(n.Timeout)
	case Digit:
		n.chosen(m, byKey(n.Choices, e.Key))
	case Heard:
		if n.Speech {
			n.chosen(m, bySpeech(n.Choices, e.Text))
		}
	case TimeUp:
		if e.Name == TimerInput && m.again(n.Tries, "fallback", n.Fallback) {
			n.ask(m, n.Silent)
		}
	}
}

func (n *MenuNode) chosen(m *machine, i int) {
	m.heed()
	if i >= 0 {
		m.leave(choicePath(i), n.Choices[i].Goto)
		return
	}
	if m.again(n.Tries, "fallback", n.Fallback) {
		n.ask(m, n.Invalid)
	}
}

// again counts a failure and reports whether the caller may try once more; otherwise the node is left by the exit.
func (m *machine) again(tries int, exit, target string) bool {
	if tries <= 0 {
		tries = defaultTries
	}
	m.s.Tries++
	m.s.Digits = ""
	m.forgetAhead()
	if m.s.Tries < tries {
		return true
	}
	m.leave(exit, target)
	return false
}
