package voice

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/internal/fail"
	"ekc/telephony"
)

// The methods below are what people do with a call. The viewer of ctx is its operator, unless it says otherwise. The switchboard
// that has the call must be this node's: UNAVAILABLE when it is another's.

// Mode mirrors the ways in which a supervisor takes part.
type Mode = telephony.Mode

// working checks that the viewer is the operator of the call, or does the action to it, and that its call is here.
func (s *Service) working(ctx context.Context, interactionID string, action access.Action) (*ent.Interaction, error) {
	i, err := s.may(ctx, interactionID, action)
	if err != nil {
		return nil, err
	}
	return i, s.here(ctx, interactionID)
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

// here makes sure that the call of an enquiry is on this node.
func (s *Service) here(ctx context.Context, interactionID string) error {
	if s.board == nil {
		return errNoBoard
	}
	if _, err := s.board.Find(interactionID); fail.CodeOf(err) != fail.NotFound {
		return err
	}
	elsewhere, err := s.o.Client.Call.Query().Where(call.InteractionID(interactionID), call.EndedAtIsNil(), call.NodeIDNEQ(s.node)).
		Exist(viewer.AsSystem(ctx))
	switch {
	case err != nil:
		return away(err)
	case elsewhere:
		return fail.New(fail.Unavailable, "another node has this call; ask there")
	default:
		return fail.New(fail.Conflict, "the interaction has no call now")
	}
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
	if err := s.here(ctx, interactionID); err != nil {
		if fail.CodeOf(err) == fail.Conflict {
			err = fail.Field("interactionId", fail.NotFound, "no such call")
		}
		return telephony.Joined{}, err
	}
	joined, err := s.board.Join(ctx, interactionID, me(ctx), offer)
	if err == nil && joined.Candidates != nil {
		s.trickles.keep(joined.LegID, trickle{interactionID: interactionID, accountID: me(ctx), candidates: joined.Candidates})
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
	if err := s.inCall(ctx, interactionID, legID); err != nil {
		return err
	}
	return s.board.AddCandidate(ctx, interactionID, legID, candidate)
}

// inCall makes sure that a leg is the viewer's.
func (s *Service) inCall(ctx context.Context, interactionID, legID string) error {
	missing := fail.Field("legId", fail.NotFound, "no such leg")
	if me(ctx) == "" {
		return access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	if s.board == nil {
		return errNoBoard
	}
	view, err := s.board.Find(interactionID)
	if err != nil {
		return missing
	}
	for _, l := range view.Legs {
		if l.ID == legID && l.AccountID == me(ctx) {
			return nil
		}
	}
	return missing
}

// Mute keeps what the viewer says from everybody, or takes that back. Whoever takes part.
func (s *Service) Mute(ctx context.Context, interactionID string, on bool) error {
	if me(ctx) == "" {
		return access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	missing := fail.Field("interactionId", fail.NotFound, "no such call")
	if s.board == nil {
		return errNoBoard
	}
	view, err := s.board.Find(interactionID)
	if err != nil {
		return missing
	}
	for _, l := range view.Legs {
		if l.AccountID == me(ctx) {
			return s.board.Mute(ctx, interactionID, me(ctx), on)
		}
	}
	return missing
}

// Keys presses keys towards the citizen, or the party that is consulted.
func (s *Service) Keys(ctx context.Context, interactionID, keys string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func() error { return s.board.SendDTMF(ctx, interactionID, me(ctx), keys) })
}

// operate does something as the operator of the call.
func (s *Service) operate(ctx context.Context, interactionID string, do func() error) (*ent.Interaction, error) {
	i, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	return i, do()
}

// PauseRecording writes silence while personal data is dictated; it is audited, and so is its end.
func (s *Service) PauseRecording(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func() error {
		if err := s.board.PauseRecording(ctx, interactionID, me(ctx)); err != nil {
			return err
		}
		return s.audit(ctx, "recording.pause", interactionID, nil)
	})
}

// ResumeRecording ends a pause.
func (s *Service) ResumeRecording(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func() error {
		if err := s.board.ResumeRecording(ctx, interactionID, me(ctx)); err != nil {
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
	i, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	t, err := s.target(ctx, i, p)
	if err != nil {
		return nil, err
	}
	return i, s.board.Consult(ctx, interactionID, me(ctx), t)
}

// CompleteConsult leaves the citizen with the second party: a colleague becomes the operator, with an outside number the
// wrap-up begins.
func (s *Service) CompleteConsult(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	i, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	view, err := s.board.Find(interactionID)
	if err != nil {
		return nil, err
	}
	for _, l := range view.Legs {
		if l.Role == "consulted" && l.Up && l.AccountID != "" { // the switchboard follows the centre
			return s.hand(ctx, interactionID, l.AccountID)
		}
	}
	return i, s.board.CompleteConsult(ctx, interactionID, me(ctx))
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
	return s.operate(ctx, interactionID, func() error { return s.board.CancelConsult(ctx, interactionID, me(ctx)) })
}

// Conference lets all three hear each other.
func (s *Service) Conference(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func() error { return s.board.Conference(ctx, interactionID, me(ctx)) })
}

// PassOn transfers the citizen to an outside number; the wrap-up begins.
func (s *Service) PassOn(ctx context.Context, interactionID, number string) (*ent.Interaction, error) {
	i, err := s.working(ctx, interactionID, access.WorkInteraction)
	if err != nil {
		return nil, err
	}
	t, err := s.target(ctx, i, Party{Number: number})
	if err != nil {
		return nil, err
	}
	return i, s.board.PassOn(ctx, interactionID, me(ctx), t)
}

// HangUp ends the operator's talk.
func (s *Service) HangUp(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	return s.operate(ctx, interactionID, func() error { return s.board.HangUp(ctx, interactionID, me(ctx)) })
}

// Supervise lets the viewer, a supervisor of the segment, into a talk, or changes how they take part; it is audited.
func (s *Service) Supervise(ctx context.Context, interactionID string, mode Mode) (*ent.Interaction, error) {
	i, err := s.working(ctx, interactionID, access.SuperviseCall)
	if err != nil {
		return nil, err
	}
	if err := s.board.Supervise(ctx, interactionID, me(ctx), mode); err != nil {
		return nil, err
	}
	return i, s.audit(ctx, "call.supervise", interactionID, map[string]string{"mode": string(mode)})
}

// StopSupervising ends it.
func (s *Service) StopSupervising(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	i, err := s.working(ctx, interactionID, access.SuperviseCall)
	if err != nil {
		return nil, err
	}
	return i, s.board.StopSupervising(ctx, interactionID, me(ctx))
}

// TakeOver makes the viewer, a supervisor who is in the talk, its operator.
func (s *Service) TakeOver(ctx context.Context, interactionID string) (*ent.Interaction, error) {
	if _, err := s.working(ctx, interactionID, access.SuperviseCall); err != nil {
		return nil, err
	}
	if err := s.board.TakeOver(ctx, interactionID, me(ctx)); err != nil {
		return nil, err
	}
	return s.hand(ctx, interactionID, me(ctx))
}

// Dial opens an enquiry of the viewer, an operator, and calls the citizen. agencyID, which may be empty, says whose number is shown.
func (s *Service) Dial(ctx context.Context, number, agencyID string) (*ent.Interaction, error) {
	if err := access.Check(ctx, access.DialOut, access.Anywhere); err != nil {
		return nil, err
	}
	if s.board == nil {
		return nil, errNoBoard
	}
	i, request, err := s.dial(ctx, me(ctx), number, agencyID)
	if err != nil {
		return nil, err
	}
	callID, err := s.board.Call(request)
	if err != nil {
		undo := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			_, err := s.o.Interactions.GiveUp(ctx, tx, i.ID, "CALL_LOST")
			return err
		})
		if undo != nil {
			return nil, undo
		}
		return nil, err
	}
	return i, s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error { return s.writeOutbound(ctx, tx, callID, i.ID, s.now()) })
}

// Live says how a call of this node stands; false when it is not here.
func (s *Service) Live(interactionID string) (telephony.CallView, bool) {
	if s.board == nil {
		return telephony.CallView{}, false
	}
	view, err := s.board.Find(interactionID)
	return view, err == nil
}
