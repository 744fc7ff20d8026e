package ivr

import (
	"fmt"
	"strings"

	"ekc/telephony/ivr/spoken"
)

func (n *AskNode) answered(m *machine, e Answered) {
	m.heed()
	m.forgetAhead()
	if e.Line == 1 || e.Line == 2 {
		m.set(ValueLine, fmt.Sprint(e.Line))
	}
	switch e.Kind {
	case AnswerTold:
		m.set(ValueAnswer, e.Text)
		m.set(ValueAnswerID, e.ID)
		m.s.Step = stepHelped
		m.say(append(append(Prompt{}, n.Answer...), n.DidHelp...), n.BargeIn, n.listens(helpedChoices))
	case AnswerClarify:
		if m.s.Rounds++; m.s.Rounds > n.rounds() || len(e.Choices) == 0 {
			m.leave("operator", n.Operator)
			return
		}
		m.s.Step, m.s.Choices = stepClarify, append([]string(nil), e.Choices[:min(9, len(e.Choices))]...)
		m.set(ValueAnswer, e.Text)
		m.say(n.Clarify, n.BargeIn, n.listens(nil))
	default:
		m.input = string(e.Kind)
		m.leave("operator", n.Operator)
	}
}

func (n *AskNode) rounds() int {
	if n.Rounds <= 0 {
		return defaultTries
	}
	return n.Rounds
}

// listens gives the hints, or nil where nobody listens.
func (n *AskNode) listens(choices []Choice) []string {
	if !n.Speech {
		return nil
	}
	return hints(choices)
}

// helpedChoices answer "did that help?".
var helpedChoices = append(append([]Choice{}, yesNo...), Choice{Digit: "3", Phrases: []string{"другой вопрос", "ещё вопрос"}})

func (n *AskNode) helped(m *machine, i int) {
	switch i {
	case 0, 1:
		m.do(Helped{AnswerID: m.s.Values[ValueAnswerID], Helped: i == 0})
		if i == 0 {
			m.leave("helped", n.Helped)
			return
		}
		m.leave("operator", n.Operator)
	case 2:
		m.do(Helped{AnswerID: m.s.Values[ValueAnswerID], Helped: true})
		if m.s.Rounds++; m.s.Rounds >= n.rounds() {
			m.leave("operator", n.Operator)
			return
		}
		n.question(m, nil)
	default:
		if m.again(n.Tries, "operator", n.Operator) {
			m.say(n.DidHelp, n.BargeIn, n.listens(helpedChoices))
		}
	}
}

func (n *AskNode) timeUp(m *machine) {
	if m.s.Step == stepThinking {
		m.input = string(AnswerFailed)
		m.leave("operator", n.Operator)
		return
	}
	if !m.again(n.Tries, "operator", n.Operator) {
		return
	}
	switch m.s.Step {
	case stepClarify:
		m.say(n.Clarify, n.BargeIn, n.listens(nil))
	case stepHelped:
		m.say(n.DidHelp, n.BargeIn, n.listens(helpedChoices))
	default:
		n.question(m, nil)
	}
}

// clarification reads out what Yana offers: «Если про пенсию по старости, нажмите один.»
func (m *machine) clarification() string {
	var b strings.Builder
	for i, c := range m.s.Choices {
		fmt.Fprintf(&b, "%s: нажмите %s. ", strings.TrimRight(c, ".?! "), spoken.Cardinal(i+1, spoken.Nominative, spoken.Masculine))
	}
	return strings.TrimSpace(b.String())
}
