package routing

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/internal/database"
	"ekc/internal/fail"
)

// operatorOf returns the viewer when they are a signed-in operator.
func operatorOf(ctx context.Context) (viewer.Viewer, error) {
	v := viewer.From(ctx)
	if err := access.Check(ctx, access.SetPresence, access.Anywhere); err != nil {
		return v, err
	}
	if v.AccountID == "" {
		return v, fail.New(fail.Forbidden, "only operators may do this")
	}
	return v, nil
}

// managedQueue locks the queue and returns it when the viewer may do the action to it. The queue's edges for an overflow
// check are read under lockQueues.
func managedQueue(ctx context.Context, tx *ent.Tx, action access.Action, id string) (*ent.Queue, error) {
	missing := fail.Field("queueId", fail.NotFound, "no such queue")
	q, err := tx.Queue.Query().Where(queue.ID(id)).ForUpdate(database.Lock).Only(viewer.AsSystem(ctx))
	if ent.IsNotFound(err) {
		if v := viewer.From(ctx); v.Kind == viewer.Nobody {
			return nil, access.Check(ctx, action, access.Anywhere)
		}
		return nil, missing
	}
	if err != nil {
		return nil, fmt.Errorf("read queue: %w", err)
	}
	if err := access.Check(ctx, action, access.QueueScope(q)); err != nil {
		if fail.CodeOf(err) == fail.NotFound {
			return nil, missing
		}
		return nil, err
	}
	return q, nil
}

// operatorRoles returns the OPERATOR roles of the accounts that are in force or to come, by account.
func (s *Service) operatorRoles(ctx context.Context, tx *ent.Tx, accountIDs []string) (map[string][]viewer.Grant, error) {
	now := s.clock()
	rows, err := tx.RoleAssignment.Query().Where(
		roleassignment.AccountIDIn(accountIDs...), roleassignment.RoleEQ(roleassignment.RoleOperator),
		roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now)),
	).All(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	grants := map[string][]viewer.Grant{}
	for _, r := range rows {
		g := viewer.Grant{Role: viewer.Operator, AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			g.Line = *r.Line
		}
		grants[r.AccountID] = append(grants[r.AccountID], g)
	}
	return grants, nil
}

// mayForAny asks for the action on an operator: it is allowed when it is for any of their roles. The refusal is the
// mildest that any role gives.
func mayForAny(ctx context.Context, action access.Action, grants []viewer.Grant) error {
	refusal := fail.New(fail.NotFound, "no such operator")
	for _, g := range grants {
		err := access.Check(ctx, action, viewer.Scope{AgencyID: g.AgencyID, RegionID: g.RegionID, Line: g.Line})
		if err == nil {
			return nil
		}
		if fail.CodeOf(err) != fail.NotFound {
			refusal = err
		}
	}
	return refusal
}
