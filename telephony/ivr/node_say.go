package ivr

// SayNode says something and goes on.
type SayNode struct {
	Prompt  Prompt `json:"prompt"`
	BargeIn bool   `json:"barge_in,omitempty"`
	// StartsRecording: the prompt is the notice; recording begins when it has been said.
	StartsRecording bool   `json:"starts_recording,omitempty"`
	Goto            string `json:"goto"`
}

// Type is "say".
func (n *SayNode) Type() string { return "say" }

func (n *SayNode) exits() []exit { return []exit{{"goto", n.Goto, true}} }
func (n *SayNode) prompts() []promptAt {
	return []promptAt{{path: "prompt", prompt: n.Prompt, required: true}}
}

func (n *SayNode) check(r *report) {
	if n.StartsRecording && n.BargeIn {
		r.add("barge_in", CodeInvalid, "the notice that a call is recorded must be heard to its end")
	}
}
func (n *SayNode) enter(m *machine) { m.say(n.Prompt, n.BargeIn, nil) }

func (n *SayNode) on(m *machine, e Event) {
	switch e.(type) {
	case Said, Digit:
		if n.StartsRecording {
			m.do(StartRecording{})
		}
		m.leave("goto", n.Goto)
	}
}

// HangupNode says goodbye and ends the call.
type HangupNode struct {
	Prompt Prompt `json:"prompt,omitempty"`
	// Reason is for the timeline.
	Reason string `json:"reason,omitempty"`
}

// Type is "hangup".
func (n *HangupNode) Type() string { return "hangup" }

func (n *HangupNode) exits() []exit       { return nil }
func (n *HangupNode) prompts() []promptAt { return []promptAt{{path: "prompt", prompt: n.Prompt}} }
func (n *HangupNode) check(*report)       {}
func (n *HangupNode) enter(m *machine)    { m.say(n.Prompt, false, nil) }

func (n *HangupNode) on(m *machine, e Event) {
	if _, ok := e.(Said); ok {
		m.branch("hangup", "", "")
		m.end(n.Reason)
	}
}

// TransferNode connects the caller with someone outside the centre.
type TransferNode struct {
	Prompt Prompt `json:"prompt,omitempty"`
	// To is E.164 or the user part of a SIP address.
	To string `json:"to"`
	// Failed is where the caller goes when nobody answers.
	Failed string `json:"failed"`
}

// Type is "transfer".
func (n *TransferNode) Type() string { return "transfer" }

func (n *TransferNode) exits() []exit       { return []exit{{"failed", n.Failed, false}} }
func (n *TransferNode) prompts() []promptAt { return []promptAt{{path: "prompt", prompt: n.Prompt}} }
func (n *TransferNode) check(r *report) {
	if !transferTarget.MatchString(n.To) {
		r.add("to", CodeInvalid, "want a number such as +74951234567, or a name of letters, digits and . _ -")
	}
}
func (n *TransferNode) enter(m *machine) { m.say(n.Prompt, false, nil) }

func (n *TransferNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case Said:
		m.s.Turn++
		m.do(Transfer{Turn: m.s.Turn, To: n.To})
	case Transferred:
		if !e.OK {
			m.leave("failed", n.Failed)
			return
		}
		m.branch("transferred", "", "")
		m.s.Step = stepTalking
	case OperatorLeft:
		m.end("transferred")
	}
}
