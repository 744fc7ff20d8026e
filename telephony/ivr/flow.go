package ivr

import "maps"

// Limits of a flow.
const (
	MaxNodes        = 500
	MaxPromptLength = 1000 // characters
	defaultMaxSteps = 300
	defaultTries    = 3
	defaultTimeout  = 7 // seconds
)

// Flow is one version of a menu.
type Flow struct {
	// Name is for people.
	Name string `json:"name"`
	// Start is the first node.
	Start string `json:"start"`
	// Fallback is where a caller goes when the flow cannot go on: too many steps, or an answer that does not come.
	Fallback string `json:"fallback"`
	// MaxSteps bounds how many nodes one call may enter, 0 to 1,000; 0 means 300.
	MaxSteps int             `json:"max_steps,omitempty"`
	Nodes    map[string]Node `json:"nodes"`
}

func (f *Flow) maxSteps() int {
	if f.MaxSteps <= 0 {
		return defaultMaxSteps
	}
	return f.MaxSteps
}

// Node is one step of a flow.
type Node interface {
	// Type is the "type" of the JSON object.
	Type() string
	// exits are the ways out, in the order of the fields.
	exits() []exit
	// prompts are the texts that the node says.
	prompts() []promptAt
	// check reports what is wrong with the node alone.
	check(r *report)
	enter(m *machine)
	on(m *machine, e Event)
}

// exit is one way out of a node.
type exit struct {
	path, target string
	// free exits are taken without an act of the caller and without waiting for anything but a prompt.
	free bool
}

// promptAt is a prompt and its field.
type promptAt struct {
	path   string
	prompt Prompt
	// required prompts may not be empty.
	required bool
	// values are what may stand in braces besides what the flow has collected.
	values []string
}

// State is where a caller is. It is a value: Next never changes the one that it was given.
type State struct {
	Node string `json:"node"`
	// Step is where inside the node.
	Step string `json:"step,omitempty"`
	// Turn counts what was said and asked; see the package comment.
	Turn int `json:"turn"`
	// Tries counts failures in the present step, Rounds the repetitions of a node's own loop.
	Tries  int    `json:"tries,omitempty"`
	Rounds int    `json:"rounds,omitempty"`
	Digits string `json:"digits,omitempty"`
	// Playing: a prompt is being said; BargeIn: keys count meanwhile.
	Playing bool `json:"playing,omitempty"`
	BargeIn bool `json:"barge_in,omitempty"`
	// Ahead are the keys that were pressed too early, for the next prompt that takes keys.
	Ahead string `json:"ahead,omitempty"`
	// Values are what is known of the caller and the enquiry.
	Values map[string]string `json:"values,omitempty"`
	// Choices are what Yana offered when she asked back.
	Choices []string `json:"choices,omitempty"`
	// Dictating: the recording is paused because the node asks for personal data.
	Dictating bool `json:"dictating,omitempty"`
	// QueueNode is the queue node whose queue the caller is in, also while another node talks about a callback.
	QueueNode string `json:"queue_node,omitempty"`
	// Told is what was last said of the queue, Place what is known now.
	Told  Place `json:"told"`
	Place Place `json:"place"`
	// Entered counts nodes.
	Entered int  `json:"entered"`
	Ended   bool `json:"ended,omitempty"`
}

// Names of values that the interpreter itself sets or reads; set nodes may add any others.
const (
	ValueCaller   = "caller"          // E.164, empty when withheld
	ValueCalled   = "called"          // the number that was dialled
	ValueAgency   = "agency"          // code
	ValueTopic    = "topic"           // free
	ValueLine     = "line"            // 1 or 2
	ValuePriority = "priority"        // −100 to 100
	ValueRegion   = "region"          // code
	ValueName     = "region_name"     // as spoken
	ValueCallback = "callback_number" // E.164
	ValueQuestion = "question"        // the last one put to Yana
	ValueAnswer   = "answer"          // what she said
	ValueAnswerID = "answer_id"       // record version
	ValueRating   = "rating"
)

// Talking reports whether the caller has been led to somebody, and the flow waits for OperatorLeft.
func (s State) Talking() bool { return s.Step == stepTalking && !s.Ended }

// Start is the state of a call before its first event.
func Start() State { return State{} }

func (s State) clone() State {
	s.Values = maps.Clone(s.Values)
	if s.Values == nil {
		s.Values = map[string]string{}
	}
	s.Choices = append([]string(nil), s.Choices...)
	s.Ahead = s.Ahead[:min(len(s.Ahead), maxAhead)]
	return s
}
