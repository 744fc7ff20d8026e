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
	locked, err := found(ctx, tx, "lock overdue offer", `
		SELECT 1 FROM offers o JOIN interactions i ON i.id = o.interaction_id
		WHERE o.id = $1 AND o.state = 'PENDING' FOR NO KEY UPDATE OF i, o SKIP LOCKED`, offerID)
	if err != nil {
		return "", err
	}
	if !locked {
		return "", errLost
	}
	o, err := tx.Offer.Get(ctx, offerID)
	if err != nil {
		return "", err
	}
	i, err := tx.Interaction.Get(ctx, o.InteractionID)
	if err != nil {
		return "", err
	}
	if i.State != interaction.StateOffered {
		_, err := s.end(ctx, tx, o, offer.StateWithdrawn)
		return "withdrawn", err
	}
	now := s.clock()
	if now.Before(o.ExpiresAt) {
		_, err := s.giveBack(ctx, tx, o, offer.StateWithdrawn, ReasonAway)
		return "withdrawn", err
	}
	if _, err := s.giveBack(ctx, tx, o, offer.StateExpired, ReasonMissed); err != nil {
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
