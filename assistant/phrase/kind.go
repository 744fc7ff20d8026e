package phrase

import "ekc/knowledge/text"

// Kind is what a message is.
type Kind int

// The kinds, the most urgent after the question first: a message that is several things is the first of them.
const (
	// Question is everything that is nothing else.
	Question Kind = iota
	// Distress: somebody's life, health or food is at stake. A human at once.
	Distress
	// Person: the citizen asks for a human.
	Person
	// Anger: insults, or a complaint about the centre itself. A human at once.
	Anger
	// Personal: about the citizen's own case, its status or sums. For line 2 (Order 442н).
	Personal
	// Greeting, Thanks and Farewell are small talk: there is no other word in the message.
	Greeting
	Thanks
	Farewell
)

// String names the kind as the test data do.
func (k Kind) String() string {
	return [...]string{"question", "distress", "person", "anger", "personal", "greeting", "thanks", "farewell"}[k]
}

// Reading is what a message was taken for, and why.
type Reading struct {
	Kind Kind
	// Loss says that somebody near has died: the question is answered with care, but it is a question.
	Loss bool
	// Rule is the pattern that the kind rests on; empty for a question and for small talk.
	Rule string
}

// Read tells what a message is.
func Read(s string) Reading {
	words := wordsOf(s)
	if len(words) == 0 {
		return Reading{}
	}
	if rule := distress(words); rule != "" {
		return Reading{Kind: Distress, Rule: rule}
	}
	if rule := person(words); rule != "" {
		return Reading{Kind: Person, Rule: rule}
	}
	if rule := anger(text.Fold(s), words); rule != "" {
		return Reading{Kind: Anger, Rule: rule}
	}
	loss := find(losses, words) != ""
	if rule := personal(s, words); rule != "" && !loss {
		return Reading{Kind: Personal, Rule: rule}
	}
	if k := smallTalk(words); k != Question {
		return Reading{Kind: k}
	}
	return Reading{Loss: loss}
}

// Refuses reports whether a message says that none of the offered choices fits.
func Refuses(s string) bool {
	words := wordsOf(s)
	for _, w := range words {
		if !refusals[w] {
			return false
		}
	}
	return len(words) > 0
}

// Normal folds what people write in different ways: case, ё, punctuation.
func Normal(s string) string {
	var out []byte
	for _, w := range text.Words(s, maxWords) {
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, w.Surface...)
	}
	return string(out)
}
