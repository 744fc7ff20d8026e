package voice

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/ivr"
	"ekc/telephony/ivr/numbering"
)

// Simulation is one step of trying a flow out.
type Simulation struct {
	// VersionID or Document is the flow.
	VersionID, Document string
	// State is what the step before gave; empty: the call begins, with Caller.
	State, Caller string
	// At is when the step happens; zero: the moment of the step before, and now for the first one.
	At time.Time
	// Of these one happens when State is not empty. Several keys are pressed before the first prompt has ended.
	Key, Speech, Timeout string
	HangUp               bool
}

// Simulated is what came of it.
type Simulated struct {
	State, Node string
	Said        []string
	Effects     []SimulatedEffect
	Ended       bool
	Problems    ivr.Problems
}

// SimulatedEffect is something that the switchboard would do.
type SimulatedEffect struct{ Kind, Detail string }

const (
	maxState = 64 << 10
	maxKeys  = 16
)

// simulation is what is carried from step to step: the flow's state, and the moment that was asked for.
type simulation struct {
	ivr.State
	At time.Time `json:"simulated_at,omitzero"`
}

// SimulateMenu tries one step of a flow out, by the hours, holidays, queues and the numbering plan that a real call goes by, with what Yana says
// today; nothing is kept. For whoever edits menus.
func (s *Service) SimulateMenu(ctx context.Context, in Simulation) (Simulated, error) {
	if err := s.edits(ctx); err != nil {
		return Simulated{}, err
	}
	flow, problems, err := s.flowOf(ctx, in)
	if err != nil || len(problems) > 0 {
		return Simulated{Problems: problems}, err
	}
	state, events, err := in.step()
	if err != nil {
		return Simulated{}, err
	}
	if state.Node != "" && flow.Nodes[state.Node] == nil {
		return Simulated{}, fail.Field("state", fail.Invalid, "is of another flow")
	}
	at := state.At
	if at.IsZero() {
		at = s.now()
	}
	hours := calendar{s: s, at: at, region: s.regionOf(state.State, events)}
	simulator := ivr.Simulator{Flow: flow, Calendar: hours, Queues: hours, Regions: regions{s.o.Region}, Assistant: yana{s}}
	next, effects, err := simulator.Step(ctx, state.State, events...)
	if err != nil {
		return Simulated{}, away(err)
	}
	return simulated(simulation{next, state.At}, effects)
}

func (s *Service) flowOf(ctx context.Context, in Simulation) (*ivr.Flow, ivr.Problems, error) {
	switch {
	case (in.VersionID == "") == (in.Document == ""):
		return nil, nil, fail.Field("document", fail.Invalid, "give either a document or a version")
	case in.VersionID == "":
		return parse(in.Document)
	}
	v, err := s.o.Client.MenuVersion.Get(viewer.AsSystem(ctx), in.VersionID)
	if ent.IsNotFound(err) {
		return nil, nil, fail.Field("menuVersionId", fail.NotFound, "no such version")
	}
	if err != nil {
		return nil, nil, away(err)
	}
	return parse(string(v.Document))
}

// step is the state before and what happens.
func (in Simulation) step() (simulation, []ivr.Event, error) {
	if in.State == "" {
		number, _ := E164(in.Caller)
		return simulation{ivr.Start(), in.At}, []ivr.Event{ivr.Started{Caller: number}}, nil
	}
	var state simulation
	if len(in.State) > maxState || json.Unmarshal([]byte(in.State), &state) != nil {
		return state, nil, fail.Field("state", fail.Invalid, "is not a state that a step gave")
	}
	if !in.At.IsZero() {
		state.At = in.At
	}
	var events, keys []ivr.Event
	if len(in.Key) > maxKeys || strings.Trim(in.Key, "0123456789*#") != "" {
		return state, nil, fail.Field("key", fail.Invalid, "must be 0-9, * and #, at most %d of them", maxKeys)
	}
	for i := range in.Key {
		keys = append(keys, ivr.Digit{Key: in.Key[i]})
	}
	if in.Speech != "" {
		events = append(events, ivr.Heard{Text: limited(in.Speech, maxCandidate)})
	}
	if in.Timeout != "" {
		events = append(events, ivr.TimeUp{Name: ivr.TimerName(in.Timeout)})
	}
	if in.HangUp {
		events = append(events, ivr.CallerGone{})
	}
	if len(events) > 1 || (len(events) == 1) == (len(keys) > 0) {
		return state, nil, fail.New(fail.Invalid, "give exactly one of key, speech, timeout and hangUp")
	}
	return state, append(events, keys...), nil
}

func simulated(state simulation, effects []ivr.Effect) (Simulated, error) {
	text, err := json.Marshal(state)
	if err != nil {
		return Simulated{}, fmt.Errorf("state of a flow: %w", err)
	}
	out := Simulated{State: string(text), Node: state.Node, Ended: state.Ended}
	for _, e := range effects {
		detail, err := json.Marshal(e)
		if err != nil {
			return Simulated{}, fmt.Errorf("effect of a flow: %w", err)
		}
		kind := fmt.Sprintf("%T", e)
		out.Effects = append(out.Effects, SimulatedEffect{Kind: kind[strings.LastIndexByte(kind, '.')+1:], Detail: string(detail)})
		if say, ok := e.(ivr.Say); ok {
			for _, line := range say.Lines {
				if line.Text != "" {
					out.Said = append(out.Said, line.Text)
				}
			}
		}
	}
	return out, nil
}

// yana answers without an enquiry.
type yana struct{ s *Service }

// Ask is part of ivr.Assistant.
func (y yana) Ask(ctx context.Context, question string, w ivr.Wish) (ivr.Answered, error) {
	a := answerOf(y.s.o.Assistant.Try(ctx, question, w.Region))
	return ivr.Answered{Kind: ivr.AnswerKind(a.Kind), Text: a.Text, Choices: a.Choices, ID: a.RecordVersionID, Line: a.Line}, nil
}

// calendar is the centre's hours for a flow that is tried out, at a moment.
type calendar struct {
	s  *Service
	at time.Time
	// region is that of the caller's number, which the enquiry of a real call has from the beginning.
	region string
}

// regionOf is the region that the caller's number tells.
func (s *Service) regionOf(state ivr.State, events []ivr.Event) string {
	number := state.Values[ivr.ValueCaller]
	for _, e := range events {
		if began, ok := e.(ivr.Started); ok {
			number = began.Caller
		}
	}
	found, _ := s.o.Region(number)
	return found.Code
}

// Hours is part of ivr.Calendar.
func (c calendar) Hours(ctx context.Context, name string, w ivr.Wish) (ivr.HoursKnown, error) {
	h, err := c.s.openAt(ctx, name, wishOf(w), c.at)
	if fail.CodeOf(err) == fail.NotFound {
		return ivr.HoursKnown{Failed: true}, nil
	}
	return ivr.HoursKnown{Open: h.Open, Holiday: h.Holiday, Now: h.Now, Next: h.Next}, err
}

// Queue is part of ivr.Queues. A queue that is not there takes nobody, as in a call.
func (c calendar) Queue(ctx context.Context, w ivr.Wish) (open bool, closed ivr.QueueClosed, err error) {
	if w.Region == "" {
		w.Region = c.region
	}
	h, err := c.s.openAt(ctx, "", wishOf(w), c.at)
	if fail.CodeOf(err) == fail.NotFound {
		return false, ivr.QueueClosed{}, nil
	}
	return h.Open, ivr.QueueClosed{Now: h.Now, Next: h.Next}, err
}

func wishOf(w ivr.Wish) telephony.Wish {
	return telephony.Wish{Queue: w.Queue, Line: w.Line, AgencyCode: w.Agency, RegionCode: w.Region}
}

// regions finds the caller's region as the switchboard does: by the numbering plan that is in force, corrected by code or name.
type regions struct {
	byNumber func(string) (numbering.Region, bool)
}

// Region is part of ivr.Regions.
func (r regions) Region(ctx context.Context, f ivr.FindRegion) (ivr.RegionKnown, error) {
	if f.Number == "" {
		return ivr.Numbering{}.Region(ctx, f)
	}
	found, _ := r.byNumber(f.Number)
	return ivr.RegionKnown{Turn: f.Turn, Code: found.Code, Name: found.Name}, nil
}
