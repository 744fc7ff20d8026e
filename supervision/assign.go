package supervision

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/directive"
	"ekc/ent/interaction"
	"ekc/internal/fail"
)

// Assign hands an interaction of the viewer's segment, which waits or is with an operator, to another operator, who is offered it at once;
// both are told why. CONFLICT when that operator takes nothing now, or it is over.
func (s *Service) Assign(ctx context.Context, interactionID, accountID, reason string) (*ent.Interaction, error) {
	return s.move(ctx, interactionID, reason, func(system context.Context, tx *ent.Tx, i *ent.Interaction, reason string) (*ent.Interaction, error) {
		switch i.State {
		case interaction.StateQueued, interaction.StateOffered, interaction.StateActive, interaction.StateHeld:
		default:
			return nil, fail.New(fail.Conflict, "the interaction is %s", i.State)
		}
		if i.OperatorID == accountID {
			return nil, fail.Field("accountId", fail.Conflict, "the operator has it already")
		}
		if _, err := s.staff(ctx, system, tx, accountID, access.ReadAccounts); err != nil {
			return nil, err
		}
		i, err := s.o.Life.Reassign(ctx, tx, i, accountID, "reassigned")
		if err != nil {
			return nil, err
		}
		_, err = s.tell(ctx, tx, order{accountID: accountID, kind: directive.KindAssigned, reason: reason, interactionID: i.ID})
		return i, err
	})
}

// TakeOver makes the viewer, a supervisor of its segment, the operator of a chat that waits or is with somebody, who is told why. Of a call
// that is what callTakeOver is for. CONFLICT when the viewer has no room for it.
func (s *Service) TakeOver(ctx context.Context, interactionID, reason string) (*ent.Interaction, error) {
	return s.move(ctx, interactionID, reason, func(_ context.Context, tx *ent.Tx, i *ent.Interaction, _ string) (*ent.Interaction, error) {
		me := viewer.From(ctx).AccountID
		switch {
		case i.Channel != interaction.ChannelChat:
			return nil, fail.New(fail.Conflict, "the interaction is a call")
		case i.State == interaction.StateQueued:
			return s.o.Life.TakeWaiting(ctx, tx, i.ID, me)
		case i.State != interaction.StateActive && i.State != interaction.StateHeld:
			return nil, fail.New(fail.Conflict, "the interaction is %s", i.State)
		case i.OperatorID == me:
			return nil, fail.New(fail.Conflict, "it is yours already")
		}
		return s.o.Life.HandTo(ctx, tx, i.ID, me)
	})
}

// move takes an interaction from whoever has it and tells them why.
func (s *Service) move(ctx context.Context, interactionID, reason string,
	do func(system context.Context, tx *ent.Tx, i *ent.Interaction, reason string) (*ent.Interaction, error),
) (*ent.Interaction, error) {
	reason, err := words("reason", reason, maxReason)
	if err != nil {
		return nil, err
	}
	var moved *ent.Interaction
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		i, err := s.lockAllowed(ctx, tx, interactionID, access.AssignInteraction)
		if err != nil {
			return err
		}
		had := ""
		if i.State == interaction.StateActive || i.State == interaction.StateHeld {
			had = i.OperatorID
		}
		if moved, err = do(system, tx, i, reason); err != nil {
			return err
		}
		if had != "" {
			if _, err := s.tell(ctx, tx, order{accountID: had, kind: directive.KindTakenAway, reason: reason, interactionID: i.ID}); err != nil {
				return err
			}
		}
		return access.Audit(ctx, tx, "interaction.assign", i.ID, map[string]string{"from": had, "to": moved.OperatorID})
	})
	if err != nil {
		return nil, err
	}
	s.routing.Wake()
	return moved.Unwrap(), nil
}

// lockAllowed locks an interaction that the viewer may do the action to.
func (s *Service) lockAllowed(ctx context.Context, tx *ent.Tx, id string, action access.Action) (*ent.Interaction, error) {
	i, err := s.o.Life.Lock(ctx, tx, id)
	if fail.CodeOf(err) == fail.NotFound {
		if viewer.From(ctx).Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, errNoInteraction
	}
	if err != nil {
		return nil, err
	}
	if err := access.CheckObject(ctx, action, access.InteractionObject(ctx, i, false)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return nil, errNoInteraction
		}
		return nil, err
	}
	return i, nil
}
