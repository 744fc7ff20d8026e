package policy

import (
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent/roleassignment"
)

// unbounded reports whether one of the grants reaches everything.
func unbounded(grants []viewer.Grant) bool {
	for _, g := range grants {
		if g.AgencyID == "" && g.RegionID == "" && g.Line == 0 {
			return true
		}
	}
	return false
}

// The names are the same in every table that belongs to a segment.
const (
	agencyColumn = roleassignment.FieldAgencyID
	regionColumn = roleassignment.FieldRegionID
	lineColumn   = roleassignment.FieldLine
)

// covered is viewer.Grant.Covers for agency and region in SQL. Nil when the grant is bound to neither.
func covered(s columns, g viewer.Grant) *sql.Predicate {
	var parts []*sql.Predicate
	if g.AgencyID != "" {
		parts = append(parts, sql.Or(sql.IsNull(s.C(agencyColumn)), sql.EQ(s.C(agencyColumn), g.AgencyID)))
	}
	if g.RegionID != "" {
		parts = append(parts, sql.Or(sql.IsNull(s.C(regionColumn)), sql.EQ(s.C(regionColumn), g.RegionID)))
	}
	return all(parts)
}

// within is viewer.Grant.Within for agency and region in SQL. Nil when the grant is bound to neither.
func within(s *sql.Selector, g viewer.Grant) *sql.Predicate {
	var parts []*sql.Predicate
	if g.AgencyID != "" {
		parts = append(parts, sql.EQ(s.C(agencyColumn), g.AgencyID))
	}
	if g.RegionID != "" {
		parts = append(parts, sql.EQ(s.C(regionColumn), g.RegionID))
	}
	return all(parts)
}

// outside is the opposite of within, also where a column is null.
func outside(s *sql.Selector, g viewer.Grant) *sql.Predicate {
	var parts []*sql.Predicate
	if g.AgencyID != "" {
		parts = append(parts, sql.IsNull(s.C(agencyColumn)), sql.NEQ(s.C(agencyColumn), g.AgencyID))
	}
	if g.RegionID != "" {
		parts = append(parts, sql.IsNull(s.C(regionColumn)), sql.NEQ(s.C(regionColumn), g.RegionID))
	}
	if len(parts) == 0 {
		return sql.False()
	}
	return sql.Or(parts...)
}

// all joins parts. It never wraps a single one: ent forgets the parentheses inside of a conjunction or alternative of one.
func all(parts []*sql.Predicate) *sql.Predicate {
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	default:
		return sql.And(parts...)
	}
}

// anyOf joins alternatives; a nil one makes the whole true, which is said by nil.
func anyOf(alternatives []*sql.Predicate) *sql.Predicate {
	for _, p := range alternatives {
		if p == nil {
			return nil
		}
	}
	switch len(alternatives) {
	case 0:
		return sql.False()
	case 1:
		return alternatives[0]
	default:
		return sql.Or(alternatives...)
	}
}
