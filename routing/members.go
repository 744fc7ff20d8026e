package routing

import (
	"context"
	"fmt"
	"slices"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/queuemember"
	"ekc/internal/fail"
	"ekc/internal/ids"
)

// maxMembers is how many operators one call adds or removes.
const maxMembers = 200

// AddMembers lets operators work in the queue for good; who already does stays. Each must hold an OPERATOR role that reaches the
// queue. For supervisors of the segments of the queue and of the operators, and administrators.
func (s *Service) AddMembers(ctx context.Context, queueID string, accountIDs []string) (*ent.Queue, error) {
	return s.changeMembers(ctx, "queue.members_add", queueID, accountIDs,
		func(ctx context.Context, tx *ent.Tx, q *ent.Queue, grants map[string][]viewer.Grant) error {
			for i, id := range accountIDs {
				if !slices.ContainsFunc(grants[id], func(g viewer.Grant) bool { return g.Covers(access.QueueScope(q)) }) {
					return fail.Field(fmt.Sprintf("accountIds.%d", i), fail.Invalid, "not an operator of the queue's line and segment")
				}
				_, err := tx.ExecContext(ctx, `INSERT INTO queue_members (id, created_at, queue_id, account_id)
					VALUES ($1, $2, $3, $4) ON CONFLICT (queue_id, account_id) DO UPDATE SET until = NULL WHERE queue_members.until IS NOT NULL`, ids.New("mem"), s.clock(), q.ID, id)
				if err != nil {
					return fmt.Errorf("add member: %w", err)
				}
			}
			return nil
		})
}

// RemoveMembers takes operators out of the queue; who is not in it is passed over. Open interactions stay with them, and
// an offer that was made can still be accepted. Rights as for AddMembers.
func (s *Service) RemoveMembers(ctx context.Context, queueID string, accountIDs []string) (*ent.Queue, error) {
	return s.changeMembers(ctx, "queue.members_remove", queueID, accountIDs,
		func(ctx context.Context, tx *ent.Tx, q *ent.Queue, _ map[string][]viewer.Grant) error {
			_, err := tx.QueueMember.Delete().Where(queuemember.QueueID(q.ID), queuemember.AccountIDIn(accountIDs...)).Exec(ctx)
			if err != nil {
				return fmt.Errorf("remove members: %w", err)
			}
			return nil
		})
}

type memberChange func(ctx context.Context, tx *ent.Tx, q *ent.Queue, grants map[string][]viewer.Grant) error

func (s *Service) changeMembers(ctx context.Context, action, queueID string, accountIDs []string, change memberChange,
) (*ent.Queue, error) {
	if len(accountIDs) == 0 || len(accountIDs) > maxMembers {
		return nil, fail.Field("accountIds", fail.Invalid, "name 1 to %d operators", maxMembers)
	}
	var q *ent.Queue
	err := s.log.InTx(viewer.AsSystem(ctx), func(system context.Context, tx *ent.Tx) error {
		var err error
		if q, err = managedQueue(ctx, tx, access.ManageQueueMembers, queueID); err != nil {
			return err
		}
		grants, err := s.operatorRoles(system, tx, accountIDs)
		if err != nil {
			return err
		}
		for i, id := range accountIDs {
			if mayForAny(ctx, access.ReadAccounts, grants[id]) != nil {
				return fail.Field(fmt.Sprintf("accountIds.%d", i), fail.NotFound, "no such operator")
			}
		}
		if err := change(system, tx, q, grants); err != nil {
			return err
		}
		for _, id := range accountIDs {
			if err := access.Audit(system, tx, action, q.ID, map[string]string{"account": id}); err != nil {
				return err
			}
		}
		return s.log.Append(system, tx, queueEvents(q.ID)...)
	})
	if err != nil {
		return nil, err
	}
	s.Wake()
	return q.Unwrap(), nil
}
