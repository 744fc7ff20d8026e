package voice

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/phone"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/ent/servicenumber"
	"ekc/interaction"
	"ekc/internal/fail"
	"ekc/telephony"
)

// PickedUp is part of telephony.Centre.
func (s *Service) PickedUp(ctx context.Context, offerID, accountID string) error {
	return s.together(ctx, s.pickUpStep(offerID, accountID))
}

func (s *Service) pickUpStep(offerID, accountID string) step {
	do := func(ctx context.Context, tx *ent.Tx, r *round) error {
		i := r.Row(r.offers.Interaction(offerID, accountID))
		if i == nil {
			return errApart
		}
		return r.offers.Accept(ctx, tx, offerID, i)
	}
	return step{offerID: offerID, do: do, apart: func(ctx context.Context) error {
		_, err := s.o.Routing.Accept(asOperator(ctx, accountID), offerID)
		return away(err)
	}}
}

// Refused is part of telephony.Centre.
func (s *Service) Refused(ctx context.Context, offerID, accountID string) error {
	_, err := s.o.Routing.Decline(asOperator(ctx, accountID), offerID)
	return away(err)
}

// OperatorLost is part of telephony.Centre.
func (s *Service) OperatorLost(ctx context.Context, interactionID, accountID string) error {
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		_, err := s.o.Interactions.LoseOperator(ctx, tx, interactionID, accountID)
		return err
	})
}

// OperatorHungUp is part of telephony.Centre.
func (s *Service) OperatorHungUp(ctx context.Context, interactionID, accountID string) error {
	do := func(ctx context.Context, tx *ent.Tx, _ *round) error {
		return s.o.Interactions.FinishCall(asOperator(ctx, accountID), tx, interactionID)
	}
	err := s.together(ctx, step{interactionID: interactionID, do: do, apart: func(ctx context.Context) error {
		_, err := s.o.Interactions.Finish(asOperator(ctx, accountID), interactionID)
		return err
	}})
	return s.unless(ctx, err, interactionID, accountID, entinteraction.StateWrapUp)
}

// Held is part of telephony.Centre.
func (s *Service) Held(ctx context.Context, interactionID, accountID string, held bool) error {
	act, state := s.o.Interactions.Resume, entinteraction.StateActive
	if held {
		act, state = s.o.Interactions.Hold, entinteraction.StateHeld
	}
	_, err := act(asOperator(ctx, accountID), interactionID)
	return s.unless(ctx, err, interactionID, accountID, state)
}

// unless forgives a CONFLICT where what was to be brought about is so already.
func (s *Service) unless(ctx context.Context, err error, interactionID, accountID string, state entinteraction.State) error {
	if fail.CodeOf(err) != fail.Conflict {
		return away(err)
	}
	i, readErr := s.o.Client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if readErr != nil {
		return away(readErr)
	}
	if i.State == state && i.OperatorID == accountID {
		return nil
	}
	return err
}

var lineTarget = regexp.MustCompile(`^(?:line)?([12])$`)

// TransferTo is part of telephony.Centre. The target is the code of a queue, a line ("1", "line2"), or the name of a phone or of an
// account; an outside number is dialled by the switchboard, which this node must be.
func (s *Service) TransferTo(ctx context.Context, interactionID, accountID, target string) error {
	as, system := asOperator(ctx, accountID), viewer.AsSystem(ctx)
	target = strings.ToLower(strings.TrimSpace(target))
	if q, err := s.o.Client.Queue.Query().Where(queue.Code(target), queue.ChannelEQ(queue.ChannelVoice)).Only(system); err == nil {
		_, err = s.o.Interactions.Transfer(as, interactionID, q.ID, "")
		return away(err)
	} else if !ent.IsNotFound(err) {
		return away(err)
	}
	if m := lineTarget.FindStringSubmatch(target); m != nil {
		return s.transferToLine(ctx, interactionID, accountID, int(m[1][0]-'0'))
	}
	id, err := s.named(system, target)
	if err != nil {
		return away(err)
	}
	if id != "" {
		_, err = s.o.Interactions.TransferToOperator(as, interactionID, id, "")
		return away(err)
	}
	if number, ok := E164(target); ok {
		return s.passOn(ctx, interactionID, accountID, number)
	}
	return fail.New(fail.Invalid, "nobody is called so")
}

func (s *Service) transferToLine(ctx context.Context, interactionID, accountID string, line int) error {
	var q *ent.Queue
	err := s.read(ctx, func(ctx context.Context, tx *ent.Tx) error {
		i, err := tx.Interaction.Get(ctx, interactionID)
		if err != nil {
			return gone(err)
		}
		q, err = s.queueFor(ctx, tx, telephony.Wish{Line: line}, i.AgencyID, i.RegionID)
		return err
	})
	if err != nil {
		return err
	}
	_, err = s.o.Interactions.Transfer(asOperator(ctx, accountID), interactionID, q.ID, "")
	return away(err)
}

// named finds the account of a phone's or an account's name; empty when nobody has it.
func (s *Service) named(system context.Context, name string) (string, error) {
	p, err := s.o.Client.Phone.Query().Where(phone.Username(name)).Only(system)
	if err == nil {
		return p.AccountID, nil
	}
	if !ent.IsNotFound(err) {
		return "", err
	}
	id, err := s.o.Client.Account.Query().Where(account.Login(name)).OnlyID(system)
	if ent.IsNotFound(err) {
		return "", nil
	}
	return id, err
}

func (s *Service) passOn(ctx context.Context, interactionID, accountID, number string) error {
	if !Ordinary(number) {
		return fail.New(fail.Forbidden, "the centre does not call this number")
	}
	if s.board == nil {
		return errNoBoard
	}
	i, err := s.o.Client.Interaction.Get(viewer.AsSystem(ctx), interactionID)
	if err != nil {
		return away(gone(err))
	}
	from, err := s.shown(ctx, i.AgencyID)
	if err != nil {
		return err
	}
	return s.board.PassOn(ctx, interactionID, accountID, telephony.Target{Number: number, From: from})
}

var errNoBoard = fail.New(fail.Unavailable, "this node has no switchboard")

// Dialled is part of telephony.Centre.
func (s *Service) Dialled(ctx context.Context, user, number string) (telephony.CallRequest, error) {
	p, err := s.o.Client.Phone.Query().Where(phone.Username(strings.ToLower(user)), phone.Active(true)).Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		return telephony.CallRequest{}, fail.New(fail.Forbidden, "nobody has this phone")
	}
	if err != nil {
		return telephony.CallRequest{}, away(err)
	}
	_, request, err := s.dial(ctx, p.AccountID, number, "")
	return request, err
}

// dial opens an enquiry of an operator who calls a citizen, and says how to call.
func (s *Service) dial(ctx context.Context, accountID, number, agencyID string) (*ent.Interaction, telephony.CallRequest, error) {
	to, ok := E164(number)
	switch {
	case !ok:
		return nil, telephony.CallRequest{}, fail.Field("number", fail.Invalid, "is not a phone number")
	case !Ordinary(to):
		return nil, telephony.CallRequest{}, fail.Field("number", fail.Forbidden, "is a number that the centre does not call")
	}
	var i *ent.Interaction
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		role, err := s.operatorRole(ctx, tx, accountID, agencyID)
		if err != nil {
			return err
		}
		line := 1
		if role.Line != nil {
			line = *role.Line
		}
		who := interaction.Caller{Number: to, AgencyID: role.AgencyID}
		if agencyID != "" {
			who.AgencyID = agencyID
		}
		if i, err = s.o.Interactions.DialledCall(ctx, tx, who, accountID, line); err != nil {
			return err
		}
		return access.Audit(viewer.With(ctx, viewer.Viewer{Kind: viewer.Account, AccountID: accountID}), tx, "call.dial", i.ID, nil)
	})
	if err != nil {
		return nil, telephony.CallRequest{}, err
	}
	from, err := s.shown(ctx, i.AgencyID)
	return i.Unwrap(), telephony.CallRequest{InteractionID: i.ID, Number: to, From: from, AccountID: accountID}, err
}

// operatorRole is the role in force by which an account calls citizens, for the agency when one is named.
func (s *Service) operatorRole(ctx context.Context, tx *ent.Tx, accountID, agencyID string) (*ent.RoleAssignment, error) {
	now := s.now()
	roles, err := tx.RoleAssignment.Query().Where(roleassignment.AccountID(accountID), roleassignment.RoleEQ(roleassignment.RoleOperator),
		roleassignment.ValidFromLTE(now), roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now)),
		roleassignment.HasAccountWith(account.Active(true))).Order(ent.Asc(roleassignment.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	for _, r := range roles {
		if agencyID == "" || r.AgencyID == "" || r.AgencyID == agencyID {
			return r, nil
		}
	}
	return nil, fail.New(fail.Forbidden, "only operators call citizens")
}

// shown is the number that a call of the agency shows: the agency's own, or that of all; empty when there is none.
func (s *Service) shown(ctx context.Context, agencyID string) (string, error) {
	numbers, err := s.o.Client.ServiceNumber.Query().Where(servicenumber.Outbound(true), servicenumber.Active(true),
		servicenumber.Or(servicenumber.AgencyIDIsNil(), servicenumber.AgencyID(agencyID))).
		Order(ent.Asc(servicenumber.FieldNumber)).All(viewer.AsSystem(ctx))
	if err != nil {
		return "", away(fmt.Errorf("numbers to show: %w", err))
	}
	shown := ""
	for _, n := range numbers {
		if n.AgencyID != "" {
			return n.Number, nil
		}
		if shown == "" {
			shown = n.Number
		}
	}
	return shown, nil
}
