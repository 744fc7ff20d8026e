package ivr

import (
	"fmt"
	"strings"
)

// AskNode lets Yana answer: the caller speaks a question or chooses one by key, hears the short answer and says whether it
// helped. Everything that does not help leads to an operator.
type AskNode struct {
	Prompt Prompt `json:"prompt"`
	// Questions are asked by key; without speech recognition they are the only ones.
	Questions []Question `json:"questions,omitempty"`
	// Choices are keys that lead elsewhere, such as 0 to an operator.
	Choices []Choice `json:"choices,omitempty"`
	BargeIn bool     `json:"barge_in,omitempty"`
	Speech  bool     `json:"speech,omitempty"`
	Tries   int      `json:"tries,omitempty"`
	Timeout int      `json:"timeout_s,omitempty"`
	// PauseRecording: what the caller says here may be personal. The recording pauses until the node is left, for so many seconds at most,
	// 5 to 600; the question is a message of the interaction all the same. 0: nothing of that.
	PauseRecording int `json:"pause_recording_s,omitempty"`
	// Wait is said while she looks for the answer; empty: nothing.
	Wait Prompt `json:"wait,omitempty"`
	// Answer is said around {answer}; Clarify around {clarify}; DidHelp asks: 1 yes, 2 no, 3 another question.
	Answer  Prompt `json:"answer"`
	Clarify Prompt `json:"clarify"`
	DidHelp Prompt `json:"did_help"`
	Invalid Prompt `json:"invalid,omitempty"`
	// Rounds is how many questions one caller may ask, 1 to 10; 0 means 3.
	Rounds int `json:"rounds,omitempty"`
	// Helped is where who was helped goes; Operator everybody else.
	Helped   string `json:"helped"`
	Operator string `json:"operator"`
}

// Question is one that a key asks.
type Question struct {
	Digit   string   `json:"digit"`
	Phrases []string `json:"phrases,omitempty"`
	// Question is put to Yana in these words; Topic is kept with the enquiry.
	Question string `json:"question"`
	Topic    string `json:"topic,omitempty"`
}

const (
	stepThinking = "thinking"
	stepClarify  = "clarify"
	stepHelped   = "helped"
)

// Type is "ask".
func (n *AskNode) Type() string { return "ask" }

func (n *AskNode) exits() []exit {
	exits := []exit{{"helped", n.Helped, false}, {"operator", n.Operator, true}}
	for i, c := range n.Choices {
		exits = append(exits, exit{choicePath(i), c.Goto, false})
	}
	return exits
}

func (n *AskNode) prompts() []promptAt {
	return []promptAt{
		{path: "prompt", prompt: n.Prompt, required: true},
		{path: "wait", prompt: n.Wait},
		{path: "answer", prompt: n.Answer, required: true, values: []string{ValueAnswer}},
		{path: "clarify", prompt: n.Clarify, required: true, values: []string{SlotQuestion, ValueAnswer}},
		{path: "did_help", prompt: n.DidHelp, required: true},
		{path: "invalid", prompt: n.Invalid},
	}
}

func (n *AskNode) check(r *report) {
	checkChoices(r, "choices", n.Choices)
	all := append([]Choice{}, n.keys()[len(n.Choices):]...)
	checkChoices(r, "questions", all)
	for i, q := range n.Questions {
		if byKey(n.Choices, firstByte(q.Digit)) >= 0 {
			r.add(fmt.Sprintf("questions[%d].digit", i), CodeDuplicateDigit, "the key %s is used by choices already", q.Digit)
		}
		if strings.TrimSpace(q.Question) == "" {
			r.add(fmt.Sprintf("questions[%d].question", i), CodeMissing, "a question needs words")
		}
	}
	if len(n.Questions) == 0 && !n.Speech {
		r.add("questions", CodeMissing, "without speech there must be questions to choose from")
	}
	if n.Rounds < 0 || n.Rounds > 10 {
		r.add("rounds", CodeRange, "want 1 to 10, or 0 for %d", defaultTries)
	}
	checkTries(r, n.Tries, n.Timeout)
	checkDictation(r, n.PauseRecording)
}

func (n *AskNode) dictationSeconds() int { return n.PauseRecording }

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// keys are the choices and then the questions.
func (n *AskNode) keys() []Choice {
	all := append([]Choice{}, n.Choices...)
	for _, q := range n.Questions {
		all = append(all, Choice{Digit: q.Digit, Phrases: q.Phrases})
	}
	return all
}

func (n *AskNode) enter(m *machine) { n.question(m, nil) }

func (n *AskNode) question(m *machine, before Prompt) {
	m.s.Step, m.s.Choices = stepAsk, nil
	var words []string
	if n.Speech {
		words = hints(n.keys())
	}
	m.say(append(append(Prompt{}, before...), n.Prompt...), n.BargeIn, words)
}

func (n *AskNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case Said:
		switch m.s.Step {
		case stepThinking: // the filler is over; the answer's own time runs
			m.await(answerSeconds)
		default:
			m.await(n.Timeout)
		}
	case Answered:
		if m.s.Step == stepThinking {
			n.answered(m, e)
		}
	case Digit:
		n.key(m, e.Key)
	case Heard:
		if n.Speech {
			n.heard(m, e.Text)
		}
	case TimeUp:
		if e.Name == TimerInput {
			n.timeUp(m)
		}
	}
}

func (n *AskNode) key(m *machine, key byte) {
	if m.s.Step == stepThinking {
		if i := byKey(n.Choices, key); i >= 0 {
			m.leave(choicePath(i), n.Choices[i].Goto)
		}
		return
	}
	m.heed()
	switch m.s.Step {
	case stepAsk:
		n.picked(m, byKey(n.keys(), key), "")
	case stepClarify:
		if i := int(key) - '1'; i >= 0 && i < len(m.s.Choices) {
			n.put(m, m.s.Choices[i])
			return
		}
		m.leave("operator", n.Operator) // none of these
	case stepHelped:
		n.helped(m, byKey(helpedChoices, key))
	}
}

func (n *AskNode) heard(m *machine, text string) {
	switch m.s.Step {
	case stepAsk:
		m.heed()
		n.picked(m, bySpeech(n.keys(), text), text)
	case stepClarify:
		m.heed()
		n.put(m, text)
	case stepHelped:
		m.heed()
		n.helped(m, bySpeech(helpedChoices, text))
	}
}

// picked takes a key of the list; what was said and is on no list is the question itself.
func (n *AskNode) picked(m *machine, i int, text string) {
	switch {
	case i >= 0 && i < len(n.Choices):
		m.leave(choicePath(i), n.Choices[i].Goto)
	case i >= 0:
		q := n.Questions[i-len(n.Choices)]
		if q.Topic != "" {
			m.set(ValueTopic, q.Topic)
			m.do(Collect{Wish: m.wish("")})
		}
		n.put(m, q.Question)
	case len(stems(text)) > 0:
		n.put(m, text)
	default:
		if m.again(n.Tries, "operator", n.Operator) {
			n.question(m, n.Invalid)
		}
	}
}

// put asks Yana.
func (n *AskNode) put(m *machine, question string) {
	m.forgetAhead() // what she answers is not known yet
	m.set(ValueQuestion, question)
	m.branch("question", question, m.s.Node)
	m.s.Step = stepThinking
	m.s.Tries = 0
	if n.Wait.empty() {
		m.s.Turn++
		m.do(Listen{})
	} else {
		m.say(n.Wait, false, nil)
	}
	m.do(AskYana{Turn: m.s.Turn, Question: question})
	m.await(answerSeconds)
}
