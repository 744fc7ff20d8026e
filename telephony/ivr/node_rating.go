package ivr

import "fmt"

// RatingNode asks for a rating of the service from 1 to 5 (CSAT).
type RatingNode struct {
	Prompt  Prompt `json:"prompt"`
	Invalid Prompt `json:"invalid,omitempty"`
	Thanks  Prompt `json:"thanks,omitempty"`
	Tries   int    `json:"tries,omitempty"`
	Timeout int    `json:"timeout_s,omitempty"`
	Speech  bool   `json:"speech,omitempty"`
	// Goto is where the caller goes, rated or not.
	Goto string `json:"goto"`
}

const stepThanks = "thanks"

var ratings = []Choice{
	{Digit: "1", Phrases: []string{"единица"}},
	{Digit: "2", Phrases: []string{"двойка"}},
	{Digit: "3", Phrases: []string{"тройка"}},
	{Digit: "4", Phrases: []string{"четвёрка", "хорошо"}},
	{Digit: "5", Phrases: []string{"пятёрка", "отлично"}},
}

// Type is "rating".
func (n *RatingNode) Type() string { return "rating" }

func (n *RatingNode) exits() []exit { return []exit{{"goto", n.Goto, true}} }

func (n *RatingNode) prompts() []promptAt {
	return []promptAt{
		{path: "prompt", prompt: n.Prompt, required: true}, {path: "invalid", prompt: n.Invalid}, {path: "thanks", prompt: n.Thanks},
	}
}

func (n *RatingNode) check(r *report) { checkTries(r, n.Tries, n.Timeout) }

func (n *RatingNode) enter(m *machine) { n.ask(m, nil) }

func (n *RatingNode) ask(m *machine, before Prompt) {
	var words []string
	if n.Speech {
		words = hints(ratings)
	}
	m.say(append(append(Prompt{}, before...), n.Prompt...), true, words)
}

func (n *RatingNode) on(m *machine, e Event) {
	if m.s.Step == stepThanks {
		if _, ok := e.(Said); ok {
			m.leave("goto", n.Goto)
		}
		return
	}
	switch e := e.(type) {
	case Said:
		m.await(n.Timeout)
	case Digit:
		n.rated(m, byKey(ratings, e.Key))
	case Heard:
		if n.Speech {
			n.rated(m, bySpeech(ratings, e.Text))
		}
	case TimeUp:
		if e.Name == TimerInput && m.again(n.Tries, "goto", n.Goto) {
			n.ask(m, nil)
		}
	}
}

func (n *RatingNode) rated(m *machine, i int) {
	m.heed()
	if i < 0 {
		if m.again(n.Tries, "goto", n.Goto) {
			n.ask(m, n.Invalid)
		}
		return
	}
	m.set(ValueRating, fmt.Sprint(i+1))
	m.do(Rate{Rating: i + 1})
	m.branch("rated", fmt.Sprint(i+1), m.s.Node)
	m.s.Step = stepThanks
	m.say(n.Thanks, false, nil)
}
