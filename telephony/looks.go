package telephony

import (
	"context"
	"fmt"
	"time"
)

// CallReport is how a call looks to those who follow it, apart from its legs.
type CallReport struct {
	CallID, InteractionID string
	// Held: the citizen hears music instead of the talk.
	Held bool
	// Tape is "off", "on" or "paused", Consulting "none", "calling", "talking" or "conference".
	Tape, Consulting string
	// Note is empty, or "console_only", "declined", "no_answer" or "unreachable": why the one who is consulted is still waited for, or why the
	// last consultation ended without a talk.
	Note string
	// TapeMoved: the recording was paused or taken up again, which belongs into the timeline. At is when.
	TapeMoved bool
	At        time.Time
}

// Invitation says that a colleague is consulted and waited for, or what became of that.
type Invitation struct {
	// ID names it, unique over all nodes and time.
	ID, CallID, InteractionID string
	// AccountID is invited by InviterID, the operator.
	AccountID, InviterID string
	// State is "pending", "joined", "declined" or "withdrawn".
	State string
	// At is when it came to this; ExpiresAt when nobody waits any more.
	At, ExpiresAt time.Time
}

// looks are what is reported. They follow from the state alone, so that no path can forget to report them.
type looks struct {
	held    bool
	tape    recordStage
	consult consultStage
	note    consultNote
	// invited is the colleague who is waited for, inviter who waits.
	invited, inviter string
}

func (s *state) looks() looks {
	l := looks{tape: s.recording, note: s.note}
	if s.phase != phaseTalk {
		return l
	}
	l.consult = s.consult
	apart := s.consult == consultCalling || s.consult == consultTalking
	l.held = s.held || apart && s.with(roleAside, true) == nil
	if s.consult == consultCalling && s.target.AccountID != "" {
		l.invited, l.inviter = s.target.AccountID, s.operator
	}
	return l
}

var (
	tapeNames    = [...]string{"off", "on", "paused"}
	consultNames = [...]string{"none", "calling", "talking", "conference"}
	noteNames    = [...]string{"", "console_only", "declined", "no_answer", "unreachable"}
)

// reporter is what the actor has reported last.
type reporter struct {
	looks
	invitation Invitation
	made       int
}

// reportLooks tells the centre what has changed for those who follow the call. Its end is told otherwise.
func (c *call) reportLooks() {
	now, was := c.state.looks(), c.reported.looks
	c.reported.looks = now
	if now.invited != was.invited {
		c.reportInvitation(now)
	}
	if c.state.phase == phaseOver {
		return
	}
	if now.held != was.held || now.tape != was.tape || now.consult != was.consult || now.note != was.note {
		c.tell(reportCall{CallReport{
			CallID: c.id, Held: now.held, Tape: tapeNames[now.tape], Consulting: consultNames[now.consult],
			Note:      noteNames[now.note],
			TapeMoved: now.tape != was.tape && (now.tape == recordPaused || was.tape == recordPaused), At: c.sb.o.Clock(),
		}})
	}
	c.reportParties()
}

// reportInvitation tells of the end of one invitation and of the next one.
func (c *call) reportInvitation(now looks) {
	at := c.sb.o.Clock()
	if i := c.reported.invitation; i.State == invitePending {
		i.At, i.State = at, inviteWithdrawn
		switch {
		case c.state.declined:
			i.State = inviteDeclined
		case c.state.of(i.AccountID) != nil:
			i.State = inviteJoined
		}
		c.reported.invitation = i
		c.tell(reportInvite{i})
	}
	if now.invited == "" {
		return
	}
	c.reported.made++
	c.reported.invitation = Invitation{
		ID: fmt.Sprintf("%s-i%d", c.id, c.reported.made), CallID: c.id, AccountID: now.invited, InviterID: now.inviter,
		State: invitePending, At: at, ExpiresAt: at.Add(c.sb.o.Settings.ConsultTimeout),
	}
	c.tell(reportInvite{c.reported.invitation})
}

// The states of an invitation.
const (
	invitePending   = "pending"
	inviteJoined    = "joined"
	inviteDeclined  = "declined"
	inviteWithdrawn = "withdrawn"
)

// reportParties tells of those who are there and are muted now, or are something else than they were.
func (c *call) reportParties() {
	for i := range c.state.legs {
		m := &c.state.legs[i]
		l := c.lines[m.id]
		if l == nil || !m.up || m.leaving {
			continue
		}
		if r := &l.report; r.Muted != m.muted || r.Role != m.role.String() {
			r.Muted, r.Role = m.muted, m.role.String()
			c.tell(reportLeg{*r})
		}
	}
}

type (
	reportCall   struct{ CallReport }
	reportInvite struct{ Invitation }
)

func (e reportCall) run(ctx context.Context, c Centre, id string) (event, error) {
	e.InteractionID = id
	return nil, c.Looks(ctx, e.CallReport)
}

func (e reportInvite) run(ctx context.Context, c Centre, id string) (event, error) {
	e.InteractionID = id
	return nil, c.Invited(ctx, e.Invitation)
}
