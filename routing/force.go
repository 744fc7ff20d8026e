package routing

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/presence"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// Force is Set for an operator whom a supervisor has named, in tx. It decides no rights. UNAVAILABLE when an offer came in between: begin
// the transaction anew. The caller calls Wake once tx is committed.
func (s *Service) Force(ctx context.Context, tx *ent.Tx, accountID string, state presence.State, pauseReasonCode string) error {
	system := viewer.AsSystem(ctx)
	reason, err := s.pauseReason(system, state, pauseReasonCode)
	if err != nil {
		return err
	}
	_, err = s.setPresence(system, tx, accountID, state, reason)
	if errors.Is(err, errNewOffer) {
		return fail.New(fail.Unavailable, "offers come in too fast; try again")
	}
	return err
}

// Lend lets an operator work in queues until an instant, in tx; who works there for good goes on to. It decides no rights. The caller calls
// Wake once tx is committed.
func (s *Service) Lend(ctx context.Context, tx *ent.Tx, accountID string, queueIDs []string, until time.Time) error {
	system := viewer.AsSystem(ctx)
	for _, id := range queueIDs {
		_, err := tx.ExecContext(system, `INSERT INTO queue_members (id, created_at, queue_id, account_id, until)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT (queue_id, account_id) DO UPDATE SET until = EXCLUDED.until
			WHERE queue_members.until IS NOT NULL`, ids.New("mem"), s.clock(), id, accountID, until)
		if err != nil {
			return fmt.Errorf("lend operator: %w", err)
		}
	}
	return s.log.Append(system, tx, append(queueEvents(queueIDs...), presenceEvent(accountID))...)
}

// CallBackLoan ends all loans of an operator now, in tx.
func (s *Service) CallBackLoan(ctx context.Context, tx *ent.Tx, accountID string) error {
	return s.removeLoans(viewer.AsSystem(ctx), tx, `account_id = $1 AND until IS NOT NULL`, accountID)
}

// endLoans takes operators out of the queues in which they worked for a time that is over.
func (s *Service) endLoans(ctx context.Context) error {
	due, err := found(ctx, s.client, "loans that are over", `SELECT 1 FROM queue_members WHERE until <= $1 LIMIT 1`, s.clock())
	if err != nil || !due {
		return err
	}
	return s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error { return s.removeLoans(ctx, tx, `until <= $1`, s.clock()) })
}

func (s *Service) removeLoans(ctx context.Context, tx *ent.Tx, condition string, arg any) error {
	var events []eventlog.Event
	err := each(ctx, tx, "end loans", func(rows *sql.Rows) error {
		var account, queue string
		err := rows.Scan(&account, &queue)
		events = append(append(events, queueEvents(queue)...), presenceEvent(account))
		return err
	}, `DELETE FROM queue_members WHERE `+condition+` RETURNING account_id, queue_id`, arg)
	if err != nil || len(events) == 0 {
		return err
	}
	return s.log.Append(ctx, tx, events...)
}
