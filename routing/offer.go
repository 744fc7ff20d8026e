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
	o, fresh, err := s.answer(ctx, offerID, v.AccountID, offer.StateAccepted, s.accept)
	if err == nil && fresh {
		s.observe.OfferAnswered("accepted")
	}
	return o, err
}

func (s *Service) accept(ctx context.Context, tx *ent.Tx, o *ent.Offer, i *ent.Interaction) error {
	now := s.clock()
	if !now.Before(o.ExpiresAt) {
		return fail.New(fail.Conflict, "the offer has ended: it was %s", endOf(o))
	}
	operator, err := o.Edges.AccountOrErr()
	if err != nil {
		return fmt.Errorf("read operator: %w", err)
	}
	if err := s.life.Accepted(ctx, tx, i, operator); err != nil {
		return fmt.Errorf("accept interaction: %w", err)
	}
	// Chats are dealt round: who has just taken one is the last to get the next.
	_, err = tx.ExecContext(ctx, `
		WITH answered AS (UPDATE offers SET state = 'ACCEPTED', answered_at = $3::timestamptz WHERE id = $2)
		UPDATE presences SET missed_offers = 0, idle_since = $3::timestamptz WHERE account_id = $1`, o.AccountID, o.ID, now)
	if err != nil {
		return fmt.Errorf("accept offer: %w", err)
	}
	o.State, o.AnsweredAt = offer.StateAccepted, &now
	return s.appendDesk(ctx, tx, o, nil)
}

// Decline passes an offer on: the interaction returns to its old place and goes to another operator. It does not count
// as a miss. Repeating it returns the declined offer; failures are those of Accept.
func (s *Service) Decline(ctx context.Context, offerID string) (*ent.Offer, error) {
	v, err := operatorOf(ctx)
	if err != nil {
		return nil, err
	}
	o, fresh, err := s.answer(ctx, offerID, v.AccountID, offer.StateDeclined, s.decline)
	if err == nil && fresh {
		s.observe.OfferAnswered("declined")
		s.Wake()
	}
	return o, err
}

func (s *Service) decline(ctx context.Context, tx *ent.Tx, o *ent.Offer, i *ent.Interaction) error {
	if err := s.giveBack(ctx, tx, o, i, offer.StateDeclined, ReasonDeclined); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE presences SET missed_offers = 0 WHERE account_id = $1`, o.AccountID)
	return err
}

// answer lets the account answer an offer to it. fresh is false for the repeat of an answer that was given before.
func (s *Service) answer(ctx context.Context, offerID, accountID string, state offer.State,
	give func(ctx context.Context, tx *ent.Tx, o *ent.Offer, i *ent.Interaction) error,
) (o *ent.Offer, fresh bool, err error) {
	err = s.log.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		var i *ent.Interaction
		if o, i, err = lockOffer(ctx, tx, offerID, accountID); err != nil {
			return err
		}
		if fresh = o.State == offer.StatePending; fresh {
			return give(ctx, tx, o, i)
		}
		if o.State != state {
			return fail.New(fail.Conflict, "the offer has ended: it was %s", endOf(o))
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	return o.Unwrap(), fresh, nil
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
	i, err := tx.Interaction.Query().Where(interaction.ID(interactionID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("withdraw offer (%s): %w", reason, err)
	}
	if err := s.end(ctx, tx, o, i.Channel, offer.StateWithdrawn); err != nil {
		return err
	}
	s.observe.OfferAnswered("withdrawn")
	return nil
}

// lockOffer locks the offer's interaction, which keeps the offer as well from changing, and returns both as they are then. An
// offer to somebody else does not exist.
func lockOffer(ctx context.Context, tx *ent.Tx, offerID, accountID string) (*ent.Offer, *ent.Interaction, error) {
	i, err := tx.Interaction.Query().Where(interaction.HasOffersWith(offer.ID(offerID), offer.AccountID(accountID))).
		ForUpdate(database.Lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil, fail.Field("offerId", fail.NotFound, "no such offer")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("lock the interaction of an offer: %w", err)
	}
	o, err := tx.Offer.Query().Where(offer.ID(offerID)).WithAccount().Only(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read offer: %w", err)
	}
	return o, i, nil
}

// giveBack ends a pending offer and returns its interaction, which is locked, to its old place.
func (s *Service) giveBack(ctx context.Context, tx *ent.Tx, o *ent.Offer, i *ent.Interaction, to offer.State, reason string) error {
	if err := s.life.Requeued(ctx, tx, i, reason); err != nil {
		return fmt.Errorf("requeue interaction: %w", err)
	}
	now := s.clock()
	err := tx.RoutingTrace.Create().SetInteractionID(o.InteractionID).SetQueueID(o.QueueID).SetRule("requeue_" + reason).
		SetCreatedAt(now).SetWaitedMs(int(waited(i, now).Milliseconds())).Exec(ctx)
	if err != nil {
		return fmt.Errorf("trace requeue: %w", err)
	}
	return s.end(ctx, tx, o, i.Channel, to)
}

// end writes the end of a pending offer that was not accepted, and its events.
func (s *Service) end(ctx context.Context, tx *ent.Tx, o *ent.Offer, channel interaction.Channel, to offer.State) error {
	now := s.clock()
	if err := tx.Offer.Update().Where(offer.ID(o.ID)).SetState(to).SetAnsweredAt(now).Exec(ctx); err != nil {
		return fmt.Errorf("end offer: %w", err)
	}
	o.State, o.AnsweredAt = to, &now
	d, err := deskOf(ctx, tx, o.AccountID)
	if err != nil {
		return err
	}
	var others []string
	if d.load.Room(channel, d.capacity) == 1 {
		others = d.others(o.QueueID, channel)
	}
	return s.appendDesk(ctx, tx, o, others)
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
