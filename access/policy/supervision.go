package policy

import (
	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/alert"
	"ekc/ent/deferral"
	"ekc/ent/deferralstep"
	"ekc/ent/directive"
	"ekc/ent/incident"
	"ekc/ent/incidentcomment"
	"ekc/ent/predicate"
)

// lineTwo is the line of everything that is deferred.
const lineTwo = 2

// Deferral is the policy of deferred enquiries: who deferred one, the operator who is named; supervisors, coordinators and those who
// keep the base, where their segment reaches it.
func Deferral() entgo.Policy {
	return narrowed[predicate.Deferral, *ent.DeferralQuery](deferrals)
}

func deferrals(v viewer.Viewer) condition {
	grants := v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator, viewer.ContentManager, viewer.ExpertSystemAdministrator)
	if v.Kind != viewer.Account || (len(grants) == 0 && !v.Has(viewer.Operator)) {
		return nothing
	}
	return reachedOr(onLine(grants, lineTwo), v.AccountID, deferral.FieldOperatorID, deferral.FieldDeferredBy, deferral.FieldAnsweredBy)
}

// DeferralStep is the policy of what happened to them: whoever sees the deferral.
func DeferralStep() entgo.Policy {
	return narrowed[predicate.DeferralStep, *ent.DeferralStepQuery](under(deferralstep.FieldDeferralID, deferral.Table, deferrals))
}

// DeferralRule is the policy of their terms: any account.
func DeferralRule() entgo.Policy {
	return narrowed[predicate.DeferralRule, *ent.DeferralRuleQuery](forSignedIn)
}

// Incident is the policy of incidents: who reported one; supervisors and coordinators whose segment reaches it, and of those that were
// escalated the users of the head office too.
func Incident() entgo.Policy {
	return narrowed[predicate.Incident, *ent.IncidentQuery](incidents)
}

func incidents(v viewer.Viewer) condition {
	head := v.GrantsOf(viewer.ExpertSystemUser)
	if v.Kind != viewer.Account || (len(head) == 0 && !handling(v)) {
		return nothing
	}
	near := reachedOr(v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator), v.AccountID, incident.FieldRaisedBy)
	if near == nil || len(head) == 0 {
		return near
	}
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		closeBy := b.Select(incident.FieldID).From(b.Table(incident.Table))
		near(closeBy)
		escalated := b.Select(incident.FieldID).From(b.Table(incident.Table))
		escalated.Where(sql.GT(escalated.C(incident.FieldLevel), 0))
		if p := reachedBy(escalated, head); p != nil {
			escalated.Where(p)
		}
		s.Where(sql.Or(sql.In(s.C(incident.FieldID), closeBy), sql.In(s.C(incident.FieldID), escalated)))
	}
}

// IncidentComment is the policy of words on incidents: whoever sees the incident.
func IncidentComment() entgo.Policy {
	return narrowed[predicate.IncidentComment, *ent.IncidentCommentQuery](under(incidentcomment.FieldIncidentID, incident.Table, incidents))
}

// Directive is the policy of what supervisors do to operators' work: the operator and the supervisor; whoever else sees the account
// as a supervisor or coordinator.
func Directive() entgo.Policy {
	return narrowed[predicate.Directive, *ent.DirectiveQuery](func(v viewer.Viewer) condition {
		if v.Kind != viewer.Account {
			return nothing
		}
		own := func(s *sql.Selector) *sql.Predicate {
			return sql.Or(sql.EQ(s.C(directive.FieldAccountID), v.AccountID), sql.EQ(s.C(directive.FieldAuthorID), v.AccountID))
		}
		if !v.Has(viewer.Supervisor, viewer.SegmentCoordinator) {
			return func(s *sql.Selector) { s.Where(own(s)) }
		}
		colleagues := ofAccounts(directive.FieldAccountID)(v)
		if colleagues == nil {
			return nil
		}
		return func(s *sql.Selector) {
			b := sql.Dialect(s.Dialect())
			seen := b.Select(directive.FieldID).From(b.Table(directive.Table))
			colleagues(seen)
			s.Where(sql.Or(own(s), sql.In(s.C(directive.FieldID), seen)))
		}
	})
}

// AlertRule is the policy of rules of alerts: supervisors and coordinators whose segment reaches what is watched.
func AlertRule() entgo.Policy {
	return narrowed[predicate.AlertRule, *ent.AlertRuleQuery](alerted)
}

// Alert is the policy of alerts: as of the rules.
func Alert() entgo.Policy {
	return narrowed[predicate.Alert, *ent.AlertQuery](func(v viewer.Viewer) condition {
		c := alerted(v)
		return func(s *sql.Selector) {
			if c != nil {
				c(s)
			}
			s.Where(sql.NEQ(s.C(alert.FieldState), alert.StatePending))
		}
	})
}

func alerted(v viewer.Viewer) condition {
	if v.Kind != viewer.Account {
		return nothing
	}
	return reachedOr(v.GrantsOf(viewer.Supervisor, viewer.SegmentCoordinator), "")
}

// onLine are the grants that reach the line.
func onLine(grants []viewer.Grant, line int) []viewer.Grant {
	var reaching []viewer.Grant
	for _, g := range grants {
		if g.Line == 0 || g.Line == line {
			reaching = append(reaching, g)
		}
	}
	return reaching
}

// reachedOr is the condition on rows of a segment that one of the grants reaches, or that name the account in one of the columns. Nil
// when everything is reached.
func reachedOr(grants []viewer.Grant, accountID string, columns ...string) condition {
	if unboundedSegment(grants) {
		return nil
	}
	return func(s *sql.Selector) {
		var alternatives []*sql.Predicate
		for _, g := range grants {
			alternatives = append(alternatives, covered(s, g))
		}
		for _, c := range columns {
			alternatives = append(alternatives, sql.EQ(s.C(c), accountID))
		}
		s.Where(anyOf(alternatives))
	}
}

// unboundedSegment reports whether one of the grants is bound to no agency and no region.
func unboundedSegment(grants []viewer.Grant) bool {
	for _, g := range grants {
		if g.AgencyID == "" && g.RegionID == "" {
			return true
		}
	}
	return false
}

// under is the condition on rows that hang on rows of another table by the column: whoever sees those.
func under(column, table string, visible func(viewer.Viewer) condition) func(viewer.Viewer) condition {
	return func(v viewer.Viewer) condition {
		c := visible(v)
		if c == nil {
			return nil
		}
		return in(column, func(b *sql.DialectBuilder) *sql.Selector {
			s := b.Select("id").From(b.Table(table))
			c(s)
			return s
		})
	}
}
