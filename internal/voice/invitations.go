package voice

import (
	"context"
	"fmt"
	"strings"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callinvitation"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/telephony"
)

// KindInvited says that a colleague is invited into a call, or what became of it. It names the colleague, and the invitation in its data.
const KindInvited = "call.invited"

// DataInvitation is a key of its data.
const DataInvitation = "invitation"

// Invited is part of telephony.Centre.
func (s *Service) Invited(ctx context.Context, n telephony.Invitation) error {
	state := callinvitation.State(strings.ToUpper(n.State))
	if callinvitation.StateValidator(state) != nil {
		return fail.New(fail.Invalid, "an invitation that is %q", n.State)
	}
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		there, err := tx.CallInvitation.Query().Where(callinvitation.ID(n.ID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			c, err := s.callOf(ctx, tx, n.CallID, n.InteractionID, n.At)
			if err != nil {
				return err
			}
			create := tx.CallInvitation.Create().SetID(n.ID).SetCreatedAt(n.At).SetCallID(c.ID).SetInteractionID(c.InteractionID).
				SetAccountID(n.AccountID).SetInviterID(n.InviterID).SetState(state).SetExpiresAt(n.ExpiresAt)
			if state != callinvitation.StatePending {
				create.SetAnsweredAt(n.At)
			}
			if err := create.Exec(ctx); err != nil {
				return fmt.Errorf("write invitation: %w", err)
			}
		case err != nil:
			return fmt.Errorf("read invitation: %w", err)
		case there.State != callinvitation.StatePending || state == callinvitation.StatePending: // told before
			return nil
		default:
			if err := tx.CallInvitation.UpdateOne(there).SetState(state).SetAnsweredAt(n.At).Exec(ctx); err != nil {
				return fmt.Errorf("write invitation: %w", err)
			}
		}
		return s.o.Log.Append(ctx, tx, invitedEvent(n.ID, n.AccountID))
	})
}

func invitedEvent(id, accountID string) eventlog.Event {
	return eventlog.Event{Kind: KindInvited, AccountID: accountID, Data: map[string]string{DataInvitation: id}}
}

// withdrawInvitations ends those of a call that is over.
func (s *Service) withdrawInvitations(ctx context.Context, tx *ent.Tx, callID string) error {
	open, err := tx.CallInvitation.Query().Where(callinvitation.CallID(callID), callinvitation.StateEQ(callinvitation.StatePending)).All(ctx)
	if err != nil {
		return fmt.Errorf("read invitations: %w", err)
	}
	for _, n := range open {
		err := tx.CallInvitation.UpdateOne(n).SetState(callinvitation.StateWithdrawn).SetAnsweredAt(s.now()).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end invitation: %w", err)
		}
		if err := s.o.Log.Append(ctx, tx, invitedEvent(n.ID, n.AccountID)); err != nil {
			return err
		}
	}
	return nil
}

// DeclineInvitation tells a colleague who consults the viewer that they will not join. CONFLICT: nobody waits any more.
func (s *Service) DeclineInvitation(ctx context.Context, id string) (*ent.CallInvitation, error) {
	if me(ctx) == "" {
		return nil, access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	system := viewer.AsSystem(ctx)
	n, err := s.o.Client.CallInvitation.Query().Where(callinvitation.ID(id), callinvitation.AccountID(me(ctx))).Only(system)
	if ent.IsNotFound(err) {
		return nil, fail.Field("invitationId", fail.NotFound, "no such invitation")
	}
	if err != nil {
		return nil, away(err)
	}
	if n.State != callinvitation.StatePending {
		return nil, fail.Field("invitationId", fail.Conflict, "nobody waits for an answer any more")
	}
	at, err := s.callAt(ctx, n.InteractionID)
	if err == nil {
		err = at.Decline(ctx, n.InteractionID, me(ctx))
	}
	if err != nil {
		return nil, err
	}
	// The switchboard reports it as well, a moment later.
	err = s.Invited(ctx, telephony.Invitation{ID: n.ID, AccountID: n.AccountID, State: "declined", At: s.now()})
	if err != nil {
		return nil, err
	}
	n, err = s.o.Client.CallInvitation.Get(system, n.ID)
	return n, away(err)
}
