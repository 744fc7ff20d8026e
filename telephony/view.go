package telephony

import (
	"slices"
	"sync/atomic"
	"time"

	"ekc/telephony/media"
	"ekc/telephony/signaling"
)

// CallView is a call as it was at one moment.
type CallView struct {
	ID, InteractionID string
	// Phase is a name of the drawing in state.go.
	Phase          string
	Outgoing, Held bool
	// Recording is "off", "on" or "paused".
	Recording  string
	OperatorID string
	BeganAt    time.Time
	Legs       []LegView
	near       *media.Leg
}

// LegView is a leg of a call.
type LegView struct {
	ID, Kind, Role, AccountID string
	Up, Muted                 bool
	Mode                      Mode
	// phone is the name that a SIP phone registered with, dialog its call.
	phone  string
	dialog *signaling.Dialog
}

// Calls lists the calls of this node, oldest first.
func (s *Switchboard) Calls() []CallView {
	calls := s.all()
	views := make([]CallView, 0, len(calls))
	for _, c := range calls {
		views = append(views, *c.view.Load())
	}
	slices.SortFunc(views, func(a, b CallView) int { return a.BeganAt.Compare(b.BeganAt) })
	return views
}

// Find gives the call of an enquiry.
func (s *Switchboard) Find(interactionID string) (CallView, error) {
	c, err := s.lookup(interactionID)
	if err != nil {
		return CallView{}, err
	}
	return *c.view.Load(), nil
}

// show publishes the call's view.
func (c *call) show() {
	s := &c.state
	v := &CallView{
		ID: c.id, InteractionID: c.errands.interactionID, Phase: s.phase.String(), Outgoing: s.outgoing, Held: s.held,
		Recording: [...]string{"off", "on", "paused"}[s.recording], OperatorID: s.operator, BeganAt: c.began, near: c.near(),
	}
	for _, l := range s.legs {
		line := c.lines[l.id]
		if line == nil || l.leaving {
			continue
		}
		leg := LegView{
			ID: line.report.ID, Kind: line.report.Kind, Role: l.role.String(), AccountID: l.account, Up: l.up, Muted: l.muted,
			Mode: l.mode,
		}
		if line.sip != nil {
			leg.dialog = line.sip.dialog
		}
		if leg.Kind == kindPhone {
			leg.phone = line.report.Number
		}
		v.Legs = append(v.Legs, leg)
	}
	c.view.Store(v)
}

type counters struct {
	incoming, outgoing, refused               atomic.Uint64
	connected, lost, unanswered, failed       atomic.Uint64
	overruns, retries, errandsLost, tapesLost atomic.Uint64
	errands                                   atomic.Int64
}

// Metrics are the switchboard's numbers. Counters only grow.
type Metrics struct {
	// Calls by phase, now; Legs now.
	Calls map[string]int
	Legs  int
	// Incoming calls taken, Outgoing begun, Refused with 486, 488 or 503.
	Incoming, Outgoing, Refused uint64
	// Connected talks; Lost callers (gone before an operator), Unanswered citizens, calls that Failed.
	Connected, Lost, Unanswered, Failed uint64
	// Errands wait to be told to the centre; Retries of them, those lost, and recordings lost.
	Errands                         int64
	Retries, ErrandsLost, TapesLost uint64
	// Overruns are calls ended because their goroutine did not keep up.
	Overruns uint64
	// Understood, NotUnderstood and Unheard are utterances of talks: recognised, failed, and dropped because there was no time for them.
	Understood, NotUnderstood, Unheard uint64
}

// Metrics takes a snapshot.
func (s *Switchboard) Metrics() Metrics {
	n := &s.counters
	m := Metrics{
		Calls: map[string]int{}, Incoming: n.incoming.Load(), Outgoing: n.outgoing.Load(), Refused: n.refused.Load(),
		Connected: n.connected.Load(), Lost: n.lost.Load(), Unanswered: n.unanswered.Load(), Failed: n.failed.Load(),
		Errands: n.errands.Load(), Retries: n.retries.Load(), ErrandsLost: n.errandsLost.Load(), TapesLost: n.tapesLost.Load(),
		Overruns: n.overruns.Load(),
	}
	if h := s.hearing; h != nil {
		m.Understood, m.NotUnderstood, m.Unheard = h.understood.Load(), h.failed.Load(), h.dropped.Load()
	}
	for _, c := range s.all() {
		v := c.view.Load()
		m.Calls[v.Phase]++
		m.Legs += len(v.Legs)
	}
	return m
}

// count keeps the figures of a step to s.
func (c *call) count(s state) {
	n := &c.sb.counters
	if s.phase == c.state.phase {
		return
	}
	if s.phase == phaseTalk && !c.talked {
		c.talked = true
		n.connected.Add(1)
	}
	if s.phase != phaseOver || s.end == nil || s.quiet {
		return
	}
	switch {
	case s.end.Cause == EndUnanswered:
		n.unanswered.Add(1)
	case s.end.Cause == EndByFailure:
		n.failed.Add(1)
	case s.end.Cause == EndByCaller && !c.talked && !s.outgoing:
		n.lost.Add(1)
	}
}
