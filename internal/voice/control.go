package voice

import (
	"context"
	"errors"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/internal/fail"
	"ekc/telephony"
)

// The methods below are what people do with a call, on whichever node it is. The viewer of ctx is its operator, unless it says
// otherwise. UNAVAILABLE: the node that has the call does not answer.

// Mode mirrors the ways in which a supervisor takes part.
type Mode = telephony.Mode

// working checks that the viewer is the operator of the call, or does the action to it, and finds its call.
func (s *Service) working(ctx context.Context, interactionID string, action access.Action) (*ent.Interaction, controls, error) {
	i, err := s.may(ctx, interactionID, action)
	if err != nil {
		return nil, nil, err
	}
	at, err := s.callAt(ctx, interactionID)
	return i, at, err
}

// may decides on an interaction.
func (s *Service) may(ctx context.Context, interactionID string, action access.Action) (*ent.Interaction, error) {
	missing := fail.Field("interactionId", fail.NotFound, "no such interaction")
	i, err := s.o.Client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if ent.IsNotFound(err) {
		i, err = &ent.Interaction{}, nil
	}
	if err != nil {
		return nil, away(err)
	}
	err = access.CheckObject(ctx, action, access.InteractionObject(ctx, i, false))
	if fail.CodeOf(err) == fail.NotFound || err == nil && i.ID == "" {
		return nil, missing
	}
	return i, err
}

// callAt finds the switchboard that has the call of an enquiry; CONFLICT when there is none.
func (s *Service) callAt(ctx context.Context, interactionID string) (controls, error) {
	if s.board != nil {
		if _, err := s.board.Find(interactionID); fail.CodeOf(err) != fail.NotFound {
			return here{s.board}, err
		}
	}
	c, err := s.o.Client.Call.Query().Where(call.InteractionID(interactionID), call.EndedAtIsNil()).Order(ent.Desc(call.FieldBeganAt)).
		Select(call.FieldNodeID).First(viewer.AsSystem(ctx))
	switch {
	case ent.IsNotFound(err) || err == nil && c.NodeID == s.node:
		return nil, fail.New(fail.Conflict, "the interaction has no call now")
	case err != nil:
		return nil, away(err)
	}
	return remote{s, c.NodeID}, nil
}

// callOrNone is callAt for those who may not know whether there is a call.
func (s *Service) callOrNone(ctx context.Context, interactionID string) (controls, error) {
	at, err := s.callAt(ctx, interactionID)
	if fail.CodeOf(err) == fail.Conflict {
		err = fail.Field("interactionId", fail.NotFound, "no such call")
	}
	return at, err
}

func me(ctx context.Context) string { return viewer.From(ctx).AccountID }

// Join brings the viewer's browser into the call: its operator, one whom it is offered to or who is consulted, a supervisor who was
// let in; others get NOT_FOUND or CONFLICT from the switchboard.
func (s *Service) Join(ctx context.Context, interactionID, offer string) (telephony.Joined, error) {
	if len(offer) == 0 || len(offer) > maxSDP {
		return telephony.Joined{}, fail.Field("offer", fail.Invalid, "is empty or longer than %d bytes", maxSDP)
	}
	if viewer.From(ctx).Kind != viewer.Account {
		return telephony.Joined{}, access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	at, err := s.callOrNone(ctx, interactionID)
	if fail.CodeOf(err) == fail.NotFound {
		at, err = s.callToCome(ctx, interactionID)
	}
	if err != nil {
		return telephony.Joined{}, err
	}
	if _, local := at.(here); local {
		return s.joinHere(ctx, interactionID, me(ctx), offer)
	}
	return at.Join(ctx, interactionID, me(ctx), offer)
}

// joinHere brings a browser into a call of this node, and keeps the candidates that are found until the browser asks for them.
func (s *Service) joinHere(ctx context.Context, interactionID, accountID, offer string) (telephony.Joined, error) {
	if s.board == nil {
		return telephony.Joined{}, errNoBoard
	}
	joined, err := s.board.Join(ctx, interactionID, accountID, offer)
	if err == nil && joined.Candidates != nil {
		s.trickles.keep(joined.LegID, trickle{interactionID: interactionID, accountID: accountID, candidates: joined.Candidates})
	}
	return joined, err
}

const (
	maxSDP       = 16 << 10
	maxCandidate = 1 << 10
)

// AddCandidate gives an ICE candidate of the viewer's browser to its leg.
func (s *Service) AddCandidate(ctx context.Context, interactionID, legID, candidate string) error {
	if len(candidate) > maxCandidate {
		return fail.Field("candidate", fail.Invalid, "is longer than %d bytes", maxCandidate)
	}
	if me(ctx) == "" {
		return access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	at, _, err := s.legOf(ctx, interactionID, func(l telephony.LegView) bool { return l.ID == legID })
	if fail.CodeOf(err) == fail.NotFound {
		return fail.Field("legId", fail.NotFound, "no such leg")
	}
	if err != nil {
		return err
	}
	return at.AddCandidate(ctx, interactionID, legID, candidate)
}

// legOf finds a leg of the viewer's; NOT_FOUND when there is none.
func (s *Service) legOf(ctx context.Context, interactionID string, is func(telephony.LegView) bool) (controls, telephony.LegView, error) {
	missing := fail.Field("interactionId", fail.NotFound, "no such call")
	at, err := s.callOrNone(ctx, interactionID)
	if err != nil {
		return nil, telephony.LegView{}, err
	}
	view, err := at.view(ctx, interactionID)
	if err != nil {
		if fail.CodeOf(err) != fail.Unavailable {
			err = missing
		}
		return nil, telephony.LegView{}, err
	}
	for _, l := range view.Legs {
		if l.AccountID == me(ctx) && is(l) {
			return at, l, nil
		}
	}
	return nil, telephony.LegView{}, missing
}

// Mute keeps what the viewer says from everybody, or takes that back. Whoever takes part.
func (s *Service) Mute(ctx context.Context, interactionID string, on bool) error {
	if me(ctx) == "" {
		return access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	at, _, err := s.legOf(ctx, interactionID, func(telephony.LegView) bool { return true })
	if err != nil {
		return err
	}
	return at.Mute(ctx, interactionID, me(ctx), on)
}

// Keys presses keys towards the citizen, or the party that is consulted.
func (s *Service) Keys(ctx context.Context, interactionID, keys string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func(at controls) error { return at.SendDTMF(ctx, interactionID, me(ctx), keys) })
}

// operate does something as the operator of the call.
func (s *Service) operate(ctx context.Context, interactionID string, do func(at controls) error) (*ent.Interaction, error) {
	i, at, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	return i, do(at)
}

// PauseRecording writes silence while personal data is dictated, for 5 s to 10 min and 2 min when limit is 0; it is audited, and so is
// who ends it. The timeline tells both, also when it ends by itself.
func (s *Service) PauseRecording(ctx context.Context, interactionID string, limit time.Duration) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func(at controls) error {
		if err := at.PauseRecording(ctx, interactionID, me(ctx), limit); err != nil {
			return err
		}
		return s.audit(ctx, "recording.pause", interactionID, nil)
	})
}

// ResumeRecording ends a pause.
func (s *Service) ResumeRecording(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func(at controls) error {
		if err := at.ResumeRecording(ctx, interactionID, me(ctx)); err != nil {
			return err
		}
		return s.audit(ctx, "recording.resume", interactionID, nil)
	})
}

func (s *Service) audit(ctx context.Context, action, object string, detail map[string]string) error {
	return s.o.Log.InTx(ctx, func(_ context.Context, tx *ent.Tx) error { return access.Audit(ctx, tx, action, object, detail) })
}

// Party is whom an operator consults or passes a caller on to: an account, or an outside number.
type Party struct{ AccountID, Number string }

// target checks a party: a number must be one that the centre calls.
func (s *Service) target(ctx context.Context, i *ent.Interaction, p Party) (telephony.Target, error) {
	switch {
	case (p.AccountID == "") == (p.Number == ""):
		return telephony.Target{}, fail.New(fail.Invalid, "name either an account or a number")
	case p.AccountID != "":
		a, err := s.o.Client.Account.Get(viewer.AsSystem(ctx), p.AccountID)
		if ent.IsNotFound(err) || err == nil && !a.Active {
			return telephony.Target{}, fail.Field("accountId", fail.NotFound, "no such colleague")
		}
		return telephony.Target{AccountID: p.AccountID}, away(err)
	}
	number, ok := E164(p.Number)
	switch {
	case !ok:
		return telephony.Target{}, fail.Field("number", fail.Invalid, "is not a phone number")
	case !Ordinary(number):
		return telephony.Target{}, fail.Field("number", fail.Forbidden, "is a number that the centre does not call")
	}
	from, err := s.shown(ctx, i.AgencyID)
	return telephony.Target{Number: number, From: from}, err
}

// Consult calls a second party while the citizen hears music.
func (s *Service) Consult(ctx context.Context, interactionID string, p Party) (*ent.Interaction, error) {
	i, at, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	t, err := s.target(ctx, i, p)
	if err != nil {
		return nil, err
	}
	return i, at.Consult(ctx, interactionID, me(ctx), t)
}

// CompleteConsult leaves the citizen with the second party: a colleague becomes the operator, with an outside number the
// wrap-up begins.
func (s *Service) CompleteConsult(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	i, at, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	view, err := at.view(ctx, interactionID)
	if err != nil {
		return nil, err
	}
	for _, l := range view.Legs {
		if l.Role == "consulted" && l.Up && l.AccountID != "" { // the switchboard follows the centre
			return s.hand(ctx, interactionID, l.AccountID)
		}
	}
	return i, at.CompleteConsult(ctx, interactionID, me(ctx))
}

func (s *Service) hand(ctx context.Context, interactionID, accountID string) (i *ent.Interaction, err error) {
	as := ctx
	err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if i, err = s.o.Interactions.HandTo(ctx, tx, interactionID, accountID); err != nil {
			return err
		}
		return access.Audit(as, tx, "interaction.hand", interactionID, map[string]string{"account": accountID})
	})
	if err != nil {
		return nil, err
	}
	return i.Unwrap(), nil
}

// CancelConsult sends the second party away.
func (s *Service) CancelConsult(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func(at controls) error { return at.CancelConsult(ctx, interactionID, me(ctx)) })
}

// Conference lets all three hear each other.
func (s *Service) Conference(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func(at controls) error { return at.Conference(ctx, interactionID, me(ctx)) })
}

// PassOn transfers the citizen to an outside number; the wrap-up begins.
func (s *Service) PassOn(ctx context.Context, interactionID, number string) (*ent.Interaction, error) {
	i, at, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	t, err := s.target(ctx, i, Party{Number: number})
	if err != nil {
		return nil, err
	}
	return i, at.PassOn(ctx, interactionID, me(ctx), t)
}

// HangUp ends the operator's talk.
func (s *Service) HangUp(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func(at controls) error { return at.HangUp(ctx, interactionID, me(ctx)) })
}

// Supervise lets the viewer, a supervisor of the segment, into a talk, or changes how they take part; it is audited.
func (s *Service) Supervise(ctx context.Context, interactionID string, mode Mode) (*ent.Interaction, error) {
	i, at, err := s.working(ctx, interactionID, access.SuperviseCall)
	if err != nil {
		return nil, err
	}
	if err := at.Supervise(ctx, interactionID, me(ctx), mode); err != nil {
		return nil, err
	}
	return i, s.audit(ctx, "call.supervise", interactionID, map[string]string{"mode": string(mode)})
}

// StopSupervising ends it.
func (s *Service) StopSupervising(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	i, at, err := s.working(ctx, interactionID, access.SuperviseCall)
	if err != nil {
		return nil, err
	}
	return i, at.StopSupervising(ctx, interactionID, me(ctx))
}

// TakeOver makes the viewer, a supervisor who is in the talk, its operator.
func (s *Service) TakeOver(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	_, at, err := s.working(ctx, interactionID, access.SuperviseCall)
	if err != nil {
		return nil, err
	}
	if err := at.TakeOver(ctx, interactionID, me(ctx)); err != nil {
		return nil, err
	}
	return s.hand(ctx, interactionID, me(ctx))
}

// Dial opens an enquiry of the viewer, an operator, and calls the citizen. agencyID, which may be empty, says whose number is shown.
func (s *Service) Dial(ctx context.Context, number, agencyID string) (*ent.Interaction, error) {
	if err := access.Check(ctx, access.DialOut, access.Anywhere); err != nil {
		return nil, err
	}
	at, err := s.dialler(ctx)
	if err != nil {
		return nil, err
	}
	i, request, err := s.dial(ctx, me(ctx), number, agencyID)
	if err != nil {
		return nil, err
	}
	if err := at(ctx, request); err != nil {
		return nil, errors.Join(err, s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			_, err := s.o.Interactions.GiveUp(ctx, tx, i.ID, "CALL_LOST")
			return err
		}))
	}
	return i, nil
}
