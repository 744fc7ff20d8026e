package ivr

import (
	"context"
	"slices"
	"time"

	"ekc/telephony/ivr/numbering"
)

// Calendar tells whether the centre is open: by a calendar's name, or for the queue that the enquiry would go to.
type Calendar interface {
	Hours(ctx context.Context, calendar string, w Wish) (HoursKnown, error)
}

// Queues tells whether a queue takes somebody.
type Queues interface {
	Queue(ctx context.Context, w Wish) (open bool, closed QueueClosed, err error)
}

// Assistant is Yana.
type Assistant interface {
	Ask(ctx context.Context, question string, w Wish) (Answered, error)
}

// Regions finds regions; Numbering is the built-in one.
type Regions interface {
	Region(ctx context.Context, f FindRegion) (RegionKnown, error)
}

// Numbering finds regions by the table of telephony/ivr/numbering.
type Numbering struct{}

// Region never fails.
func (Numbering) Region(_ context.Context, f FindRegion) (RegionKnown, error) {
	var r numbering.Region
	switch {
	case f.Number != "":
		r, _ = numbering.ByNumber(f.Number)
	case f.Code != "":
		r, _ = numbering.ByCode(f.Code)
	default:
		r, _ = numbering.ByName(f.Spoken)
	}
	return RegionKnown{Turn: f.Turn, Code: r.Code, Name: r.Name}, nil
}

// Simulator tries a flow out without a phone: it drives Next as a call does, answers the questions that a flow puts to the
// centre, and lets every prompt end at once.
type Simulator struct {
	Flow *Flow
	// Calendar, Queues and Assistant may be nil: then it is open, every queue takes everybody, and Yana hands over.
	Calendar  Calendar
	Queues    Queues
	Assistant Assistant
	Regions   Regions
}

// settle bounds how many answers one step may need.
const settle = 200

// Step gives the state after events and everything that was done on the way, answers included. Of several events the later ones come
// before the first prompt has ended: keys are typed ahead. Errors are those of the interfaces; the state is then that before the question.
func (s *Simulator) Step(ctx context.Context, state State, events ...Event) (State, []Effect, error) {
	var all []Effect
	pending := slices.Clone(events)
	for range settle + len(events) {
		if len(pending) == 0 {
			break
		}
		next, effects := Next(s.Flow, state, pending[0])
		answers, err := s.answers(ctx, next, effects)
		if err != nil {
			return state, all, err
		}
		state, all, pending = next, append(all, effects...), append(pending[1:], answers...)
	}
	return state, all, nil
}

func (s *Simulator) answers(ctx context.Context, state State, effects []Effect) ([]Event, error) {
	var events []Event
	for _, e := range effects {
		event, err := s.answer(ctx, state, e)
		if err != nil {
			return nil, err
		}
		if event != nil {
			events = append(events, event)
		}
	}
	return events, nil
}

func (s *Simulator) answer(ctx context.Context, state State, e Effect) (Event, error) {
	m := &machine{flow: s.Flow, s: state}
	switch e := e.(type) {
	case Say:
		return Said{Turn: e.Turn}, nil
	case CheckHours:
		if s.Calendar == nil {
			return HoursKnown{Turn: e.Turn, Open: true}, nil
		}
		known, err := s.Calendar.Hours(ctx, e.Calendar, e.Wish)
		known.Turn = e.Turn
		return known, err
	case Enqueue:
		if s.Queues == nil {
			return nil, nil //nolint:nilnil // nothing more is said
		}
		open, closed, err := s.Queues.Queue(ctx, e.Wish)
		if err != nil || open {
			return nil, err
		}
		return closed, nil
	case FindRegion:
		known, err := s.regions().Region(ctx, e)
		known.Turn = e.Turn
		return known, err
	case AskYana:
		if s.Assistant == nil {
			return Answered{Turn: e.Turn, Kind: AnswerHandOver}, nil
		}
		answer, err := s.Assistant.Ask(ctx, e.Question, m.wish(""))
		answer.Turn = e.Turn
		return answer, err
	case BookCallback:
		return CallbackBooked{Turn: e.Turn, OK: true}, nil
	case Transfer:
		return Transferred{Turn: e.Turn, OK: true}, nil
	}
	return nil, nil //nolint:nilnil // most effects need no answer
}

func (s *Simulator) regions() Regions {
	if s.Regions == nil {
		return Numbering{}
	}
	return s.Regions
}

// Waits lists the timers that run in a state after these effects, so that a client of the simulator can let one run out.
func Waits(effects []Effect) map[TimerName]time.Duration {
	running := map[TimerName]time.Duration{}
	for _, e := range effects {
		t, ok := e.(Timer)
		switch {
		case ok && t.After > 0:
			running[t.Name] = t.After
		case ok:
			delete(running, t.Name)
		}
	}
	return running
}
