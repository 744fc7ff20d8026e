package knowledge

// Choice is what Yana does with the hits of a search.
type Choice int

// The three choices, from the surest to the least sure.
const (
	// HandOver: no record is likely enough; a human takes over.
	HandOver Choice = iota
	// Clarify: the right record is probably among Verdict.Options; ask which one is meant.
	Clarify
	// Answer: give Verdict.Options[0] to the citizen.
	Answer
)

// String names the choice as the API and the evaluation do.
func (c Choice) String() string {
	switch c {
	case Answer:
		return "answer"
	case Clarify:
		return "clarify"
	default:
		return "hand_over"
	}
}

// MaxOptions is the largest number of records offered in one clarifying question.
const MaxOptions = 3

// Thresholds bound the bands of probability in which Yana answers, asks and hands over.
type Thresholds struct {
	// AnswerAt is the least probability of the first hit to answer with it; set for a precision of at least 95 %.
	AnswerAt float64 `json:"answerAt"`
	// ClarifyAt is the least sum of the probabilities of the first MaxOptions hits to ask a clarifying question.
	ClarifyAt float64 `json:"clarifyAt"`
}

// Verdict is a decision with the records it is about.
type Verdict struct {
	Choice Choice
	// Options are the record to answer with, or those to choose from; empty for HandOver. The hits stay as suggestions
	// to the operator in every case.
	Options []Hit
	// Personal is set when the best record is about the citizen's own case: such a question goes to line 2.
	Personal bool
}

// Decide is Yana's decision, a pure function of the hits of one search, best first. A record that is not an intent is
// never answered with nor offered; a personal one leads to a human.
func Decide(hits []Hit, t Thresholds) Verdict {
	if len(hits) == 0 {
		return Verdict{Choice: HandOver}
	}
	best := hits[0]
	if best.Personal && best.Probability >= t.ClarifyAt {
		return Verdict{Choice: HandOver, Personal: true}
	}
	if best.Intent && best.Probability >= t.AnswerAt {
		return Verdict{Choice: Answer, Options: hits[:1:1]}
	}
	options := make([]Hit, 0, MaxOptions)
	sum := 0.0
	for _, h := range hits[:min(MaxOptions, len(hits))] {
		if h.Intent && !h.Personal {
			options = append(options, h)
			sum += h.Probability
		}
	}
	if len(options) > 0 && sum >= t.ClarifyAt {
		return Verdict{Choice: Clarify, Options: options}
	}
	return Verdict{Choice: HandOver}
}
