package access

import (
	"context"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/accessrequest"
	"ekc/ent/account"
	"ekc/internal/database"
	"ekc/internal/fail"
)

// Decision is the answer to a request.
type Decision struct {
	Approve bool
	// Reason: at most 1,000 characters; required to decline.
	Reason string
	// ValidTo ends the role earlier than was asked for; nil leaves it.
	ValidTo *time.Time
}

// DecideAccess answers a request as the viewer of ctx: expert-system users within their segment, administrators; nobody one
// that they made or that is for them. The role is given in the same transaction, so of two who answer at once one gets
// CONFLICT.
func (s *Service) DecideAccess(ctx context.Context, id string, d Decision) (*ent.AccessRequest, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	if d.Reason, err = checkReason("reason", d.Reason, !d.Approve); err != nil {
		return nil, err
	}
	r, err := s.changeRequest(ctx, id, func(ctx context.Context, tx *ent.Tx, r *ent.AccessRequest) (*ent.AccessRequest, error) {
		if err := s.mayDecide(ctx, v, r); err != nil {
			return nil, err
		}
		if err := s.stillOpen(r); err != nil {
			return nil, err
		}
		change := tx.AccessRequest.UpdateOne(r).SetDeciderID(v.AccountID).SetDecidedAt(s.now()).SetDecision(d.Reason)
		if !d.Approve {
			return s.closeRequest(ctx, tx, change.SetState(accessrequest.StateDeclined), auditRequestDecline)
		}
		given, err := s.giveAsked(ctx, tx, v, r, d.ValidTo)
		if err != nil {
			return nil, err
		}
		return s.closeRequest(ctx, tx, change.SetState(accessrequest.StateApproved).SetRoleAssignmentID(given.ID), auditRequestApprove)
	})
	s.cache.clear()
	return r, err
}

// WithdrawAccess takes back a request that the viewer of ctx made and nobody has answered.
func (s *Service) WithdrawAccess(ctx context.Context, id string) (*ent.AccessRequest, error) {
	v, err := signedIn(ctx)
	if err != nil {
		return nil, err
	}
	return s.changeRequest(ctx, id, func(ctx context.Context, tx *ent.Tx, r *ent.AccessRequest) (*ent.AccessRequest, error) {
		if r.AskerID != v.AccountID {
			if err := CheckObject(viewer.With(ctx, v), ReadAccessRequests, requestObject(v, r)); err != nil {
				return nil, errNoRequest()
			}
			return nil, fail.Field("accessRequestId", fail.Forbidden, "only who asked withdraws a request")
		}
		if err := s.stillOpen(r); err != nil {
			return nil, err
		}
		change := tx.AccessRequest.UpdateOne(r).SetState(accessrequest.StateWithdrawn).SetDecidedAt(s.now())
		return s.closeRequest(ctx, tx, change, auditRequestWithdraw)
	})
}

func errNoRequest() error { return fail.Field("accessRequestId", fail.NotFound, "no such request") }

// requestObject is the request as the matrix sees it: the asker's and the account's own.
func requestObject(v viewer.Viewer, r *ent.AccessRequest) Object {
	scope := viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}
	if r.Line != nil {
		scope.Line = *r.Line
	}
	return Object{Scope: scope, Own: v.AccountID != "" && (r.AccountID == v.AccountID || r.AskerID == v.AccountID)}
}

// changeRequest changes a locked request.
func (s *Service) changeRequest(ctx context.Context, id string,
	change func(context.Context, *ent.Tx, *ent.AccessRequest) (*ent.AccessRequest, error),
) (*ent.AccessRequest, error) {
	if !wellFormed(id) {
		return nil, errNoRequest()
	}
	var changed *ent.AccessRequest
	err := s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
		r, err := tx.AccessRequest.Query().Where(accessrequest.ID(id)).ForUpdate().Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return errNoRequest()
		case err != nil:
			return fmt.Errorf("lock request: %w", err)
		}
		changed, err = change(ctx, tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), nil
}

func (s *Service) closeRequest(ctx context.Context, tx *ent.Tx, change *ent.AccessRequestUpdateOne, action string) (*ent.AccessRequest, error) {
	r, err := change.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("close request: %w", err)
	}
	return r, s.tellRequest(ctx, tx, r, action)
}

// mayDecide refuses who may not answer the request: NOT_FOUND when they may not see it.
func (s *Service) mayDecide(ctx context.Context, v viewer.Viewer, r *ent.AccessRequest) error {
	ctx = viewer.With(ctx, v)
	object := requestObject(v, r)
	if err := CheckObject(ctx, ReadAccessRequests, object); err != nil {
		return errNoRequest()
	}
	if object.Own {
		return fail.Field("accessRequestId", fail.Forbidden, "nobody answers a request of their own")
	}
	if err := CheckObject(ctx, DecideAccess, Object{Scope: object.Scope, Seen: true}); err != nil {
		return fail.Field("accessRequestId", fail.Forbidden, "expert-system users of the segment answer requests")
	}
	if !everywhere(v) && !grantable[viewer.Role(r.Role)] {
		return fail.Field("accessRequestId", fail.Forbidden, "only administrators give the role %s", r.Role)
	}
	return nil
}

func (s *Service) stillOpen(r *ent.AccessRequest) error {
	switch {
	case r.State != accessrequest.StatePending:
		return fail.Field("accessRequestId", fail.Conflict, "the request was answered or withdrawn already")
	case !r.ExpiresAt.After(s.now()):
		return fail.Field("accessRequestId", fail.Conflict, "the request has expired")
	}
	return nil
}

// giveAsked gives the role that was asked for, from now at the earliest.
func (s *Service) giveAsked(ctx context.Context, tx *ent.Tx, v viewer.Viewer, r *ent.AccessRequest, end *time.Time) (*ent.RoleAssignment, error) {
	n := NewRole{
		Role: viewer.Role(r.Role), AgencyID: r.AgencyID, RegionID: r.RegionID, ValidFrom: r.WantedFrom, ValidTo: &r.WantedTo,
	}
	if r.Line != nil {
		n.Line = *r.Line
	}
	now := s.now()
	if n.ValidFrom != nil && n.ValidFrom.Before(now) {
		n.ValidFrom = nil
	}
	if end != nil {
		if end.After(r.WantedTo) {
			return nil, fail.Field("validTo", fail.Invalid, "not longer than was asked for")
		}
		n.ValidTo = end
	}
	if err := s.checkShape("role", n); err != nil {
		return nil, fail.Field("validTo", fail.Conflict, "the time that was asked for is over; decline the request")
	}
	if err := s.checkTerm("validTo", n); err != nil {
		return nil, err
	}
	if !lasts(v.GrantsOf(viewer.ExpertSystemUser), n) {
		return nil, fail.Field("validTo", fail.Forbidden, "the role would outlast your own")
	}
	a, err := tx.Account.Query().Where(account.ID(r.AccountID)).ForUpdate().Only(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock account: %w", err)
	case !a.Active:
		return nil, fail.Field("accessRequestId", fail.Conflict, "the account was deactivated")
	}
	return s.give(ctx, tx, "accessRequestId", r.AccountID, n)
}

// expireBatch bounds the requests that one transaction of the sweep ends.
const expireBatch = 100

// ExpireRequests ends the requests that nobody answered in time and returns how many. Any node may do it.
func (s *Service) ExpireRequests(ctx context.Context) (int, error) {
	expired := 0
	for {
		n := 0
		err := s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) error {
			late, err := tx.AccessRequest.Query().
				Where(accessrequest.StateEQ(accessrequest.StatePending), accessrequest.ExpiresAtLTE(s.now())).
				Order(ent.Asc(accessrequest.FieldID)).Limit(expireBatch).ForUpdate(database.LockOrSkip).All(ctx)
			if err != nil {
				return fmt.Errorf("find late requests: %w", err)
			}
			for _, r := range late {
				change := tx.AccessRequest.UpdateOne(r).SetState(accessrequest.StateExpired).SetDecidedAt(s.now())
				if _, err := s.closeRequest(ctx, tx, change, auditRequestExpire); err != nil {
					return err
				}
			}
			n = len(late)
			return nil
		})
		if err != nil {
			return expired, err
		}
		if expired += n; n < expireBatch {
			return expired, nil
		}
	}
}
