package routing

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/internal/database"
	"ekc/internal/fail"
)

// Reasons with which an interaction returns to its queue, given to Life.Requeued. As rules of a routing trace they are
// prefixed with "requeue_".
const (
	ReasonDeclined = "declined"
	ReasonMissed   = "missed"
	ReasonAway     = "operator_away"
)

// Accept takes an offered interaction for the viewer, to whom it was offered; others get fail.NotFound. Repeating it
// returns the accepted offer. After the offer has ended otherwise it fails with fail.Conflict, and the interaction is
// back in its place or soon will be.
func (s *Service) Accept(ctx context.Context, offerID string) (*ent.Offer, error) {
	v, err := operatorOf(ctx)
	if err != nil {
		return nil, err
	}
	var o *ent.Offer
	fresh := false
	err = s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		fresh = false
		if o, err = lockOffer(ctx, tx, offerID, v.AccountID); err != nil {
			return err
		}
		if o.State == offer.StateAccepted {
			return nil
		}
		now := s.clock()
		if o.State != offer.StatePending || !now.Before(o.ExpiresAt) {
			return fail.New(fail.Conflict, "the offer has ended: it was %s", endOf(o))
		}
		if err := s.life.Accepted(ctx, tx, o.InteractionID, o.AccountID); err != nil {
			return fmt.Errorf("accept interaction: %w", err)
		}
		if o, err = tx.Offer.UpdateOne(o).SetState(offer.StateAccepted).SetAnsweredAt(now).Save(ctx); err != nil {
			return fmt.Errorf("accept offer: %w", err)
		}
		// Chats are dealt round: who has just taken one is the last to get the next.
		if _, err := tx.ExecContext(ctx, `UPDATE presences SET missed_offers = 0, idle_since = $2 WHERE account_id = $1`,
			o.AccountID, now); err != nil {
			return fmt.Errorf("accept offer: %w", err)
		}
		fresh = true
		return s.appendDesk(ctx, tx, deskChange{offer: o})
	})
	if err != nil {
		return nil, err
	}
	if fresh {
		s.observe.OfferAnswered("accepted")
	}
	return o.Unwrap(), nil
}

// Decline passes an offer on: the interaction returns to its old place and goes to another operator. It does not count
// as a miss. Repeating it returns the declined offer; failures are those of Accept.
func (s *Service) Decline(ctx context.Context, offerID string) (*ent.Offer, error) {
	v, err := operatorOf(ctx)
	if err != nil {
		return nil, err
	}
	var o *ent.Offer
	fresh := false
	err = s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		fresh = false
		if o, err = lockOffer(ctx, tx, offerID, v.AccountID); err != nil {
			return err
		}
		if o.State == offer.StateDeclined {
			return nil
		}
		if o.State != offer.StatePending {
			return fail.New(fail.Conflict, "the offer has ended: it was %s", endOf(o))
		}
		fresh = true
		if o, err = s.giveBack(ctx, tx, o, offer.StateDeclined, ReasonDeclined); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE presences SET missed_offers = 0 WHERE account_id = $1`, o.AccountID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if fresh {
		s.observe.OfferAnswered("declined")
		s.Wake()
	}
	return o.Unwrap(), nil
}

// WithdrawOffer ends the pending offer of an interaction, if there is one, because the interaction is leaving OFFERED for
// another reason: the citizen left, or a supervisor moved it. The caller holds the interaction's lock, changes its state,
// and calls Wake once tx is committed.
func (s *Service) WithdrawOffer(ctx context.Context, tx *ent.Tx, interactionID, reason string) error {
	ctx = viewer.AsSystem(ctx)
	o, err := tx.Offer.Query().Where(offer.InteractionID(interactionID), offer.StateEQ(offer.StatePending)).ForUpdate(database.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("withdraw offer (%s): %w", reason, err)
	}
	if _, err := s.end(ctx, tx, o, offer.StateWithdrawn); err != nil {
		return err
	}
	s.observe.OfferAnswered("withdrawn")
	return nil
}

// lockOffer locks the offer's interaction, then the offer, and returns it as it is then. An offer to somebody else does
// not exist.
func lockOffer(ctx context.Context, tx *ent.Tx, offerID, accountID string) (*ent.Offer, error) {
	missing := fail.Field("offerId", fail.NotFound, "no such offer")
	o, err := tx.Offer.Get(ctx, offerID)
	if ent.IsNotFound(err) || err == nil && o.AccountID != accountID {
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("read offer: %w", err)
	}
	if _, err := tx.Interaction.Query().Where(interaction.ID(o.InteractionID)).ForUpdate(database.Lock).OnlyID(ctx); err != nil {
		return nil, fmt.Errorf("lock the interaction of an offer: %w", err)
	}
	if o, err = tx.Offer.Query().Where(offer.ID(offerID)).ForUpdate(database.Lock).Only(ctx); err != nil {
		return nil, fmt.Errorf("lock offer: %w", err)
	}
	return o, nil
}

// giveBack ends a pending offer and returns its interaction to its old place. The interaction and the offer are locked.
func (s *Service) giveBack(ctx context.Context, tx *ent.Tx, o *ent.Offer, to offer.State, reason string) (*ent.Offer, error) {
	if err := s.life.Requeued(ctx, tx, o.InteractionID, reason); err != nil {
		return nil, fmt.Errorf("requeue interaction: %w", err)
	}
	i, err := tx.Interaction.Query().Where(interaction.ID(o.InteractionID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read requeued interaction: %w", err)
	}
	waited := 0
	if i.QueuedAt != nil {
		waited = max(0, int(s.clock().Sub(*i.QueuedAt).Milliseconds()))
	}
	err = tx.RoutingTrace.Create().SetInteractionID(o.InteractionID).SetQueueID(o.QueueID).SetRule("requeue_" + reason).
		SetCreatedAt(s.clock()).SetWaitedMs(waited).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace requeue: %w", err)
	}
	return s.end(ctx, tx, o, to)
}

// end writes the end of a pending offer that was not accepted, and its events.
func (s *Service) end(ctx context.Context, tx *ent.Tx, o *ent.Offer, to offer.State) (*ent.Offer, error) {
	o, err := tx.Offer.UpdateOne(o).SetState(to).SetAnsweredAt(s.clock()).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("end offer: %w", err)
	}
	i, err := tx.Interaction.Query().Where(interaction.ID(o.InteractionID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("end offer: %w", err)
	}
	_, load, capacity, err := deskOf(ctx, tx, o.AccountID, o.QueueID)
	if err != nil {
		return nil, err
	}
	return o, s.appendDesk(ctx, tx, deskChange{
		offer: o, channel: i.Channel, roomChanged: load.Room(i.Channel, capacity) == 1,
	})
}

// endOf says for a person how a pending-no-more offer ended.
func endOf(o *ent.Offer) string {
	switch o.State {
	case offer.StateAccepted:
		return "accepted"
	case offer.StateDeclined:
		return "declined"
	case offer.StateWithdrawn:
		return "withdrawn"
	default:
		return "missed"
	}
}
