package interaction

import (
	"context"

	"ekc/access/viewer"
	"ekc/ent"
)

// lineOfDeferred is the line that answers what was deferred.
const lineOfDeferred = 2

// Defer puts off an enquiry that cannot be answered at once, in tx, which has locked it: its operator is released, and it belongs to
// line 2 until it is answered. text is what the citizen is told. CONFLICT in a state that does not allow it.
func (s *Service) Defer(ctx context.Context, tx *ent.Tx, i *ent.Interaction, priority int, text string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	before := *i
	i, err := s.apply(system, tx, i, change{move: MoveDefer, reason: "deferred", say: told(text), set: func(i *ent.Interaction) {
		i.OperatorID, i.WrapUpUntil = "", nil
		i.Line, i.Priority = lineOfDeferred, limited(priority)
	}})
	if err != nil || !withOperator(before.State) {
		return i, err
	}
	return i, s.router.Released(system, tx, before.OperatorID)
}

// DeferAgain puts an enquiry off again whose operator has called its citizen in vain; it stays that operator's.
func (s *Service) DeferAgain(ctx context.Context, tx *ent.Tx, i *ent.Interaction, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := s.apply(system, tx, i, change{move: MoveDefer, reason: reason})
	if err != nil {
		return nil, err
	}
	return i, s.router.Released(system, tx, i.OperatorID)
}

// Name says who answers a deferred enquiry, in tx, which has locked it; empty: nobody any more.
func (s *Service) Name(ctx context.Context, tx *ent.Tx, i *ent.Interaction, accountID string) (*ent.Interaction, error) {
	return s.apply(viewer.AsSystem(ctx), tx, i, change{move: MoveName, reason: "named", set: func(i *ent.Interaction) {
		i.OperatorID = accountID
	}})
}

// Reassign hands an enquiry, which tx has locked, to one operator, who is offered it at once; when they decline it waits in a queue of
// theirs. CONFLICT when the operator takes nothing now, or the state does not allow it.
func (s *Service) Reassign(ctx context.Context, tx *ent.Tx, i *ent.Interaction, accountID, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	q, err := s.router.DirectQueue(system, tx, accountID, i.QueueID, i.Channel)
	if err != nil {
		return nil, err
	}
	return s.offerIn(system, tx, i, q, accountID, reason)
}

// offerIn puts a locked interaction into a queue of an operator and offers it to them and no other.
func (s *Service) offerIn(system context.Context, tx *ent.Tx, i *ent.Interaction, q *ent.Queue, accountID, reason string) (*ent.Interaction, error) {
	i, err := s.enqueue(system, tx, i, q, reason, textTransferred)
	if err != nil {
		return nil, err
	}
	if err := s.router.OfferTo(system, tx, i.ID, accountID); err != nil {
		return nil, err
	}
	return tx.Interaction.Get(system, i.ID)
}
