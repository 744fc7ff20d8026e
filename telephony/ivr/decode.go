package ivr

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// newNode makes an empty node of a type; nil when there is no such type.
func newNode(kind string) Node {
	switch kind {
	case "say":
		return &SayNode{}
	case "menu":
		return &MenuNode{}
	case "collect":
		return &CollectNode{}
	case "hours":
		return &HoursNode{}
	case "region":
		return &RegionNode{}
	case "set":
		return &SetNode{}
	case "switch":
		return &SwitchNode{}
	case "ask":
		return &AskNode{}
	case "queue":
		return &QueueNode{}
	case "callback":
		return &CallbackNode{}
	case "rating":
		return &RatingNode{}
	case "transfer":
		return &TransferNode{}
	case "hangup":
		return &HangupNode{}
	}
	return nil
}

// MaxFlowBytes is the largest flow that is read.
const MaxFlowBytes = 1 << 20

// Parse reads a flow strictly and validates it. The error, when there is one, is Problems: every mistake with its path.
func Parse(data []byte) (*Flow, error) {
	f, problems := decode(data)
	if len(problems) > 0 {
		return nil, problems
	}
	if problems = Validate(f); len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

func decode(data []byte) (*Flow, Problems) {
	var problems Problems
	r := &report{problems: &problems}
	if len(data) > MaxFlowBytes {
		r.add("", CodeRange, "larger than %d KiB", MaxFlowBytes>>10)
		return nil, problems
	}
	tree := readTree(data, r)
	if len(problems) > 0 {
		return nil, problems
	}
	var raw struct {
		Name     string                     `json:"name"`
		Start    string                     `json:"start"`
		Fallback string                     `json:"fallback"`
		MaxSteps int                        `json:"max_steps"`
		Nodes    map[string]json.RawMessage `json:"nodes"`
	}
	matches(tree, typeOf(raw), "", r)
	if len(problems) > 0 {
		return nil, problems
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		r.add("", CodeSyntax, "%v", err)
		return nil, problems
	}
	f := &Flow{Name: raw.Name, Start: raw.Start, Fallback: raw.Fallback, MaxSteps: raw.MaxSteps, Nodes: map[string]Node{}}
	branches, _ := tree.(map[string]any)["nodes"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(raw.Nodes)) {
		f.Nodes[name] = decodeNode(raw.Nodes[name], branches[name], "nodes."+name, r)
	}
	return f, problems
}

func decodeNode(data []byte, tree any, path string, r *report) Node {
	object, ok := tree.(map[string]any)
	if !ok {
		r.add(path, CodeSyntax, "a node is an object with a type")
		return nil
	}
	kind, _ := object["type"].(string)
	node := newNode(kind)
	if node == nil {
		r.add(path+".type", CodeUnknownField, "there is no type %q", kind)
		return nil
	}
	fields := maps.Clone(object)
	delete(fields, "type")
	before := len(*r.problems)
	matches(fields, typeOf(node), path, r)
	if len(*r.problems) > before {
		return nil
	}
	if err := json.Unmarshal(data, node); err != nil {
		r.add(path, CodeSyntax, "%v", err)
		return nil
	}
	return node
}

// MarshalJSON writes the flow with the type of each node.
func (f *Flow) MarshalJSON() ([]byte, error) {
	type flow Flow // without this method
	out := struct {
		*flow
		Nodes map[string]json.RawMessage `json:"nodes"`
	}{(*flow)(f), map[string]json.RawMessage{}}
	for name, node := range f.Nodes {
		fields, err := json.Marshal(node)
		if err != nil {
			return nil, err
		}
		kind := fmt.Sprintf(`{"type":%q`, node.Type())
		if len(fields) > 2 {
			kind += ","
		}
		out.Nodes[name] = append([]byte(kind), fields[1:]...)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads a flow strictly, without Validate.
func (f *Flow) UnmarshalJSON(data []byte) error {
	read, problems := decode(data)
	if len(problems) > 0 {
		return problems
	}
	*f = *read
	return nil
}
