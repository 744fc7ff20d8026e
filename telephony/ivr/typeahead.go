package ivr

// maxAhead bounds the keys that are kept for later prompts; further ones are dropped.
const maxAhead = 16

// typist is a node that takes keys which were pressed before its prompt could be answered.
type typist interface {
	// takes reports whether a key would mean something in the present step; one that means nothing is dropped with all after
	// it, because the caller expected another prompt.
	takes(s *State, key byte) bool
}

// expectant is a node that asks the centre before it, or a node after it, says anything: keys pressed meanwhile are kept.
type expectant interface{ expects(s *State) bool }

// deaf reports whether a key cannot be taken now: a prompt must be heard to its end, or nothing has been asked yet.
func (m *machine) deaf() bool {
	if m.s.Playing {
		return !m.s.BargeIn
	}
	n, ok := m.flow.Nodes[m.s.Node].(expectant)
	return ok && n.expects(&m.s)
}

// keep keeps a key for the next prompt that may be answered, where callers expect one: who leaves the menu for the queue, a
// rating or goodbye means nothing by it.
func (m *machine) keep(key byte) {
	if len(m.s.Ahead) < maxAhead && !m.settled() {
		m.s.Ahead += string(key)
	}
}

// settled reports whether the node ends what a caller can have typed ahead for.
func (m *machine) settled() bool {
	switch m.flow.Nodes[m.s.Node].(type) {
	case *QueueNode, *CallbackNode, *RatingNode, *TransferNode, *HangupNode:
		return true
	}
	return false
}

// forgetAhead drops what was typed ahead, at a change of context: an error, an answer, a closed centre.
func (m *machine) forgetAhead() { m.s.Ahead = "" }

// typed gives the next key that was typed ahead to the prompt, if that may be answered now. A prompt that may be broken off is.
func (m *machine) typed() bool {
	if m.s.Ahead == "" || m.deaf() {
		return false
	}
	n, ok := m.flow.Nodes[m.s.Node].(typist)
	if !ok { // a prompt without an answer, such as a greeting, is broken off as by a key; the keys are for what follows
		_, skipped := m.flow.Nodes[m.s.Node].(*SayNode)
		if !skipped || !m.s.Playing {
			return false
		}
		m.heed()
		m.dispatch(Said{})
		return true
	}
	key := m.s.Ahead[0]
	if !n.takes(&m.s, key) {
		m.forgetAhead()
		return false
	}
	m.s.Ahead = m.s.Ahead[1:]
	m.dispatch(Digit{Key: key})
	return true
}

func (n *MenuNode) takes(_ *State, key byte) bool { return byKey(n.Choices, key) >= 0 }

func (n *CollectNode) takes(*State, byte) bool { return true }

func (n *RegionNode) takes(s *State, key byte) bool {
	return s.Step == stepAsk || s.Step == stepConfirm && byKey(yesNo, key) >= 0
}

func (n *RegionNode) expects(s *State) bool { return s.Step == stepLookup || s.Step == stepFind }

func (n *AskNode) takes(s *State, key byte) bool {
	switch s.Step {
	case stepAsk:
		return byKey(n.keys(), key) >= 0
	case stepThinking:
		return byKey(n.Choices, key) >= 0
	case stepHelped:
		return byKey(helpedChoices, key) >= 0
	default:
		return true
	}
}

func (n *HoursNode) expects(*State) bool { return true }
