package access

import (
	"context"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/agency"
	"ekc/ent/predicate"
	"ekc/ent/region"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// NewRole is a role to give.
type NewRole struct {
	Role viewer.Role
	// AgencyID and RegionID bound it; empty means all.
	AgencyID string
	RegionID string
	// Line is 1, 2, or 0 for both; for operators and supervisors only.
	Line int
	// ValidFrom is from when it holds; nil means now. ValidTo is until when; nil means without end.
	ValidFrom *time.Time
	ValidTo   *time.Time
}

func (n NewRole) scope() viewer.Scope {
	return viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID, Line: n.Line}
}

// GrantRole gives an account that the viewer of ctx manages a role that they may give. CONFLICT when the account holds it
// already at that time. Nobody gives themselves a role.
func (s *Service) GrantRole(ctx context.Context, accountID string, n NewRole) (*ent.Account, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.checkRole("role", v, n); err != nil {
		return nil, err
	}
	if v.AccountID != "" && v.AccountID == accountID {
		return nil, fail.Field("accountId", fail.Forbidden, "nobody gives themselves a role; ask for it with accessRequestCreate")
	}
	return s.changeRoles(ctx, accountID, func(ctx context.Context, tx *ent.Tx) error {
		if _, err := s.lockManaged(ctx, tx, v, "accountId", accountID); err != nil {
			return err
		}
		_, err := s.give(ctx, tx, "role", accountID, n)
		return err
	})
}

// RevokeRole ends a role at once. It is NOT_FOUND when the viewer of ctx does not manage its account, and CONFLICT when the
// centre would be left without an administrator.
func (s *Service) RevokeRole(ctx context.Context, roleID string) (*ent.Account, error) {
	v, err := manager(ctx)
	if err != nil {
		return nil, err
	}
	missing := fail.Field("roleAssignmentId", fail.NotFound, "no such role")
	if !wellFormed(roleID) {
		return nil, missing
	}
	role, err := s.client.RoleAssignment.Get(viewer.AsSystem(ctx), roleID)
	switch {
	case ent.IsNotFound(err):
		return nil, missing
	case err != nil:
		return nil, fmt.Errorf("read role: %w", err)
	}
	return s.changeRoles(ctx, role.AccountID, func(ctx context.Context, tx *ent.Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		if _, err := s.lockManaged(ctx, tx, v, "roleAssignmentId", role.AccountID); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return missing
			}
			return err
		}
		return s.take(ctx, tx, roleID)
	})
}

func (s *Service) changeRoles(ctx context.Context, accountID string, change func(context.Context, *ent.Tx) error) (*ent.Account, error) {
	var changed *ent.Account
	err := s.store.InTx(viewer.AsSystem(ctx), func(ctx context.Context, tx *ent.Tx) (err error) {
		if err := change(ctx, tx); err != nil {
			return err
		}
		changed, err = s.withRoles(tx.Account.Query()).Where(account.ID(accountID)).Only(ctx)
		return err
	})
	s.cache.clear()
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), nil
}

// checkRole decides what can be decided without the database.
func (s *Service) checkRole(field string, v viewer.Viewer, n NewRole) error {
	if err := s.checkShape(field, n); err != nil {
		return err
	}
	return mayGive(v, field, n)
}

// checkShape refuses a role that makes no sense, whoever gives it.
func (s *Service) checkShape(field string, n NewRole) error {
	if err := roleassignment.RoleValidator(roleassignment.Role(n.Role)); err != nil {
		return fail.Field(field+".role", fail.Invalid, "no such role")
	}
	switch {
	case n.Line < 0 || n.Line > 2:
		return fail.Field(field+".line", fail.Invalid, "a line is 1 or 2")
	case n.Line != 0 && n.Role != viewer.Operator && n.Role != viewer.Supervisor:
		return fail.Field(field+".line", fail.Invalid, "only operators and supervisors are of a line")
	case n.Role == viewer.Administrator && (n.AgencyID != "" || n.RegionID != ""):
		return fail.Field(field, fail.Invalid, "an administrator is of no segment")
	case n.Role == viewer.SegmentAdministrator && n.AgencyID == "":
		return fail.Field(field+".agencyId", fail.Invalid, "a segment administrator is of an agency")
	}
	from := s.now()
	if n.ValidFrom != nil {
		from = *n.ValidFrom
	}
	if n.ValidTo != nil && (!n.ValidTo.After(from) || !n.ValidTo.After(s.now())) {
		return fail.Field(field+".validTo", fail.Invalid, "a role ends after it begins, and not in the past")
	}
	return nil
}

// give adds the role to the account, which the transaction has locked or made.
func (s *Service) give(ctx context.Context, tx *ent.Tx, field, accountID string, n NewRole) (*ent.RoleAssignment, error) {
	if err := findSegment(ctx, tx, field, n); err != nil {
		return nil, err
	}
	from := s.now()
	if n.ValidFrom != nil {
		from = n.ValidFrom.UTC()
	}
	held, err := tx.RoleAssignment.Query().Where(sameRole(accountID, n)...).
		Where(roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(from))).
		Where(beginsBefore(n.ValidTo)...).Exist(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read roles: %w", err)
	case held:
		return nil, fail.Field(field, fail.Conflict, "the account holds this role at that time")
	}
	create := tx.RoleAssignment.Create().SetAccountID(accountID).SetRole(roleassignment.Role(n.Role)).
		SetValidFrom(from).SetCreatedAt(s.now()).
		SetNillableAgencyID(optional.Of(n.AgencyID)).SetNillableRegionID(optional.Of(n.RegionID)).SetNillableLine(optional.Of(n.Line))
	if n.ValidTo != nil {
		create.SetValidTo(n.ValidTo.UTC())
	}
	given, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("give role: %w", err)
	}
	return given, Audit(ctx, tx, auditRoleGrant, accountID, roleDetail(given))
}

func findSegment(ctx context.Context, tx *ent.Tx, field string, n NewRole) error {
	switch {
	case !wellFormed(n.AgencyID):
		return fail.Field(field+".agencyId", fail.NotFound, "no such agency")
	case !wellFormed(n.RegionID):
		return fail.Field(field+".regionId", fail.NotFound, "no such region")
	}
	if n.AgencyID != "" {
		if found, err := tx.Agency.Query().Where(agency.ID(n.AgencyID)).Exist(ctx); err != nil || !found {
			return orMissing(err, field+".agencyId", "no such agency")
		}
	}
	if n.RegionID != "" {
		if found, err := tx.Region.Query().Where(region.ID(n.RegionID)).Exist(ctx); err != nil || !found {
			return orMissing(err, field+".regionId", "no such region")
		}
	}
	return nil
}

func orMissing(err error, field, message string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return fail.Field(field, fail.NotFound, "%s", message)
}

// sameRole selects what the account holds of the same role in the same segment.
func sameRole(accountID string, n NewRole) []predicate.RoleAssignment {
	same := []predicate.RoleAssignment{
		roleassignment.AccountID(accountID), roleassignment.RoleEQ(roleassignment.Role(n.Role)),
	}
	if n.AgencyID == "" {
		same = append(same, roleassignment.AgencyIDIsNil())
	} else {
		same = append(same, roleassignment.AgencyID(n.AgencyID))
	}
	if n.RegionID == "" {
		same = append(same, roleassignment.RegionIDIsNil())
	} else {
		same = append(same, roleassignment.RegionID(n.RegionID))
	}
	if n.Line == 0 {
		return append(same, roleassignment.LineIsNil())
	}
	return append(same, roleassignment.Line(n.Line))
}

func beginsBefore(end *time.Time) []predicate.RoleAssignment {
	if end == nil {
		return nil
	}
	return []predicate.RoleAssignment{roleassignment.ValidFromLT(end.UTC())}
}

// take ends the role. One that had not begun yet is removed, for it never held.
func (s *Service) take(ctx context.Context, tx *ent.Tx, roleID string) error {
	role, err := tx.RoleAssignment.Get(ctx, roleID)
	if err != nil {
		return fmt.Errorf("read role: %w", err)
	}
	now := s.now()
	switch {
	case role.ValidTo != nil && !role.ValidTo.After(now):
		return fail.Field("roleAssignmentId", fail.Conflict, "the role has ended already")
	case role.ValidFrom.After(now):
		err = tx.RoleAssignment.DeleteOne(role).Exec(ctx)
	default:
		err = tx.RoleAssignment.UpdateOne(role).SetValidTo(now).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("take role: %w", err)
	}
	if role.Role == roleassignment.RoleAdministrator {
		if err := s.keepAdministrator(ctx, tx); err != nil {
			return err
		}
	}
	return Audit(ctx, tx, auditRoleRevoke, role.AccountID, roleDetail(role))
}

func roleDetail(r *ent.RoleAssignment) map[string]string {
	detail := map[string]string{"id": r.ID, "role": string(r.Role)}
	for name, value := range map[string]string{"agency": r.AgencyID, "region": r.RegionID} {
		if value != "" {
			detail[name] = value
		}
	}
	if r.Line != nil {
		detail["line"] = fmt.Sprint(*r.Line)
	}
	return detail
}
