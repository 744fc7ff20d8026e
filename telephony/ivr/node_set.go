package ivr

import (
	"maps"
	"slices"
	"strconv"
)

// SetNode keeps something about the enquiry. Empty fields leave what is known.
type SetNode struct {
	Agency string `json:"agency,omitempty"`
	Topic  string `json:"topic,omitempty"`
	Region string `json:"region,omitempty"`
	// Line is 1 or 2; 0: as it is.
	Line int `json:"line,omitempty"`
	// Priority is −100 to 100; 0: as it is.
	Priority   int               `json:"priority,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Goto       string            `json:"goto"`
}

// Type is "set".
func (n *SetNode) Type() string { return "set" }

func (n *SetNode) exits() []exit       { return []exit{{"goto", n.Goto, true}} }
func (n *SetNode) prompts() []promptAt { return nil }

func (n *SetNode) check(r *report) {
	if n.Line < 0 || n.Line > 2 {
		r.add("line", CodeRange, "want 1 or 2")
	}
	if n.Priority < -100 || n.Priority > 100 {
		r.add("priority", CodeRange, "want -100 to 100")
	}
	for _, name := range slices.Sorted(maps.Keys(n.Attributes)) {
		if !valueName.MatchString(name) || slices.Contains(reserved, name) {
			r.add("attributes."+name, CodeInvalid, "a name has small letters, digits and _, and is none of the flow's own")
		}
	}
}

func (n *SetNode) enter(m *machine) {
	for name, value := range map[string]string{ValueAgency: n.Agency, ValueTopic: n.Topic, ValueRegion: n.Region} {
		if value != "" {
			m.set(name, value)
		}
	}
	if n.Line != 0 {
		m.set(ValueLine, strconv.Itoa(n.Line))
	}
	if n.Priority != 0 {
		m.set(ValuePriority, strconv.Itoa(n.Priority))
	}
	for name, value := range n.Attributes {
		m.set(name, value)
	}
	m.do(Collect{Wish: m.wish("")})
	m.leave("goto", n.Goto)
}

func (n *SetNode) on(*machine, Event) {}

// SwitchNode goes on by what is known: the agency, the region, what was collected.
type SwitchNode struct {
	// Value names what decides.
	Value string `json:"value"`
	// Cases lead from a value to a node; Else is for all others.
	Cases map[string]string `json:"cases"`
	Else  string            `json:"else"`
}

// Type is "switch".
func (n *SwitchNode) Type() string { return "switch" }

func (n *SwitchNode) exits() []exit {
	var exits []exit
	for _, value := range slices.Sorted(maps.Keys(n.Cases)) {
		exits = append(exits, exit{"cases." + value, n.Cases[value], true})
	}
	return append(exits, exit{"else", n.Else, true})
}
func (n *SwitchNode) prompts() []promptAt { return nil }

func (n *SwitchNode) check(r *report) {
	if !valueName.MatchString(n.Value) {
		r.add("value", CodeInvalid, "want the name of a value, such as agency")
	}
	if len(n.Cases) == 0 {
		r.add("cases", CodeMissing, "a switch needs a case")
	}
}

func (n *SwitchNode) enter(m *machine) {
	value := m.s.Values[n.Value]
	m.input = value
	if target, ok := n.Cases[value]; ok {
		m.leave("cases."+value, target)
		return
	}
	m.leave("else", n.Else)
}

func (n *SwitchNode) on(*machine, Event) {}
