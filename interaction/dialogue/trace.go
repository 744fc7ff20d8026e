package dialogue

// Trace is everything that a decision of Yana rests on, so that it can be explained, and made again with today's base.
type Trace struct {
	// Question is the citizen's text as it was read; Files says that files came with it.
	Question string `json:"question,omitempty"`
	Files    bool   `json:"files,omitempty"`
	// Before is her memory before the turn, Offered the choices that were open, Region the citizen's region by its code.
	Before  State    `json:"before,omitzero"`
	Offered []Choice `json:"offered,omitempty"`
	Region  string   `json:"region,omitempty"`
	// Kind is what the message was taken for, Rule the pattern that says so.
	Kind string `json:"kind,omitempty"`
	Rule string `json:"rule,omitempty"`
	// Searches are the texts that the base was asked, in their order.
	Searches []Search `json:"searches,omitempty"`
	// AnswerAt and ClarifyAt are the thresholds of the decision.
	AnswerAt  float64 `json:"answerAt,omitempty"`
	ClarifyAt float64 `json:"clarifyAt,omitempty"`
}

// Search is one text that the base was asked.
type Search struct {
	Text string `json:"text"`
	// Origin says where the text comes from: bare, pending, carried, model, category, everywhere.
	Origin string `json:"origin"`
	// Verdict is answer, clarify or hand_over; Best the probability of the first hit, its record in Record.
	Verdict string  `json:"verdict"`
	Record  string  `json:"record,omitempty"`
	Best    float64 `json:"best"`
	// Used says that the decision is about this search.
	Used bool `json:"used,omitempty"`
}
