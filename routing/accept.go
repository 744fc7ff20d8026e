package routing

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/ent/offer"
	"ekc/internal/fail"
)

// Acceptances are offers that operators accept within one transaction. It belongs to one goroutine.
type Acceptances struct {
	s      *Service
	now    time.Time
	offers map[string]*ent.Offer
	fresh  []*ent.Offer
}

// Accepting begins to accept offers within tx, whose interactions the caller has locked, which keeps the offers from changing.
func (s *Service) Accepting(ctx context.Context, tx *ent.Tx, offerIDs []string) (*Acceptances, error) {
	a := &Acceptances{s: s, now: s.clock(), offers: make(map[string]*ent.Offer, len(offerIDs))}
	err := each(ctx, tx, "read offers", func(rows *sql.Rows) error {
		o, operator := &ent.Offer{}, &ent.Account{}
		err := rows.Scan(&o.ID, &o.InteractionID, &o.QueueID, &o.AccountID, &o.State, &o.ExpiresAt, &operator.DisplayName)
		operator.ID, o.Edges.Account = o.AccountID, operator
		a.offers[o.ID] = o
		return err
	}, `SELECT o.id, o.interaction_id, o.queue_id, o.account_id, o.state, o.expires_at, a.display_name
		FROM offers o JOIN accounts a ON a.id = o.account_id WHERE o.id = ANY((SELECT $1::text[])::text[])`, pq.Array(offerIDs))
	return a, err
}

// Interaction is the id of an offer's interaction; empty when the account has no such offer.
func (a *Acceptances) Interaction(offerID, accountID string) string {
	if o := a.offers[offerID]; o != nil && o.AccountID == accountID {
		return o.InteractionID
	}
	return ""
}

// Accept is Accept of the Service, for an account that was checked and the offer's interaction as tx has it. It is written by Write.
func (a *Acceptances) Accept(ctx context.Context, tx *ent.Tx, offerID string, i *ent.Interaction) error {
	o := a.offers[offerID]
	switch {
	case o.State == offer.StateAccepted:
		return nil
	case o.State != offer.StatePending:
		return fail.New(fail.Conflict, "the offer has ended: it was %s", endOf(o))
	case !a.now.Before(o.ExpiresAt):
		return fail.New(fail.Conflict, "the offer has ended: it was missed")
	}
	if err := a.s.life.Accepted(ctx, tx, i, o.Edges.Account); err != nil {
		return fmt.Errorf("accept interaction: %w", err)
	}
	o.State = offer.StateAccepted
	a.fresh = append(a.fresh, o)
	return nil
}

// Write writes what was accepted, after the interactions are written.
func (a *Acceptances) Write(ctx context.Context, tx *ent.Tx) error {
	if len(a.fresh) == 0 {
		return nil
	}
	ids, accounts := make([]string, 0, len(a.fresh)), make([]string, 0, len(a.fresh))
	for _, o := range a.fresh {
		ids, accounts = append(ids, o.ID), append(accounts, o.AccountID)
		if err := a.s.appendDesk(ctx, tx, o, nil); err != nil {
			return err
		}
	}
	condition, arg := ofAccounts(accounts)
	_, err := tx.ExecContext(ctx, `
		WITH answered AS (UPDATE offers SET state = 'ACCEPTED', answered_at = $3::timestamptz WHERE id = ANY((SELECT $2::text[])::text[]))
		UPDATE presences SET missed_offers = 0, idle_since = $3::timestamptz WHERE account_id `+condition, arg, pq.Array(ids), a.now)
	if err != nil {
		return fmt.Errorf("accept offers: %w", err)
	}
	return nil
}

// Committed counts what was accepted, once it is committed.
func (a *Acceptances) Committed() {
	for range a.fresh {
		a.s.observe.OfferAnswered("accepted")
	}
}
