package ivr

// HoursNode asks whether the centre works now.
type HoursNode struct {
	// Calendar names working hours and holidays; empty: those of the queue that the enquiry would go to.
	Calendar string `json:"calendar,omitempty"`
	Open     string `json:"open"`
	Closed   string `json:"closed"`
	// Holiday is where callers go on a holiday; empty: Closed.
	Holiday string `json:"holiday,omitempty"`
}

// Type is "hours".
func (n *HoursNode) Type() string { return "hours" }

func (n *HoursNode) exits() []exit {
	exits := []exit{{"open", n.Open, true}, {"closed", n.Closed, true}}
	if n.Holiday != "" {
		exits = append(exits, exit{"holiday", n.Holiday, true})
	}
	return exits
}
func (n *HoursNode) prompts() []promptAt { return nil }
func (n *HoursNode) check(*report)       {}

func (n *HoursNode) enter(m *machine) {
	m.do(CheckHours{Turn: m.s.Turn, Calendar: n.Calendar, Wish: m.wish("")})
	m.await(answerSeconds)
}

// on takes a calendar that cannot be asked for open: the queue will say so if it is not.
func (n *HoursNode) on(m *machine, e Event) {
	switch e := e.(type) {
	case HoursKnown:
		m.opens(e.Now, e.Next)
		if e.Failed || e.Open {
			m.leave("open", n.Open)
			return
		}
		m.forgetAhead() // what was typed was typed for a centre that is open
		switch {
		case e.Holiday && n.Holiday != "":
			m.leave("holiday", n.Holiday)
		default:
			m.leave("closed", n.Closed)
		}
	case TimeUp:
		if e.Name == TimerInput {
			m.leave("open", n.Open)
		}
	}
}
