package routing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/ent/presence"
	"ekc/internal/database"
)

const (
	// missesAllowed is how many offers in a row an operator may miss; the next state is a pause.
	missesAllowed = 3
	// expiryBatch is how many offers one tick ends at most; the next tick goes on.
	expiryBatch = 200
)

// expire ends the offers whose time is over, and those to operators who have meanwhile gone; when there are more than a
// batch, in no order, so that some that cannot be ended never keep the others from it.
func (s *Service) expire(ctx context.Context) error {
	overdue, err := column(ctx, s.client, "overdue offers", `
		SELECT o.id FROM offers o LEFT JOIN presences p ON p.account_id = o.account_id
		WHERE o.state = 'PENDING' AND (o.expires_at <= $1 OR p.state IN ('PAUSED', 'OFFLINE', 'BUSY'))
		ORDER BY random() LIMIT $2`, s.clock(), expiryBatch)
	if err != nil {
		return err
	}
	var failure error
	for _, id := range overdue {
		outcome := ""
		err := s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			var err error
			outcome, err = s.expireOne(ctx, tx, id)
			return err
		})
		if err != nil && !errors.Is(err, errLost) {
			failure = errors.Join(failure, fmt.Errorf("expire offer %s: %w", id, err))
		}
		if err == nil {
			s.observe.OfferAnswered(outcome)
		}
	}
	return failure
}

// expireOne ends one overdue offer, unless somebody else is about to answer or end it.
func (s *Service) expireOne(ctx context.Context, tx *ent.Tx, offerID string) (outcome string, err error) {
	i, err := tx.Interaction.Query().Where(interaction.HasOffersWith(offer.ID(offerID), offer.StateEQ(offer.StatePending))).
		ForUpdate(database.LockOrSkip).Only(ctx)
	if ent.IsNotFound(err) {
		return "", errLost
	}
	if err != nil {
		return "", fmt.Errorf("lock overdue offer: %w", err)
	}
	o, err := tx.Offer.Get(ctx, offerID) // as it is under the lock
	if err != nil {
		return "", err
	}
	now := s.clock()
	switch {
	case o.State != offer.StatePending:
		return "", errLost
	case i.State != interaction.StateOffered:
		return "withdrawn", s.end(ctx, tx, o, i.Channel, offer.StateWithdrawn)
	case now.Before(o.ExpiresAt):
		return "withdrawn", s.giveBack(ctx, tx, o, i, offer.StateWithdrawn, ReasonAway)
	}
	if err := s.giveBack(ctx, tx, o, i, offer.StateExpired, ReasonMissed); err != nil {
		return "", err
	}
	return "expired", s.missed(ctx, tx, o.AccountID, now)
}

// missed counts a missed offer, and pauses the operator when it was one too many in a row.
func (s *Service) missed(ctx context.Context, tx *ent.Tx, accountID string, now time.Time) error {
	p, err := tx.Presence.Query().Where(presence.AccountID(accountID)).ForUpdate(database.Lock).Only(ctx)
	if err != nil {
		return fmt.Errorf("lock presence: %w", err)
	}
	if p, err = tx.Presence.UpdateOne(p).SetMissedOffers(p.MissedOffers + 1).Save(ctx); err != nil {
		return fmt.Errorf("count missed offer: %w", err)
	}
	if p.MissedOffers < missesAllowed || p.State != presence.StateAvailable {
		return nil
	}
	reason, err := missedOffersReason(ctx, tx, now)
	if err != nil {
		return err
	}
	// Other offers of the operator are withdrawn by the next tick: their interactions come before the presence in the order
	// of locks.
	_, err = s.writePresence(ctx, tx, p, presence.StatePaused, reason, now)
	return err
}

// missedOffersReason returns the id of the system's reason for a pause, which it makes when the centre has none.
func missedOffersReason(ctx context.Context, tx *ent.Tx, now time.Time) (string, error) {
	return systemReason(ctx, tx, PauseMissedOffers, "Пропущенные обращения", now)
}
