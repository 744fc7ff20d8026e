package routing

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/predicate"
	"ekc/internal/database"
	"ekc/internal/ids"
	"ekc/routing/trace"
)

// match is a decision whose interaction and operator are locked and still as planned.
type match struct {
	interaction *ent.Interaction
	accountID   string
	offerFor    time.Duration
	rule        string
	candidates  []trace.Candidate
	// others are the operator's other queues of the channel, when the offer takes their last place.
	others []string
}

// offer makes the offers of one transaction and returns how many; the others were overtaken.
func (s *Service) offer(ctx context.Context, batch []decision) (made int, err error) {
	var matches []match
	now := s.clock()
	err = s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if matches, err = s.reserve(ctx, tx, batch); err != nil || len(matches) == 0 {
			return err
		}
		return s.propose(ctx, tx, matches, now)
	})
	if err != nil {
		return 0, err
	}
	for _, m := range matches {
		s.observe.Matched(string(m.interaction.Channel), waited(m.interaction, now))
	}
	return len(matches), nil
}

// reserve locks the enquiries and the operators' presences, without waiting for anybody, and looks again at all of them.
// Decisions that were overtaken are left out.
func (s *Service) reserve(ctx context.Context, tx *ent.Tx, batch []decision) ([]match, error) {
	waiting, err := lockWaiting(ctx, tx, batch)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	accounts := map[string]bool{}
	for _, d := range batch {
		if i := waiting[d.enquiry.id]; i != nil && i.QueueID == d.enquiry.lane.id {
			accounts[d.operator.id] = true
		}
	}
	available, err := column(ctx, tx, "lock operators",
		`SELECT account_id FROM presences WHERE account_id = ANY((SELECT $1::text[])::text[]) AND state = 'AVAILABLE' FOR NO KEY UPDATE SKIP LOCKED`, pq.Array(keys(accounts)))
	if err != nil || len(available) == 0 {
		return nil, err
	}
	// A statement of its own: only one that begins after the locks sees what their last holders did.
	desks, err := desksOf(ctx, tx, available)
	if err != nil {
		return nil, err
	}
	matches := make([]match, 0, len(batch))
	for _, d := range batch {
		i, desk := waiting[d.enquiry.id], desks[d.operator.id]
		if i == nil || i.QueueID != d.enquiry.lane.id || desk == nil {
			continue
		}
		if others, ok := desk.reserve(i.QueueID, i.Channel); ok {
			matches = append(matches, match{
				interaction: i, accountID: d.operator.id, offerFor: d.enquiry.lane.offerFor, rule: d.rule, candidates: d.candidates, others: others,
			})
		}
	}
	return matches, nil
}

// lockWaiting locks those of the enquiries that wait and that nobody else has locked, and returns them by id.
func lockWaiting(ctx context.Context, tx *ent.Tx, batch []decision) (map[string]*ent.Interaction, error) {
	enquiries := make([]string, 0, len(batch))
	for _, d := range batch {
		enquiries = append(enquiries, d.enquiry.id)
	}
	locked, err := tx.Interaction.Query().
		Where(interaction.StateEQ(interaction.StateQueued), database.Among[predicate.Interaction](interaction.FieldID, enquiries)).
		ForUpdate(database.LockOrSkip).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock enquiries: %w", err)
	}
	waiting := make(map[string]*ent.Interaction, len(locked))
	for _, i := range locked {
		waiting[i.ID] = i
	}
	return waiting, nil
}

// propose writes the offers of what is reserved: the interactions' states, the offers with their traces, and the events.
func (s *Service) propose(ctx context.Context, tx *ent.Tx, matches []match, now time.Time) error {
	waiting := make([]*ent.Interaction, 0, len(matches))
	for _, m := range matches {
		waiting = append(waiting, m.interaction)
	}
	if err := s.life.Offered(ctx, tx, waiting); err != nil {
		return fmt.Errorf("offer interactions: %w", err)
	}
	offers, err := writeOffers(ctx, tx, matches, now)
	if err != nil {
		return err
	}
	for n, m := range matches {
		o := &ent.Offer{ID: offers[n], InteractionID: m.interaction.ID, QueueID: m.interaction.QueueID, AccountID: m.accountID}
		if err := s.appendDesk(ctx, tx, o, m.others); err != nil {
			return err
		}
	}
	return nil
}

// writeOffers writes an offer and a trace for each match in one statement and returns the ids of the offers.
func writeOffers(ctx context.Context, tx *ent.Tx, matches []match, now time.Time) (offers []string, err error) {
	var traces, interactions, queues, accounts, rules, candidates []string
	var seconds, waits []int64
	for _, m := range matches {
		why, err := json.Marshal(m.candidates)
		if err != nil {
			return nil, fmt.Errorf("trace offer: %w", err)
		}
		offers, traces = append(offers, ids.New("off")), append(traces, ids.New("rtr"))
		interactions, queues = append(interactions, m.interaction.ID), append(queues, m.interaction.QueueID)
		accounts, rules, candidates = append(accounts, m.accountID), append(rules, m.rule), append(candidates, string(why))
		seconds, waits = append(seconds, int64(m.offerFor/time.Second)), append(waits, waited(m.interaction, now).Milliseconds())
	}
	_, err = tx.ExecContext(ctx, `
		WITH made AS MATERIALIZED (
			SELECT * FROM unnest((SELECT $2::text[]), (SELECT $3::text[]), (SELECT $4::text[]), (SELECT $5::text[]), (SELECT $6::text[]), (SELECT $7::bigint[]), (SELECT $8::text[]), (SELECT $9::bigint[]), (SELECT $10::text[]))
				AS m(offer, trace, interaction, queue, account, seconds, rule, waited, candidates)),
		offered AS (
			INSERT INTO offers (id, created_at, interaction_id, queue_id, account_id, state, expires_at)
			SELECT offer, $1::timestamptz, interaction, queue, account, 'PENDING', $1::timestamptz + make_interval(secs => seconds) FROM made)
		INSERT INTO routing_traces (id, created_at, interaction_id, queue_id, account_id, rule, waited_ms, candidates)
		SELECT trace, $1::timestamptz, interaction, queue, account, rule, waited, candidates::jsonb FROM made`,
		now, pq.Array(offers), pq.Array(traces), pq.Array(interactions), pq.Array(queues), pq.Array(accounts), pq.Array(seconds),
		pq.Array(rules), pq.Array(waits), pq.Array(candidates))
	if err != nil {
		return nil, fmt.Errorf("write offers: %w", err)
	}
	return offers, nil
}

// waited is how long an interaction has waited since it entered its queue.
func waited(i *ent.Interaction, now time.Time) time.Duration {
	if i.QueuedAt == nil {
		return 0
	}
	return max(0, now.Sub(*i.QueuedAt))
}
