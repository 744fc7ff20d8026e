package routing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/offer"
	"ekc/ent/pausereason"
	"ekc/ent/presence"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// PauseMissedOffers is the code of the reason with which the system pauses an operator who misses offers.
const PauseMissedOffers = "MISSED_OFFERS"

// setAttempts is how often a change of presence is begun anew because an offer came in between.
const setAttempts = 5

// errNewOffer says that an offer was made between reading the pending ones and locking the presence.
var errNewOffer = errors.New("an offer came in between")

// Presence returns the viewer's own presence, made OFFLINE at first use. For operators.
func (s *Service) Presence(ctx context.Context) (*ent.Presence, error) {
	v, err := operatorOf(ctx)
	if err != nil {
		return nil, err
	}
	ctx = viewer.AsSystem(ctx)
	p, err := s.client.Presence.Query().Where(presence.AccountID(v.AccountID)).Only(ctx)
	if !ent.IsNotFound(err) {
		return p, err
	}
	if err := ensurePresence(ctx, s.client, v.AccountID, s.clock()); err != nil {
		return nil, err
	}
	return s.client.Presence.Query().Where(presence.AccountID(v.AccountID)).Only(ctx)
}

// Set sets the viewer's own presence: AVAILABLE, BUSY, PAUSED with the code of a selectable reason, or OFFLINE; WRAP_UP
// is the system's. Leaving AVAILABLE withdraws the offers that wait for an answer; their interactions return to their old
// place. Open interactions stay with the operator in every state, OFFLINE too: the operator may reconnect, and a
// supervisor may hand them on. Becoming AVAILABLE forgets missed offers.
func (s *Service) Set(ctx context.Context, state presence.State, pauseReasonCode string) (*ent.Presence, error) {
	v, err := operatorOf(ctx)
	if err != nil {
		return nil, err
	}
	system := viewer.AsSystem(ctx)
	reason, err := s.pauseReason(system, state, pauseReasonCode)
	if err != nil {
		return nil, err
	}
	var p *ent.Presence
	for range setAttempts {
		err = s.log.InTx(system, func(ctx context.Context, tx *ent.Tx) error {
			p, err = s.setPresence(ctx, tx, v.AccountID, state, reason)
			return err
		})
		if !errors.Is(err, errNewOffer) {
			break
		}
	}
	if errors.Is(err, errNewOffer) {
		return nil, fail.New(fail.Unavailable, "offers come in too fast; try again")
	}
	if err != nil {
		return nil, err
	}
	s.Wake()
	return p.Unwrap(), nil
}

// pauseReason checks the wanted state and returns the id of the reason, empty when the state has none.
func (s *Service) pauseReason(ctx context.Context, state presence.State, code string) (string, error) {
	allowed := []presence.State{presence.StateAvailable, presence.StateBusy, presence.StatePaused, presence.StateOffline}
	if !slices.Contains(allowed, state) {
		return "", fail.Field("state", fail.Invalid, "choose AVAILABLE, BUSY, PAUSED or OFFLINE")
	}
	if state != presence.StatePaused {
		if code != "" {
			return "", fail.Field("pauseReasonCode", fail.Invalid, "only a pause has a reason")
		}
		return "", nil
	}
	if code == "" {
		return "", fail.Field("pauseReasonCode", fail.Invalid, "a pause needs a reason")
	}
	r, err := s.client.PauseReason.Query().Where(pausereason.Code(code), pausereason.Selectable(true)).Only(ctx)
	if ent.IsNotFound(err) {
		return "", fail.Field("pauseReasonCode", fail.NotFound, "no such reason that an operator may choose")
	}
	if err != nil {
		return "", fmt.Errorf("read pause reason: %w", err)
	}
	return r.ID, nil
}

func (s *Service) setPresence(ctx context.Context, tx *ent.Tx, accountID string, state presence.State, reasonID string,
) (*ent.Presence, error) {
	now := s.clock()
	if err := ensurePresence(ctx, tx, accountID, now); err != nil {
		return nil, err
	}
	pending, err := lockPendingOffers(ctx, tx, accountID)
	if err != nil {
		return nil, err
	}
	p, err := tx.Presence.Query().Where(presence.AccountID(accountID)).ForUpdate(database.Lock).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock presence: %w", err)
	}
	// No offer can be made while the presence is locked, so from here on the pending ones are all there are.
	count, err := tx.Offer.Query().Where(offer.AccountID(accountID), offer.StateEQ(offer.StatePending)).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count offers: %w", err)
	}
	if count != len(pending) {
		return nil, errNewOffer
	}
	if state != presence.StateAvailable {
		for _, o := range pending {
			if err := s.giveBack(ctx, tx, o, o.Edges.Interaction, offer.StateWithdrawn, ReasonAway); err != nil {
				return nil, err
			}
		}
	}
	return s.writePresence(ctx, tx, p, state, reasonID, now)
}

// writePresence writes a state and its events; the presence is locked. Setting the same state again changes nothing.
func (s *Service) writePresence(ctx context.Context, tx *ent.Tx, p *ent.Presence, state presence.State, reasonID string,
	now time.Time,
) (*ent.Presence, error) {
	if p.State == state && p.PauseReasonID == reasonID {
		return p, nil
	}
	update := tx.Presence.UpdateOne(p).SetState(state).SetSince(now).ClearPauseReasonID()
	if reasonID != "" {
		update.SetPauseReasonID(reasonID)
	}
	if state == presence.StateAvailable {
		update.SetIdleSince(now).SetMissedOffers(0)
	}
	p, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("write presence: %w", err)
	}
	queues, err := queuesOf(ctx, tx, p.AccountID)
	if err != nil {
		return nil, err
	}
	return p, s.log.Append(ctx, tx, append(queueEvents(queues...), presenceEvent(p.AccountID))...)
}

// lockPendingOffers locks the interactions of the account's pending offers, which keeps the offers as well from changing, and
// returns those that are still pending, with their interactions as they are then.
func lockPendingOffers(ctx context.Context, tx *ent.Tx, accountID string) ([]*ent.Offer, error) {
	interactions, err := column(ctx, tx, "offered interactions",
		`SELECT interaction_id FROM offers WHERE account_id = $1 AND state = 'PENDING'`, accountID)
	if err != nil || len(interactions) == 0 {
		return nil, err
	}
	if _, err := column(ctx, tx, "lock offered interactions",
		`SELECT id FROM interactions WHERE id = ANY((SELECT $1::text[])::text[]) ORDER BY id FOR NO KEY UPDATE`, pq.Array(interactions)); err != nil {
		return nil, err
	}
	pending, err := tx.Offer.Query().Where(offer.AccountID(accountID), offer.StateEQ(offer.StatePending),
		offer.InteractionIDIn(interactions...)).Order(ent.Asc(offer.FieldID)).WithInteraction().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	return pending, nil
}

// ensurePresence makes the account's row when there is none.
func ensurePresence(ctx context.Context, q querier, accountID string, now time.Time) error {
	_, err := q.ExecContext(ctx, `
		INSERT INTO presences (id, created_at, account_id, state, since, idle_since, missed_offers)
		VALUES ($1, $2, $3, 'OFFLINE', $2, $2, 0) ON CONFLICT (account_id) DO NOTHING`, ids.New("prs"), now, accountID)
	if err != nil {
		return fmt.Errorf("make presence: %w", err)
	}
	return nil
}
