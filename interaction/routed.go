package interaction

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/eventlog"
)

// Offered, Requeued, Accepted and Moved are what routing asks of the life of an interaction; see routing.Life. The rows that they
// are given are locked.

// Offered moves waiting interactions to operators who may take them, all in as many statements as one.
func (s *Service) Offered(ctx context.Context, tx *ent.Tx, waiting []*ent.Interaction) error {
	system := viewer.AsSystem(ctx)
	ids := make([]string, 0, len(waiting))
	offered := make([]*ent.Interaction, 0, len(waiting))
	var events []eventlog.Event
	for _, before := range waiting {
		to, err := Next(before.State, MoveOffer)
		if err != nil {
			return err
		}
		after := *before
		after.State = to
		ids, offered = append(ids, after.ID), append(offered, &after)
		events = append(events, changeEvents(before, &after)...)
	}
	if _, err := tx.ExecContext(system, `UPDATE interactions SET state = $2 WHERE id = ANY((SELECT $1::text[])::text[])`,
		pq.Array(ids), string(interaction.StateOffered)); err != nil {
		return fmt.Errorf("change interactions: %w", err)
	}
	if err := turnSegments(system, tx, "offered", s.now(), offered...); err != nil {
		return err
	}
	return s.log.Append(system, tx, events...)
}

// Requeued moves it back into its old place.
func (s *Service) Requeued(ctx context.Context, tx *ent.Tx, offered *ent.Interaction, reason string) error {
	_, err := s.apply(viewer.AsSystem(ctx), tx, offered, change{move: MoveRequeue, reason: reason})
	return err
}

// Accepted gives it to the operator and tells the citizen who that is.
func (s *Service) Accepted(ctx context.Context, tx *ent.Tx, offered *ent.Interaction, operator *ent.Account) error {
	_, err := s.apply(viewer.AsSystem(ctx), tx, offered, change{
		move: MoveAccept, reason: "accepted", say: told(textAccepted(operator.DisplayName)), set: answeredBy(operator.ID, s.now()),
	})
	return err
}

// answeredBy gives an interaction to an operator; the first answer is remembered.
func answeredBy(accountID string, now time.Time) func(*ent.Interaction) {
	return func(i *ent.Interaction) {
		i.OperatorID, i.LastActivityAt = accountID, now
		if i.AcceptedAt == nil {
			i.AcceptedAt = &now
		}
	}
}

// Moved takes a waiting interaction to another queue; its place in line is kept.
func (s *Service) Moved(ctx context.Context, tx *ent.Tx, waiting *ent.Interaction, queueID, reason string) error {
	system := viewer.AsSystem(ctx)
	q, err := tx.Queue.Get(system, queueID)
	if err != nil {
		return fmt.Errorf("read queue: %w", err)
	}
	now := s.now()
	_, err = s.apply(system, tx, waiting, change{move: MoveEnqueue, reason: reason, set: func(i *ent.Interaction) {
		i.QueueID, i.Line, i.QueuedAt = q.ID, q.Line, &now
	}})
	return err
}
