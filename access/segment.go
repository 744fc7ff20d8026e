package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ekc/access/policy"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/predicate"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
)

// grantable are the roles that a segment administrator may give inside the segment. The others are given by administrators.
var grantable = map[viewer.Role]bool{
	viewer.Operator: true, viewer.Supervisor: true, viewer.ContentManager: true, viewer.SegmentCoordinator: true,
	viewer.ExpertSystemAdministrator: true, viewer.SegmentAdministrator: true,
}

// manager is the viewer of ctx when they manage accounts at all.
func manager(ctx context.Context) (viewer.Viewer, error) {
	v := viewer.From(ctx)
	switch {
	case v.Has(viewer.SegmentAdministrator): // an administrator holds every role
		return v, nil
	case v.Kind == viewer.Nobody:
		return v, fail.New(fail.Unauthenticated, "sign in first")
	default:
		return v, fail.New(fail.Forbidden, "only administrators manage accounts")
	}
}

// everywhere reports whether the viewer manages all accounts and gives all roles.
func everywhere(v viewer.Viewer) bool { return v.Has(viewer.Administrator) }

// managedBy selects the accounts that the viewer manages.
func (s *Service) managedBy(v viewer.Viewer) []predicate.Account {
	if everywhere(v) {
		return nil
	}
	return []predicate.Account{policy.Managed(v.GrantsOf(viewer.SegmentAdministrator), s.now())}
}

// maxID is longer than any id.
const maxID = 64

// wellFormed reports whether a client's text may be looked for as an id: Postgres refuses NUL and broken UTF-8 with an
// error where "not found" is meant.
func wellFormed(id string) bool {
	return len(id) <= maxID && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// lockManaged locks the account of the id when the viewer manages it: NOT_FOUND on the field when it does not exist or is
// not wholly in their segment, FORBIDDEN when it holds a role that they may not give.
func (s *Service) lockManaged(ctx context.Context, tx *ent.Tx, v viewer.Viewer, field, id string) (*ent.Account, error) {
	missing := fail.Field(field, fail.NotFound, "no such account")
	if !wellFormed(id) {
		return nil, missing
	}
	// Locked first and judged afterwards: what is judged can then change no more.
	if _, err := tx.Account.Query().Where(account.ID(id)).ForUpdate().OnlyID(ctx); err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("lock account: %w", err)
	}
	a, err := s.withRoles(tx.Account.Query()).Where(account.ID(id)).Where(s.managedBy(v)...).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, missing
	case err != nil:
		return nil, fmt.Errorf("read account: %w", err)
	case everywhere(v):
		return a, nil
	}
	for _, r := range a.Edges.Roles {
		if !grantable[viewer.Role(r.Role)] {
			return nil, fail.Field(field, fail.Forbidden, "only administrators change accounts with the role %s", r.Role)
		}
	}
	return a, nil
}

// mayGive decides whether the viewer may give the role: within their segment, and not for longer than their own lasts.
func mayGive(v viewer.Viewer, field string, n NewRole) error {
	if everywhere(v) {
		return nil
	}
	if !grantable[n.Role] {
		return fail.Field(field+".role", fail.Forbidden, "only administrators give the role %s", n.Role)
	}
	own := v.GrantsOf(viewer.SegmentAdministrator)
	if !slices.ContainsFunc(own, func(g viewer.Grant) bool { return g.Within(n.scope()) }) {
		return fail.Field(field, fail.Forbidden, "the role reaches beyond your segment")
	}
	if !lasts(own, n) {
		return fail.Field(field+".validTo", fail.Forbidden, "the role would outlast your own")
	}
	return nil
}

// lasts reports whether one of the grants contains the role, also in time.
func lasts(grants []viewer.Grant, n NewRole) bool {
	return slices.ContainsFunc(grants, func(g viewer.Grant) bool {
		return g.Within(n.scope()) && (g.Until.IsZero() || (n.ValidTo != nil && !n.ValidTo.After(g.Until)))
	})
}

// administratorLock orders the transactions that may take away an administrator; "EKCA".
const administratorLock = 0x454b4341

// keepAdministrator fails with CONFLICT when the transaction, which took the lock before its change, has left no active
// account that is administrator now.
func (s *Service) keepAdministrator(ctx context.Context, tx *ent.Tx) error {
	now := s.now()
	left, err := tx.Account.Query().Where(account.Active(true), account.HasRolesWith(
		roleassignment.RoleEQ(roleassignment.RoleAdministrator), roleassignment.ValidFromLTE(now),
		roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now)))).Exist(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("look for administrators: %w", err)
	case !left:
		return fail.New(fail.Conflict, "the centre would be left without an administrator")
	}
	return nil
}

func lockAdministrators(ctx context.Context, tx *ent.Tx) error {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, administratorLock); err != nil {
		return fmt.Errorf("lock administrators: %w", err)
	}
	return nil
}
