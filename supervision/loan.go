package supervision

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/directive"
	"ekc/ent/queue"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

const (
	longestLoan = 31 * 24 * time.Hour
	maxQueues   = 50
)

// Loan lets an operator work elsewhere for a while: "line 2 works as line 1 today".
type Loan struct {
	AccountID string
	// Line is 1 or 2. Who has no role on it gets one, for the agency and region of a role that they have.
	Line int
	// QueueIDs are queues of the line, 1 to 50.
	QueueIDs []string
	// Until is when it ends by itself, within 31 days.
	Until time.Time
	// Reason is told to the operator, 1 to 1,000 characters.
	Reason string
}

// Lend lends an operator of the viewer's segment to queues that the viewer may staff. Role and membership end by themselves; those that
// the operator has for good stay as they are.
func (s *Service) Lend(ctx context.Context, l Loan) (*ent.Directive, error) {
	reason, err := words("reason", l.Reason, maxReason)
	now := s.now()
	switch {
	case err != nil:
		return nil, err
	case l.Line != 1 && l.Line != 2:
		return nil, fail.Field("line", fail.Invalid, "line is 1 or 2")
	case len(l.QueueIDs) == 0 || len(l.QueueIDs) > maxQueues:
		return nil, fail.Field("queueIds", fail.Invalid, "name 1 to %d queues", maxQueues)
	case !l.Until.After(now) || l.Until.Sub(now) > longestLoan:
		return nil, fail.Field("until", fail.Invalid, "must be within the next 31 days")
	}
	until := l.Until.UTC().Truncate(time.Microsecond)
	var d *ent.Directive
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		roles, err := s.staff(ctx, system, tx, l.AccountID, access.DirectOperator)
		if err != nil {
			return err
		}
		grants, err := s.lineRole(ctx, system, tx, roles, l.Line, until)
		if err != nil {
			return err
		}
		if err := s.mayStaff(ctx, system, tx, l, grants); err != nil {
			return err
		}
		if err := s.routing.Lend(system, tx, l.AccountID, l.QueueIDs, until); err != nil {
			return err
		}
		d, err = s.tell(ctx, tx, order{accountID: l.AccountID, kind: directive.KindLine, reason: reason, until: &until, queueIDs: l.QueueIDs})
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, "operator.lend", l.AccountID, map[string]string{"line": fmt.Sprint(l.Line), "directive": d.ID})
	})
	if err != nil {
		return nil, err
	}
	s.routing.Wake()
	return d.Unwrap(), nil
}

// lineRole makes sure that an operator has a role on the line until the instant, and returns their grants then. A new one copies a role
// that the viewer reaches, so it reaches no further than that does.
func (s *Service) lineRole(ctx, system context.Context, tx *ent.Tx, roles []*ent.RoleAssignment, line int, until time.Time) ([]viewer.Grant, error) {
	var grants []viewer.Grant
	has := false
	for _, r := range roles {
		grants = append(grants, grantOf(r))
		has = has || (r.Line == nil || *r.Line == line) && (r.ValidTo == nil || !r.ValidTo.Before(until))
	}
	if has {
		return grants, nil
	}
	for _, r := range roles {
		if access.Check(ctx, access.DirectOperator, scopeOfRole(r)) != nil {
			continue
		}
		create := tx.RoleAssignment.Create().SetAccountID(r.AccountID).SetRole(roleassignment.RoleOperator).SetLine(line).
			SetValidFrom(s.now()).SetValidTo(until).
			SetNillableAgencyID(optional.Of(r.AgencyID)).SetNillableRegionID(optional.Of(r.RegionID))
		made, err := create.Save(system)
		if err != nil {
			return nil, fmt.Errorf("write role: %w", err)
		}
		grants = append(grants, grantOf(made))
	}
	return grants, nil
}

// mayStaff makes sure that the viewer may staff the queues, and that the operator's roles reach them.
func (s *Service) mayStaff(ctx, system context.Context, tx *ent.Tx, l Loan, grants []viewer.Grant) error {
	for n, id := range l.QueueIDs {
		field := fmt.Sprintf("queueIds.%d", n)
		q, err := tx.Queue.Query().Where(queue.ID(id)).Only(system)
		if err != nil {
			return orMissing(err, field, "no such queue")
		}
		if err := access.Check(ctx, access.ManageQueueMembers, access.QueueScope(q)); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return fail.Field(field, fail.NotFound, "no such queue")
			}
			return err
		}
		reached := false
		for _, g := range grants {
			reached = reached || g.Covers(access.QueueScope(q))
		}
		if q.Line != l.Line || !reached {
			return fail.Field(field, fail.Invalid, "is not a queue of the line and of the operator's segment")
		}
	}
	return nil
}

// CallBackLoans ends what an operator of the viewer's segment was lent to before its time. CONFLICT when they are not lent.
func (s *Service) CallBackLoans(ctx context.Context, accountID, reason string) (*ent.Directive, error) {
	reason, err := words("reason", reason, maxReason)
	if err != nil {
		return nil, err
	}
	var d *ent.Directive
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if _, err := s.staff(ctx, system, tx, accountID, access.DirectOperator); err != nil {
			return err
		}
		now := s.now()
		open, err := tx.Directive.Query().Where(directive.AccountID(accountID), directive.KindEQ(directive.KindLine), directive.UntilGT(now)).All(system)
		if err != nil {
			return fmt.Errorf("read loans: %w", err)
		}
		ended := 0
		for _, loan := range open {
			n, err := tx.RoleAssignment.Update().Where(roleassignment.AccountID(accountID), roleassignment.RoleEQ(roleassignment.RoleOperator),
				roleassignment.ValidTo(*loan.Until), roleassignment.ValidFromGTE(loan.CreatedAt.Add(-time.Minute))).SetValidTo(now).Save(system)
			if err != nil {
				return fmt.Errorf("end role: %w", err)
			}
			ended += n
		}
		if len(open) == 0 {
			return fail.New(fail.Conflict, "the operator is not lent")
		}
		if err := s.routing.CallBackLoan(system, tx, accountID); err != nil {
			return err
		}
		if d, err = s.tell(ctx, tx, order{accountID: accountID, kind: directive.KindLine, reason: reason}); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "operator.call_back", accountID, map[string]string{"directive": d.ID, "roles": fmt.Sprint(ended)})
	})
	if err != nil {
		return nil, err
	}
	s.routing.Wake()
	return d.Unwrap(), nil
}
