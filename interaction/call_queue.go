package interaction

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/internal/fail"
)

// PriorityReturned is what callers have at least whom the centre has lost: they come before everybody who merely waits.
const PriorityReturned = 80

// EnqueueCall hands a caller, whose enquiry tx has locked, to a queue, or moves them there; they keep their place when they wait
// already. priority is added to the enquiry's. Nothing changes for one that waits there already.
func (s *Service) EnqueueCall(ctx context.Context, tx *ent.Tx, i *ent.Interaction, q *ent.Queue, priority int) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	waits := i.State == interaction.StateQueued || i.State == interaction.StateOffered
	switch {
	case waits && i.QueueID == q.ID:
		return i, nil
	case !waits && i.State != interaction.StateWithAssistant:
		return nil, fail.New(fail.Conflict, "the interaction is %s", i.State)
	}
	return s.enqueueAt(system, tx, i, q, place{priority: i.Priority + priority, reason: "menu", text: textCallQueued})
}

// prefer sets the priority, within its range.
func (s *Service) prefer(system context.Context, tx *ent.Tx, i *ent.Interaction, priority int) (*ent.Interaction, error) {
	after := *i
	after.Priority = limited(priority)
	return &after, write(system, tx, i, &after)
}

// limited brings a priority into its range.
func limited(priority int) int { return min(100, max(-100, priority)) }

// Promised says in the dialogue that the citizen is called back.
func (s *Service) Promised(ctx context.Context, tx *ent.Tx, i *ent.Interaction) error {
	_, err := s.notice(viewer.AsSystem(ctx), tx, i, message.KindNotice, textCallbackWaits)
	return err
}

// Postpone takes an enquiry that cannot be called now out of the line; Resumed puts it back into its place. From QUEUED, or from
// an operator who tried in vain.
func (s *Service) Postpone(ctx context.Context, tx *ent.Tx, interactionID, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	if i.State == interaction.StateDeferred {
		return i, nil
	}
	before := *i
	i, err = s.apply(system, tx, i, change{move: MoveDefer, reason: reason, set: func(i *ent.Interaction) {
		if withOperator(before.State) {
			i.OperatorID = ""
		}
	}})
	if err != nil || !withOperator(before.State) {
		return i, err
	}
	return i, s.router.Released(system, tx, before.OperatorID)
}

// ResumeWaiting puts a postponed enquiry back into the line, in its old place.
func (s *Service) ResumeWaiting(ctx context.Context, tx *ent.Tx, interactionID, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	if i.State != interaction.StateDeferred {
		return i, nil
	}
	q, err := tx.Queue.Get(system, i.QueueID)
	if err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	return s.enqueue(system, tx, i, q, reason, textCallQueued)
}

// ReturnToHead gives an enquiry back to the queue that it came from, before everybody who merely waits, because its operator's
// device was lost or its node died. A citizen who waits already only comes to the head.
func (s *Service) ReturnToHead(ctx context.Context, tx *ent.Tx, interactionID, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	switch i.State {
	case interaction.StateQueued:
		return s.prefer(system, tx, i, max(i.Priority, PriorityReturned))
	case interaction.StateOffered:
		if err := s.router.WithdrawOffer(system, tx, i.ID, reason); err != nil {
			return nil, err
		}
		return s.toHead(system, tx, i, MoveRequeue, reason)
	case interaction.StateActive, interaction.StateHeld:
		return s.toHead(system, tx, i, MoveReturn, reason)
	case interaction.StateWithAssistant:
		return s.toHead(system, tx, i, MoveEnqueue, reason)
	default:
		return nil, fail.New(fail.Conflict, "the interaction is %s", i.State)
	}
}

func (s *Service) toHead(system context.Context, tx *ent.Tx, i *ent.Interaction, move Move, reason string) (*ent.Interaction, error) {
	before := *i
	q, err := s.queueOf(system, tx, i)
	if err != nil {
		return nil, err
	}
	now := s.now()
	place := firstPlace(&before, now)
	i, err = s.apply(system, tx, i, change{move: move, reason: reason, say: told(textCallReturned), set: func(i *ent.Interaction) {
		i.QueueID, i.Line, i.QueuedAt, i.PlaceAt, i.AwaitsAssistant = q.ID, q.Line, &now, &place, false
		i.Priority = max(before.Priority, PriorityReturned)
		if withOperator(before.State) {
			i.OperatorID = ""
		}
	}})
	if err != nil || !withOperator(before.State) {
		return i, err
	}
	return i, s.router.Released(system, tx, before.OperatorID)
}

// queueOf is the queue that an enquiry was in, or the one for it.
func (s *Service) queueOf(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Queue, error) {
	if i.QueueID == "" {
		return s.router.ChooseQueue(system, tx, Want{Channel: i.Channel, Line: i.Line, AgencyID: i.AgencyID, RegionID: i.RegionID})
	}
	q, err := tx.Queue.Get(system, i.QueueID)
	if err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	return q, nil
}

// firstPlace is the oldest place that an enquiry ever had.
func firstPlace(i *ent.Interaction, now time.Time) time.Time {
	if i.PlaceAt != nil {
		return *i.PlaceAt
	}
	if i.CreatedAt.Before(now) {
		return i.CreatedAt
	}
	return now
}

// LoseOperator is ReturnToHead for an operator whose device has vanished, and who is paused. CONFLICT when the enquiry is no
// longer theirs.
func (s *Service) LoseOperator(ctx context.Context, tx *ent.Tx, interactionID, accountID string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	if i.OperatorID != accountID || i.State != interaction.StateActive && i.State != interaction.StateHeld {
		return nil, fail.New(fail.Conflict, "the interaction is not with that operator")
	}
	if i, err = s.ReturnToHead(ctx, tx, interactionID, "operator_lost"); err != nil {
		return nil, err
	}
	return i, s.router.DeviceLost(system, tx, accountID)
}

// TakeWaiting gives a waiting enquiry, a callback, to an operator who takes it by themselves.
func (s *Service) TakeWaiting(ctx context.Context, tx *ent.Tx, interactionID, accountID string) (*ent.Interaction, error) {
	return s.give(ctx, tx, interactionID, accountID, MoveTake, "taken")
}

// HandTo gives a talk to another operator or supervisor who is in the call already; who had it is released.
func (s *Service) HandTo(ctx context.Context, tx *ent.Tx, interactionID, accountID string) (*ent.Interaction, error) {
	return s.give(ctx, tx, interactionID, accountID, MoveHandTo, "handed_on")
}

func (s *Service) give(ctx context.Context, tx *ent.Tx, interactionID, accountID string, move Move, reason string) (*ent.Interaction, error) {
	system := viewer.AsSystem(ctx)
	i, err := lock(system, tx, interactionID)
	if err != nil {
		return nil, err
	}
	if withOperator(i.State) && i.OperatorID == accountID {
		return i, nil
	}
	if err := s.router.Occupy(system, tx, accountID, i.Channel); err != nil {
		return nil, err
	}
	account, err := tx.Account.Get(system, accountID)
	if err != nil {
		return nil, fmt.Errorf("read operator: %w", err)
	}
	before, now := *i, s.now()
	i, err = s.apply(system, tx, i, change{move: move, reason: reason, say: told(textAccepted(account.DisplayName)), set: answeredBy(accountID, now)})
	if err != nil || !withOperator(before.State) {
		return i, err
	}
	return i, s.router.Released(system, tx, before.OperatorID)
}

// TransferToOperator hands an interaction to one operator, who is offered it at once; when they decline it waits in a queue of
// theirs. The viewer is its operator or supervises its segment; CONFLICT when the operator takes nothing now.
func (s *Service) TransferToOperator(ctx context.Context, interactionID, accountID, note string) (*ent.Interaction, error) {
	note, err := validNote(note, "note")
	if err != nil {
		return nil, err
	}
	return s.act(ctx, interactionID, access.TransferInteraction,
		func(system context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
			if i.State != interaction.StateActive && i.State != interaction.StateHeld || i.OperatorID == accountID {
				return nil, fail.New(fail.Conflict, "the interaction cannot be transferred to that operator")
			}
			q, err := s.router.DirectQueue(system, tx, accountID, i.QueueID, i.Channel)
			if err != nil {
				return nil, err
			}
			if note != "" {
				if i, err = tx.Interaction.UpdateOne(i).SetNote(note).Save(system); err != nil {
					return nil, fmt.Errorf("write note: %w", err)
				}
			}
			if err := s.auditTransfer(ctx, tx, i, q); err != nil {
				return nil, err
			}
			return s.offerIn(system, tx, i, q, accountID, "transferred")
		})
}
