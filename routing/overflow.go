package routing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/internal/database"
	"ekc/internal/fail"
)

// RuleOverflow is the rule of a trace that says an interaction went on to another queue because it had waited long.
const RuleOverflow = "overflow"

// overflowBatch is how many interactions one tick moves at most.
const overflowBatch = 200

// overdue is an interaction that has waited longer than its queue allows.
type overdue struct {
	interactionID, from, to string
	queuedAt                time.Time
	hours                   hours
}

// overflow moves interactions that have waited too long to the queue that their queue names, unless that one is closed
// or takes nothing. They keep their place in line.
func (s *Service) overflow(ctx context.Context) error {
	now := s.clock()
	waiting, err := s.overdue(ctx, now)
	if err != nil {
		return err
	}
	var failure error
	for _, o := range waiting {
		open, err := o.hours.open(now)
		if err != nil {
			failure = errors.Join(failure, fmt.Errorf("queue %s: %w", o.to, err))
			continue
		}
		if !open {
			continue
		}
		err = s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error { return s.overflowOne(ctx, tx, o, now) })
		switch {
		case err == nil:
			s.observe.Overflowed()
		case !errors.Is(err, errLost):
			failure = errors.Join(failure, fmt.Errorf("overflow %s: %w", o.interactionID, err))
		}
	}
	return failure
}

// overdue returns some of the interactions to move, of each pair of queues the first in line.
func (s *Service) overdue(ctx context.Context, now time.Time) ([]overdue, error) {
	var waiting []overdue
	err := each(ctx, s.client, "overdue interactions", func(rows *sql.Rows) error {
		var o overdue
		err := rows.Scan(&o.interactionID, &o.from, &o.to, &o.queuedAt, &o.hours.zone, &o.hours.periods, &o.hours.exceptions)
		waiting = append(waiting, o)
		return err
	}, `
		SELECT i.id, q.id, t.id, i.queued_at, h.time_zone, h.periods, h.exceptions
		FROM queues q
		JOIN queues t ON t.id = q.overflow_queue_id AND t.active AND (t.site_id IS NULL
			OR EXISTS (SELECT FROM sites s WHERE s.id = t.site_id AND (s.ready_at IS NOT NULL OR s.launched_at IS NOT NULL)))
		LEFT JOIN business_hours h ON h.id = t.business_hours_id
		CROSS JOIN LATERAL (
			SELECT id, queued_at FROM interactions
			WHERE queue_id = q.id AND state = 'QUEUED' AND queued_at <= $1::timestamptz - make_interval(secs => q.overflow_seconds)
			ORDER BY priority DESC, place_at LIMIT $2
		) i
		WHERE q.overflow_seconds > 0`, now, overflowBatch)
	return waiting, err
}

func (s *Service) overflowOne(ctx context.Context, tx *ent.Tx, o overdue, now time.Time) error {
	i, err := tx.Interaction.Query().Where(interaction.ID(o.interactionID), interaction.QueueID(o.from),
		interaction.StateEQ(interaction.StateQueued)).ForUpdate(database.LockOrSkip).Only(ctx)
	if ent.IsNotFound(err) {
		return errLost
	}
	if err != nil {
		return fmt.Errorf("lock overdue interaction: %w", err)
	}
	if err := s.life.Moved(ctx, tx, i, o.to, RuleOverflow); err != nil {
		if fail.CodeOf(err) == fail.Conflict {
			return errLost
		}
		return err
	}
	err = tx.RoutingTrace.Create().SetInteractionID(o.interactionID).SetQueueID(o.to).SetRule(RuleOverflow).
		SetCreatedAt(now).SetWaitedMs(max(0, int(now.Sub(o.queuedAt).Milliseconds()))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("trace overflow: %w", err)
	}
	return nil
}
