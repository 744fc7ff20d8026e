package policy

import (
	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/accessrequest"
	"ekc/ent/predicate"
)

// AccessRequest is the policy of requests for access: whoever asked and who is to get the role; those who decide and those
// who administer the segment, what lies wholly inside it.
func AccessRequest() entgo.Policy {
	return narrowed[predicate.AccessRequest, *ent.AccessRequestQuery](accessRequests)
}

func accessRequests(v viewer.Viewer) condition {
	switch {
	case v.Kind != viewer.Account:
		return nothing
	case v.Has(viewer.Administrator):
		return nil
	}
	return func(s *sql.Selector) {
		alternatives := []*sql.Predicate{
			sql.EQ(s.C(accessrequest.FieldAccountID), v.AccountID), sql.EQ(s.C(accessrequest.FieldAskerID), v.AccountID),
		}
		for _, g := range v.GrantsOf(viewer.ExpertSystemUser, viewer.SegmentAdministrator) {
			alternatives = append(alternatives, within(s, g))
		}
		if p := anyOf(alternatives); p != nil {
			s.Where(p)
		}
	}
}

// APIKey is the policy of keys of programs: segment administrators, those that lie wholly inside their segment.
func APIKey() entgo.Policy { return narrowed[predicate.APIKey, *ent.APIKeyQuery](apiKeys) }

func apiKeys(v viewer.Viewer) condition {
	switch {
	case v.Kind != viewer.Account || !v.Has(viewer.SegmentAdministrator):
		return nothing
	case v.Has(viewer.Administrator):
		return nil
	}
	return func(s *sql.Selector) {
		var alternatives []*sql.Predicate
		for _, g := range managing(v) {
			alternatives = append(alternatives, within(s, g))
		}
		if p := anyOf(alternatives); p != nil {
			s.Where(p)
		}
	}
}
