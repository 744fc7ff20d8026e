package telephony

import (
	"context"
	"fmt"
	"slices"

	"ekc/internal/fail"
)

// Joined is a browser's leg that has been answered.
type Joined struct {
	// LegID names the leg for [Switchboard.AddCandidate].
	LegID string
	// Answer is the session description for the browser.
	Answer string
	// Candidates gives the ICE candidates found afterwards; it is closed when there are no more, and bounded.
	Candidates <-chan string
}

type (
	browserUp   struct{ leg legID }
	browserDown struct {
		leg    legID
		byPeer bool
	}
)

func (browserUp) apply(*turn)   {}
func (browserDown) apply(*turn) {}

// maxCandidates bounds the trickle of one leg.
const maxCandidates = 64

// Join brings an account's browser into the call: the operator who is offered it (which picks it up) or has it, the one who is
// consulted, a supervisor who was let in. A second Join with an offer that restarts ICE, of a page whose network has changed, goes on with
// the leg that is there; another one of the operator replaces it, as after the loss of a page.
func (s *Switchboard) Join(ctx context.Context, interactionID, accountID, offer string) (Joined, error) {
	if s.o.Browsers == nil {
		return Joined{}, fail.New(fail.Unavailable, "this node connects no browsers")
	}
	c, err := s.lookup(interactionID)
	if err != nil {
		return Joined{}, err
	}
	if again, ok := c.restart(ctx, accountID, offer); ok {
		return again, nil
	}
	number := firstBrowser + legID(s.commands.Add(1)%(1<<31))
	name := fmt.Sprintf("%s-%d", c.id, number)
	candidates := newTrickle()
	out := candidates.out
	_, notify := c.sinks(number)
	leg, answer, err := s.o.Browsers.Connect(ctx, BrowserCall{
		ID: name, Offer: offer, Near: c.mediaNear(), Notify: notify,
		Up:        func() { c.post(browserUp{number}) },
		Away:      func(on bool) { c.post(browserAway{number, on}) },
		Down:      func(byPeer bool) { candidates.close(); c.post(browserDown{number, byPeer}) },
		Candidate: candidates.add,
	})
	if err != nil {
		return Joined{}, err
	}
	done := make(chan error, 1)
	e := connected{leg: leg, id: number, account: accountID, trickle: candidates, command: s.commands.Add(1), reply: done}
	if !c.post(e) {
		e.discard()
		return Joined{}, fail.New(fail.Unavailable, "the call does not answer")
	}
	if err := c.wait(ctx, done); err != nil {
		return Joined{}, err
	}
	return Joined{LegID: name, Answer: answer, Candidates: out}, nil
}

// AddCandidate gives an ICE candidate of the browser to its leg.
func (s *Switchboard) AddCandidate(ctx context.Context, interactionID, legID, candidate string) error {
	c, err := s.lookup(interactionID)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	if !c.post(trickled{legID, candidate, done}) {
		return fail.New(fail.Unavailable, "the call does not answer")
	}
	return c.wait(ctx, done)
}

// trickled is a candidate for a leg.
type trickled struct {
	name, candidate string
	reply           chan error
}

func (trickled) apply(*turn) {}

func (c *call) trickle(e trickled) {
	for _, l := range c.lines {
		if l.report.ID != e.name {
			continue
		}
		if t, ok := l.leg.(Trickler); ok {
			e.reply <- t.AddCandidate(e.candidate)
			return
		}
	}
	e.reply <- fail.New(fail.NotFound, "the call has no such leg")
}

func (e connected) discard() {
	e.leg.Hangup(hangupUnused)
	e.leg.Media().Close()
}

// connectedLeg takes a browser's leg into the call.
func (c *call) connectedLeg(e connected) []event {
	if c.finished {
		e.discard()
		e.reply <- fail.New(fail.Conflict, "the call is over")
		return nil
	}
	c.addLine(e.id, e.leg, LegReport{AccountID: e.account}).trickle = e.trickle
	c.replies[e.command] = e.reply
	events := []event{joined{leg: e.id, account: e.account, id: e.command}}
	if slices.Contains(c.early, e.id) {
		events = append(events, c.lineUp(c.lines[e.id])...)
	}
	return events
}

// browserConnected is a browser whose sound can flow. One that is up before the call knows of it is not forgotten: the leg comes
// into the mailbox before the call of the API returns, and the news after it is kept until then.
func (c *call) browserConnected(e browserUp) []event {
	l := c.lines[e.leg]
	if l == nil {
		c.early = append(c.early, e.leg)
		return nil
	}
	if m := c.state.find(e.leg); m != nil {
		l.report.Role = m.role.String()
	}
	return c.lineUp(l)
}

func (c *call) browserGone(e browserDown) []event {
	l := c.lines[e.leg]
	if l == nil {
		return nil
	}
	l.report.EndCause = "lost"
	code := 0
	if e.byPeer {
		l.report.EndCause, code = "hung up by the party", 200
	}
	return c.lineDown(l, legDown{leg: e.leg, code: code, byPeer: e.byPeer, answered: l.report.AnsweredAt != nil, mayReturn: true})
}
