package policy

import (
	"time"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/auditentry"
	"ekc/ent/predicate"
	"ekc/ent/roleassignment"
	"ekc/ent/session"
)

// Account is the policy of accounts: oneself; colleagues who hold a role that a role of the viewer's reaches, except that a
// segment administrator's reaches only those who hold none elsewhere. A citizen sees none: the name of who answers comes from
// access.Names, and the login, with which anybody could have an account locked, is not theirs to know.
func Account() entgo.Policy {
	return narrowed[predicate.Account, *ent.AccountQuery](accounts)
}

func accounts(v viewer.Viewer) condition {
	switch v.Kind {
	case viewer.Account:
		if v.Has(viewer.Administrator) {
			return nil
		}
		return func(s *sql.Selector) {
			now := time.Now().UTC()
			s.Where(sql.Or(sql.EQ(s.C(account.FieldID), v.AccountID),
				colleagues(s, others(v.Grants), now), managed(s, managing(v), now)))
		}
	default:
		return nothing
	}
}

// managing are the grants by which the viewer manages accounts of a segment.
func managing(v viewer.Viewer) []viewer.Grant { return v.GrantsOf(viewer.SegmentAdministrator) }

// others are the grants that show colleagues.
func others(grants []viewer.Grant) []viewer.Grant {
	var rest []viewer.Grant
	for _, g := range grants {
		if g.Role != viewer.SegmentAdministrator {
			rest = append(rest, g)
		}
	}
	return rest
}

// colleagues: the account holds a role, now or to come, that one of the grants reaches.
func colleagues(s *sql.Selector, grants []viewer.Grant, now time.Time) *sql.Predicate {
	if len(grants) == 0 {
		return sql.False()
	}
	r := nowOrToCome(rolesOf(s), now)
	if reached := reachedBy(r, grants); reached != nil {
		r.Where(reached)
	}
	return sql.Exists(r)
}

func reachedBy(r *sql.Selector, grants []viewer.Grant) *sql.Predicate {
	alternatives := make([]*sql.Predicate, len(grants))
	for i, g := range grants {
		alternatives[i] = covered(r, g)
	}
	return anyOf(alternatives)
}

// managed: all roles of the account, now or to come, lie within one of the grants; of an account without such roles, all
// that it ever held. One that never held a role belongs to no segment.
func managed(s *sql.Selector, grants []viewer.Grant, now time.Time) *sql.Predicate {
	var alternatives []*sql.Predicate
	for _, g := range grants {
		alternatives = append(alternatives,
			sql.And(sql.Exists(nowOrToCome(holding(s, g), now)), sql.Not(sql.Exists(nowOrToCome(holdingElsewhere(s, g), now)))),
			sql.And(sql.Exists(holding(s, g)), sql.Not(sql.Exists(holdingElsewhere(s, g)))))
	}
	return anyOf(alternatives)
}

func holding(s *sql.Selector, g viewer.Grant) *sql.Selector {
	r := rolesOf(s)
	if p := within(r, g); p != nil {
		r.Where(p)
	}
	return r
}

func holdingElsewhere(s *sql.Selector, g viewer.Grant) *sql.Selector {
	r := rolesOf(s)
	return r.Where(outside(r, g))
}

// rolesOf selects the roles of the account in the row of s.
func rolesOf(s *sql.Selector) *sql.Selector {
	b := sql.Dialect(s.Dialect())
	r := b.Select().From(b.Table(roleassignment.Table))
	return r.Where(sql.ColumnsEQ(r.C(roleassignment.FieldAccountID), s.C(account.FieldID)))
}

// nowOrToCome narrows selected roles to those in force or to come.
func nowOrToCome(r *sql.Selector, now time.Time) *sql.Selector {
	return r.Where(sql.Or(sql.IsNull(r.C(roleassignment.FieldValidTo)), sql.GT(r.C(roleassignment.FieldValidTo), now)))
}

// Managed selects the accounts that the grants of a segment administrator manage at the time.
func Managed(grants []viewer.Grant, now time.Time) predicate.Account {
	return func(s *sql.Selector) { s.Where(managed(s, grants, now)) }
}

// Reached selects the accounts with a role, in force at the time or to come, that one of the grants reaches.
func Reached(grants []viewer.Grant, now time.Time) predicate.Account {
	return func(s *sql.Selector) { s.Where(colleagues(s, grants, now)) }
}

// ofAccounts is the condition on rows that hang on an account by the column: whoever sees the account.
func ofAccounts(column string) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		if v.Kind != viewer.Account {
			return nothing
		}
		c := accounts(v)
		if c == nil {
			return nil
		}
		return in(column, accountsWhere(c))
	}
}

func accountsWhere(c condition) func(*sql.DialectBuilder) *sql.Selector {
	return func(b *sql.DialectBuilder) *sql.Selector {
		s := b.Select(account.FieldID).From(b.Table(account.Table))
		c(s)
		return s
	}
}

// RoleAssignment is the policy of roles: one's own; supervisors and coordinators, those that their segment reaches; segment
// administrators, those of the accounts that they manage.
func RoleAssignment() entgo.Policy {
	return narrowed[predicate.RoleAssignment, *ent.RoleAssignmentQuery](roles)
}

func roles(v viewer.Viewer) condition {
	switch {
	case v.Kind != viewer.Account:
		return nothing
	case v.Has(viewer.Administrator):
		return nil
	}
	return func(s *sql.Selector) {
		alternatives := []*sql.Predicate{
			sql.EQ(s.C(roleassignment.FieldAccountID), v.AccountID),
			sql.In(s.C(roleassignment.FieldAccountID), accountsWhere(Managed(managing(v), time.Now().UTC()))(sql.Dialect(s.Dialect()))),
		}
		for _, g := range v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator) {
			alternatives = append(alternatives, covered(s, g))
		}
		if p := anyOf(alternatives); p != nil {
			s.Where(p)
		}
	}
}

// Session is the policy of sessions: one's own.
func Session() entgo.Policy {
	return narrowed[predicate.Session, *ent.SessionQuery](func(v viewer.Viewer) condition {
		if v.Kind != viewer.Account {
			return nothing
		}
		return equals(session.FieldAccountID, v.AccountID)
	})
}

// AuditEntry is the policy of the audit log: administrators; segment administrators, what accounts that they manage did
// and what was done to them.
func AuditEntry() entgo.Policy {
	return narrowed[predicate.AuditEntry, *ent.AuditEntryQuery](auditEntries)
}

func auditEntries(v viewer.Viewer) condition {
	switch {
	case v.Kind != viewer.Account || !v.Has(viewer.SegmentAdministrator):
		return nothing
	case v.Has(viewer.Administrator):
		return nil
	}
	mine := accountsWhere(Managed(managing(v), time.Now().UTC()))
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		s.Where(sql.Or(sql.In(s.C(auditentry.FieldActorID), mine(b)), sql.In(s.C(auditentry.FieldObjectID), mine(b))))
	}
}
