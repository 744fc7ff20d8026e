package ivr

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"ekc/telephony/ivr/spoken"
)

// chain bounds how many nodes one event may lead through.
const chain = 64

// Next leads a caller one event further. It is pure: the same arguments give the same result, and s is left alone. The flow
// must have passed Validate; of one that has not, the worst is that the caller is hung up on.
func Next(flow *Flow, s State, event Event) (State, []Effect) {
	if s.Ended || event.turn() != 0 && event.turn() != s.Turn {
		return s, nil
	}
	m := &machine{flow: flow, s: s.clone()}
	switch e := event.(type) {
	case Started:
		if s.Node != "" {
			return s, nil
		}
		m.set(ValueCaller, e.Caller)
		m.set(ValueCalled, e.Called)
		m.enter(flow.Start)
	case CallerGone:
		m.dictate(0)
		m.branch("caller_gone", "", "")
		m.leaveQueue()
		m.s.Ended = true
	case OperatorJoined:
		m.forgetAhead()
		m.dictate(0)
		m.operatorJoined()
	case PlaceKnown:
		m.s.Place = e.Place
		m.dispatch(event)
	case Said:
		if !m.s.Playing {
			return s, nil
		}
		m.s.Playing = false
		m.dispatch(event)
	case Digit:
		if !isKey(e.Key) {
			return s, nil
		}
		m.key(e)
	default:
		m.dispatch(event)
	}
	m.settle()
	return m.s, m.out
}

// settle goes on as long as nothing has to be waited for: after a prompt that says nothing, and while keys are left that were
// typed ahead.
func (m *machine) settle() {
	for !m.s.Ended {
		switch {
		case m.silent:
			m.silent, m.s.Playing = false, false
			m.dispatch(Said{})
		case !m.typed():
			return
		}
	}
}

// key takes a key, now or later.
func (m *machine) key(e Digit) {
	if m.deaf() {
		m.keep(e.Key)
		return
	}
	if _, ok := m.flow.Nodes[m.s.Node].(*SayNode); ok && m.s.Playing {
		m.keep(e.Key) // breaks the prompt off, and is meant for what follows
	}
	m.dispatch(e)
}

func isKey(key byte) bool { return key >= '0' && key <= '9' || key == '*' || key == '#' }

// machine is one run of Next.
type machine struct {
	flow  *Flow
	s     State
	out   []Effect
	depth int
	// input is what the caller did in this event, for the timeline.
	input string
	// silent: the prompt that was begun has nothing to say.
	silent bool
}

func (m *machine) do(effects ...Effect) { m.out = append(m.out, effects...) }

func (m *machine) set(name, value string) {
	if value == "" {
		delete(m.s.Values, name)
		return
	}
	m.s.Values[name] = value
}

func (m *machine) dispatch(e Event) {
	node, ok := m.flow.Nodes[m.s.Node]
	if !ok {
		return
	}
	switch e := e.(type) {
	case Digit:
		m.input = string(e.Key)
	case Heard:
		m.input = e.Text
		m.forgetAhead()
	}
	node.on(m, e)
}

// enter goes to a node. Too long a way leads to the fallback, and from there to the end.
func (m *machine) enter(name string) {
	m.s.Entered++
	m.depth++
	node, ok := m.flow.Nodes[name]
	switch {
	case m.s.Entered > m.flow.maxSteps()+chain || m.depth > chain+8:
		m.end("too many steps")
		return
	case !ok:
		m.end("no such node")
		return
	case (m.s.Entered == m.flow.maxSteps()+1 || m.depth == chain) && name != m.flow.Fallback:
		m.branch("too_many_steps", "", m.flow.Fallback)
		m.forgetAhead()
		m.enter(m.flow.Fallback)
		return
	}
	m.s.Node, m.s.Step, m.s.Tries, m.s.Rounds, m.s.Digits, m.s.Choices = name, "", 0, 0, "", nil
	m.quiet()
	m.s.Turn++
	if m.settled() {
		m.forgetAhead()
	}
	m.dictate(dictated(node))
	node.enter(m)
}

// quiet takes back the timer and the listening of the step that ends.
func (m *machine) quiet() {
	if m.s.Turn > 0 {
		m.do(Timer{Name: TimerInput}, Listen{})
	}
}

// leave records by which way the node is left, and goes there.
func (m *machine) leave(exit, target string) {
	m.branch(exit, m.input, target)
	if m.s.Playing {
		m.do(Hush{})
		m.s.Playing = false
	}
	m.enter(target)
}

func (m *machine) branch(exit, input, next string) {
	b := Branch{Node: m.s.Node, Exit: exit, Input: input, Next: next}
	if node, ok := m.flow.Nodes[m.s.Node]; ok {
		b.Type = node.Type()
		if input != "" && dictated(node) > 0 {
			b.Input = masked
		}
	}
	m.do(b)
}

func (m *machine) end(reason string) {
	m.leaveQueue()
	m.dictate(0)
	m.s.Ended = true
	m.do(Hangup{Reason: reason})
}

// say begins a prompt; hints nil: speech is not listened for.
func (m *machine) say(p Prompt, bargeIn bool, hints []string) {
	m.s.Turn++
	m.s.Playing, m.s.BargeIn = true, bargeIn
	lines := m.render(p)
	m.do(Timer{Name: TimerInput}, Listen{On: hints != nil, Hints: hints})
	if len(lines) == 0 { // a prompt of which nothing is left is over at once
		m.silent = true
		return
	}
	m.do(Say{Turn: m.s.Turn, Lines: lines, BargeIn: bargeIn})
}

// await starts the time within which the caller must do something.
func (m *machine) await(seconds int) {
	if seconds <= 0 {
		seconds = defaultTimeout
	}
	m.do(Timer{Name: TimerInput, After: time.Duration(seconds) * time.Second, Turn: m.s.Turn})
}

// heed notes that the caller did something: what is playing ends, the time is taken back.
func (m *machine) heed() {
	if m.s.Playing {
		m.do(Hush{})
		m.s.Playing = false
	}
	m.do(Timer{Name: TimerInput})
}

// wish gathers what is known.
func (m *machine) wish(queue string) Wish {
	v := m.s.Values
	w := Wish{Queue: queue, Agency: v[ValueAgency], Region: v[ValueRegion], Topic: v[ValueTopic]}
	w.Line, _ = strconv.Atoi(v[ValueLine])         // only digits get there
	w.Priority, _ = strconv.Atoi(v[ValuePriority]) // likewise
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if !slices.Contains(ownValues, name) {
			if w.Attributes == nil {
				w.Attributes = map[string]string{}
			}
			w.Attributes[name] = v[name]
		}
	}
	return w
}

// ownValues are no attributes of the enquiry.
var ownValues = []string{
	ValueCaller, ValueCalled, ValueAgency, ValueTopic, ValueLine, ValuePriority, ValueRegion, ValueName, ValueCallback,
	ValueQuestion, ValueAnswer, ValueAnswerID, ValueRating, SlotOpens, candidate,
}

// opens keeps when the centre opens, for prompts.
func (m *machine) opens(now, next time.Time) {
	if next.IsZero() {
		m.set(SlotOpens, "")
		return
	}
	m.set(SlotOpens, spoken.Opening(now, next))
}
