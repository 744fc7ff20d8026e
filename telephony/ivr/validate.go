package ivr

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Code says what kind of mistake a Problem is.
type Code string

// The codes.
const (
	CodeSyntax          Code = "SYNTAX"            // no JSON, or a value of the wrong type
	CodeUnknownField    Code = "UNKNOWN_FIELD"     // a field, or a type of node, that does not exist
	CodeDuplicateField  Code = "DUPLICATE_FIELD"   // a name twice in one object
	CodeMissing         Code = "MISSING"           // something that must be there is empty
	CodeMissingPrompt   Code = "MISSING_PROMPT"    // the caller would hear nothing
	CodeInvalid         Code = "INVALID"           // a value that makes no sense
	CodeRange           Code = "OUT_OF_RANGE"      // a number too small or too large
	CodeDangling        Code = "DANGLING"          // a target that does not exist
	CodeUnreachable     Code = "UNREACHABLE"       // a node that no way leads to
	CodeLoop            Code = "LOOP_WITHOUT_USER" // a circle in which nobody asks the caller anything
	CodeNoExit          Code = "NO_EXIT"           // a menu without choices, or a node that never leads to an end
	CodeDuplicateDigit  Code = "DUPLICATE_DIGIT"
	CodeDuplicatePhrase Code = "DUPLICATE_PHRASE"
)

// Problem is one mistake in a flow.
type Problem struct {
	// Path leads to the field, such as nodes.agency.choices[1].goto.
	Path string
	Code Code
	// Message is for the person who edits the flow.
	Message string
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.Path, p.Code, p.Message) }

// Problems are all mistakes of a flow, as one error.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// report gathers problems below a path.
type report struct {
	prefix   string
	problems *Problems
}

func (r *report) add(path string, code Code, format string, args ...any) {
	*r.problems = append(*r.problems, Problem{r.prefix + path, code, fmt.Sprintf(format, args...)})
}

var (
	nodeName       = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	valueName      = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	transferTarget = regexp.MustCompile(`^(\+[1-9][0-9]{4,14}|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$`)
	// reserved names may not be collected or set as attributes.
	reserved = append([]string{SlotPosition, SlotWait, SlotPhone, SlotQuestion}, ownValues...)
)

// Validate returns what is wrong with a flow, in the order of its nodes' names; nil when nothing is.
func Validate(f *Flow) Problems {
	var problems Problems
	r := &report{problems: &problems}
	if strings.TrimSpace(f.Name) == "" {
		r.add("name", CodeMissing, "a flow needs a name")
	}
	if f.MaxSteps < 0 || f.MaxSteps > 1000 {
		r.add("max_steps", CodeRange, "want 1 to 1000, or 0 for %d", defaultMaxSteps)
	}
	if len(f.Nodes) > MaxNodes {
		r.add("nodes", CodeRange, "more than %d nodes", MaxNodes)
		return problems
	}
	checkTarget(r, f, "start", f.Start)
	checkTarget(r, f, "fallback", f.Fallback)
	known := knownValues(f)
	for _, name := range slices.Sorted(maps.Keys(f.Nodes)) {
		checkNode(r, f, name, known)
	}
	checkGraph(r, f)
	return problems
}

func checkTarget(r *report, f *Flow, path, target string) {
	if target == "" {
		r.add(path, CodeMissing, "want the name of a node")
	} else if f.Nodes[target] == nil {
		r.add(path, CodeDangling, "there is no node %q", target)
	}
}

func checkNode(r *report, f *Flow, name string, known map[string]bool) {
	in := &report{prefix: "nodes." + name + ".", problems: r.problems}
	if !nodeName.MatchString(name) {
		r.add("nodes."+name, CodeInvalid, "a name has up to 64 small letters, digits and _, and begins with a letter")
	}
	node := f.Nodes[name]
	if node == nil {
		r.add("nodes."+name, CodeMissing, "a node is an object with a type")
		return
	}
	node.check(in)
	for _, e := range node.exits() {
		checkTarget(in, f, e.path, e.target)
	}
	for _, p := range node.prompts() {
		if p.required && p.prompt.empty() {
			in.add(p.path, CodeMissingPrompt, "the caller would hear nothing here")
		}
		here := maps.Clone(known)
		for _, v := range p.values {
			here[v] = true
		}
		if message := p.prompt.problem(here); message != "" {
			in.add(p.path, CodeInvalid, "%s", message)
		}
	}
}

// knownValues are what any prompt may put in braces.
func knownValues(f *Flow) map[string]bool {
	known := map[string]bool{ValueAgency: true, ValueTopic: true, ValueRegion: true, ValueName: true, SlotOpens: true}
	for _, node := range f.Nodes {
		switch n := node.(type) {
		case *CollectNode:
			known[n.Save] = true
		case *SetNode:
			for name := range n.Attributes {
				known[name] = true
			}
		}
	}
	return known
}
