package voice

import (
	"context"
	"fmt"

	"ekc/ent"
	"ekc/ent/callback"
	entinteraction "ekc/ent/interaction"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/telephony"
)

// Priorities of those whom the centre has lost, added to that of the queue.
const (
	priorityLost  = -20 // callers who hung up: behind those who are on the line
	priorityAgain = 20  // who was lost and calls again
)

// promise is a callback to be made.
type promise struct {
	reason         callback.Reason
	number, origin string
}

// Callback is part of telephony.Centre.
func (s *Service) Callback(ctx context.Context, interactionID, number string) error {
	number, ok := E164(number)
	if !ok || !Ordinary(number) {
		return fail.Field("number", fail.Invalid, "is not a number that the centre calls")
	}
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		i, err := lockInteraction(ctx, tx, interactionID)
		if err != nil {
			return err
		}
		if cb, err := openCallback(ctx, tx, i.ID); cb != nil || err != nil {
			return err
		}
		switch i.State {
		case entinteraction.StateWithAssistant:
			if i, err = s.queueUp(ctx, tx, i); err != nil {
				return err
			}
		case entinteraction.StateQueued, entinteraction.StateOffered:
		default:
			return fail.New(fail.Conflict, "the interaction is %s", i.State)
		}
		if err := s.promise(ctx, tx, i, promise{reason: callback.ReasonRequested, number: number}); err != nil {
			return err
		}
		if err := s.o.Interactions.Promised(ctx, tx, i); err != nil {
			return err
		}
		c, err := openCall(ctx, tx, i.ID)
		if err != nil || c == nil {
			return err
		}
		return s.endCall(ctx, tx, c, "callback", 0)
	})
	if err == nil {
		s.poke()
	}
	return err
}

// queueUp gives a caller who never waited, for instance because the line is closed, a place.
func (s *Service) queueUp(ctx context.Context, tx *ent.Tx, i *ent.Interaction) (*ent.Interaction, error) {
	q, err := s.queueFor(ctx, tx, telephony.Wish{Line: i.Line}, i.AgencyID, i.RegionID)
	if err != nil {
		return nil, err
	}
	return s.o.Interactions.EnqueueCall(ctx, tx, i, q, 0)
}

// promise writes a callback, in place of one that the enquiry has already.
func (s *Service) promise(ctx context.Context, tx *ent.Tx, i *ent.Interaction, p promise) error {
	now := s.now()
	place := now
	if i.PlaceAt != nil {
		place = *i.PlaceAt
	}
	zone, err := s.zoneOf(ctx, tx, "", i)
	if err != nil {
		return err
	}
	open, err := openCallback(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	id := ids.New("cbk")
	if open != nil {
		id = open.ID
	}
	number, err := s.sealed(ctx, callbackPlace(id), p.number)
	if err != nil {
		return err
	}
	if open != nil {
		err := tx.Callback.UpdateOne(open).SetReason(p.reason).SetState(callback.StateWaiting).SetNumberSealed(number).
			SetNumberIndex(s.numberIndex(p.number)).ClearNumber().SetPlaceAt(place).SetNextAttemptAt(now).ClearNodeID().Exec(ctx)
		if err != nil {
			return fmt.Errorf("renew callback: %w", err)
		}
		return nil
	}
	create := tx.Callback.Create().SetID(id).SetInteractionID(i.ID).SetReason(p.reason).SetNumberSealed(number).
		SetNumberIndex(s.numberIndex(p.number)).SetLine(i.Line).SetTimeZone(zone.String()).SetPlaceAt(place).SetNextAttemptAt(now).SetCreatedAt(now)
	if i.AgencyID != "" {
		create.SetAgencyID(i.AgencyID)
	}
	if i.RegionID != "" {
		create.SetRegionID(i.RegionID)
	}
	if p.origin != "" {
		create.SetOriginID(p.origin)
	}
	if err := create.Exec(ctx); err != nil {
		return fmt.Errorf("write callback: %w", err)
	}
	return nil
}

// openCallback locks and returns the callback of an enquiry that is still to come about; nil when there is none.
func openCallback(ctx context.Context, tx *ent.Tx, interactionID string) (*ent.Callback, error) {
	cb, err := tx.Callback.Query().Where(callback.InteractionID(interactionID),
		callback.StateIn(callback.StateWaiting, callback.StateDialling)).ForUpdate(database.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, fmt.Errorf("lock callback: %w", err)
	}
	return cb, nil
}

// supersede ends the callbacks to a citizen whom we had lost and who has called again.
func (s *Service) supersede(ctx context.Context, tx *ent.Tx, number string) (lost bool, err error) {
	found, err := tx.Callback.Query().Where(callback.Or(callback.NumberIndex(s.numberIndex(number)), callback.Number(number)),
		callback.StateEQ(callback.StateWaiting), callback.ReasonEQ(callback.ReasonLost)).Order(ent.Asc(callback.FieldInteractionID)).All(ctx)
	if err != nil {
		return false, fmt.Errorf("look for callbacks: %w", err)
	}
	for _, one := range found {
		if _, err := lockInteraction(ctx, tx, one.InteractionID); err != nil {
			return false, err
		}
		cb, err := openCallback(ctx, tx, one.InteractionID)
		if err != nil {
			return false, err
		}
		if cb == nil || cb.State != callback.StateWaiting {
			continue
		}
		if _, err := s.o.Interactions.GiveUp(ctx, tx, cb.InteractionID, entinteraction.CloseReasonCallbackCancelled); err != nil {
			return false, err
		}
		if err := s.settle(ctx, tx, cb, callback.StateDone); err != nil {
			return false, err
		}
		lost = true
	}
	return lost, nil
}

// lockInteraction keeps others from changing an enquiry until tx ends. It comes before every other lock.
func lockInteraction(ctx context.Context, tx *ent.Tx, id string) (*ent.Interaction, error) {
	i, err := tx.Interaction.Query().Where(entinteraction.ID(id)).ForUpdate(database.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fail.Field("interactionId", fail.NotFound, "no such interaction")
	}
	if err != nil {
		return nil, fmt.Errorf("lock interaction: %w", err)
	}
	return i, nil
}
