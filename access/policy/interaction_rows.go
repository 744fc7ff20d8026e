package policy

import (
	"context"
	"slices"
	"strings"
	"time"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/ent/predicate"
	"ekc/ent/privacy"
	"ekc/ent/segment"
	"ekc/internal/ids"
)

// maxParts is how many segments are read one by one; whoever has more is shown all rows that pass the condition.
const maxParts = 4

// byShape lets through the same interactions in whichever way suits the question. A condition is right for a few rows that
// are named, and for pages of what is a good part of all. For pages of a small segment, and for counting, the rows of each
// segment and of the operator are read by an index of their own: no index serves alternatives in one condition, so that a
// page would look at every interaction of the centre until it is full.
type byShape struct{}

func (byShape) EvalQuery(ctx context.Context, asked entgo.Query) error {
	q, ok := asked.(*ent.InteractionQuery)
	if !ok {
		return privacy.Denyf("policy of interactions asked for %T", asked)
	}
	v := viewer.From(ctx)
	each := eachInteraction(v)
	if each == nil {
		return privacy.Allow
	}
	watched := segments(watching(v))
	if v.Kind != viewer.Account || !handling(v) || len(watched) > maxParts {
		q.Where(each)
		return privacy.Allow
	}
	counts, rows := shape(ctx)
	q.Where(func(s *sql.Selector) {
		direction := byID(s)
		switch {
		case allOf(s, watched):
		case counts:
			s.From(rowsOf(s, v.AccountID, watched, page{}))
		case direction != "" && small(watched):
			s.From(rowsOf(s, v.AccountID, watched, page{direction, rows}))
		default:
			each(s)
		}
	})
	return privacy.Allow
}

// shape tells of the query whose policy is asked whether it counts, and how many rows it takes at most; 0: all.
func shape(ctx context.Context) (counts bool, rows int) {
	c := entgo.QueryFromContext(ctx)
	if c == nil || c.Type != ent.TypeInteraction {
		return false, 0
	}
	if c.Limit != nil && c.Offset == nil {
		rows = *c.Limit
	}
	return c.Op == entgo.OpQueryCount, rows
}

// segmentAsked is what InSegment leaves in the context of a selector: that this one asks for the segment.
type segmentAsked struct {
	of      *sql.Selector
	segment viewer.Grant
}

// ofSegment is the key of segmentAsked.
type ofSegment struct{}

// InSegment selects interactions of an agency, a region or both; an empty one is not asked for. It lets the policy know: who sees the
// whole segment needs no other condition. Inside of And, Or and Not the policy does not learn of it, and narrows as ever.
func InSegment(agencyID, regionID string) predicate.Interaction {
	return func(s *sql.Selector) {
		g := viewer.Grant{AgencyID: agencyID, RegionID: regionID}
		p := within(s, g)
		if p == nil {
			return
		}
		before := s.P()
		s.Where(p)
		if s.P() != before { // not put aside for an alternative or a negation
			s.WithContext(context.WithValue(s.Context(), ofSegment{}, segmentAsked{of: s, segment: g}))
		}
	}
}

// allOf narrows to the segment of InSegment and to nothing else, if one of the grants reaches all of it. What is let through hangs
// on the condition that is written here, not on the mark.
func allOf(s *sql.Selector, watched []viewer.Grant) bool {
	asked, ok := s.Context().Value(ofSegment{}).(segmentAsked)
	if !ok || asked.of != s || !slices.ContainsFunc(watched, func(g viewer.Grant) bool {
		return g.Line == 0 && (g.AgencyID == "" || g.AgencyID == asked.segment.AgencyID) &&
			(g.RegionID == "" || g.RegionID == asked.segment.RegionID)
	}) {
		return false
	}
	s.Where(within(s, asked.segment))
	return true
}

// segments are the grants without those that say the same of a segment.
func segments(grants []viewer.Grant) []viewer.Grant {
	var different []viewer.Grant
	for _, g := range grants {
		g = viewer.Grant{AgencyID: g.AgencyID, RegionID: g.RegionID, Line: g.Line}
		if !slices.Contains(different, g) {
			different = append(different, g)
		}
	}
	return different
}

// small: each grant is of one region of one agency, whose interactions an index has in the order of pages.
func small(grants []viewer.Grant) bool {
	return !slices.ContainsFunc(grants, func(g viewer.Grant) bool { return g.AgencyID == "" || g.RegionID == "" })
}

// byID is the direction, ASC or DESC, in which the rows are asked for by id alone; empty when they are not. The order is part
// of the selector before the conditions are, the limit is not.
func byID(s *sql.Selector) string {
	if s.HasJoins() || s.TableName() != interaction.Table {
		return ""
	}
	text, _ := s.Clone().Query()
	_, order, _ := strings.Cut(text, " ORDER BY ")
	switch order {
	case s.C(interaction.FieldID):
		return "ASC"
	case s.C(interaction.FieldID) + " DESC":
		return "DESC"
	default:
		return ""
	}
}

// page is how a question goes through the rows: by id in a direction, ASC or DESC, empty when it does not; and how many it takes of
// them at most, 0 when that is not known.
type page struct {
	direction string
	rows      int
}

// rowsOf are the rows that watchedOrOwn lets through, each once, from a part for each way of seeing them. With a direction every part
// is in that order; with a number besides, no part has more rows, and each has the question's own conditions, so that it is read
// no further than the page goes.
func rowsOf(s *sql.Selector, accountID string, watched []viewer.Grant, order page) *sql.Selector {
	b := sql.Dialect(s.Dialect())
	table := b.Table(interaction.Table)
	var parts []*sql.Selector
	part := func(p *sql.Predicate, before []viewer.Grant) {
		inner := b.Select("*").From(table).Where(p)
		for _, g := range before {
			inner.Where(sql.Not(reached(table, g)))
		}
		if order.direction != "" {
			inner.OrderExpr(sql.Expr(table.C(interaction.FieldID) + " " + order.direction))
		}
		if order.rows > 0 {
			if own := s.P(); own != nil { // not of a clone: ent's clone of one comparison alone loses its operator
				inner.Where(own)
			}
			inner.Limit(order.rows)
		}
		parts = append(parts, b.Select("*").From(inner.As(interaction.Table)))
	}
	for i, g := range watched {
		for _, p := range cells(table, g) {
			part(p, watched[:i])
		}
	}
	part(sql.EQ(table.C(interaction.FieldOperatorID), accountID), watched)
	if order.direction == "" || order.rows == 0 {
		part(sql.In(table.C(interaction.FieldID), notTheirs(b, accountID, nil)), watched)
	} else {
		own := parts[len(parts)-1]
		parts[len(parts)-1] = b.Select("*").From(b.Table(ownPart).As(interaction.Table))
		part(sql.In(table.C(interaction.FieldID), notTheirs(b, accountID, order.filled)), watched)
		parts[0].Prefix(sql.With(ownPart).As(own))
	}
	for _, p := range parts[1:] {
		parts[0].UnionAll(p)
	}
	return parts[0].As(interaction.Table)
}

// ownPart names the part of the operator's own rows.
const ownPart = "own"

// filled is the condition on a column of ids that they lie no further than to where the operator's own rows fill the page: of what lies
// beyond nothing is in it.
func (order page) filled(column string) *sql.Predicate {
	return sql.P(func(p *sql.Builder) {
		within, end := " >= ", ids.Since("int", time.Time{})
		if order.direction == "ASC" {
			within, end = " <= ", ids.Since("int", lastTime)
		}
		p.Ident(column).WriteString(within + "COALESCE(")
		p.Wrap(func(p *sql.Builder) {
			b := sql.Dialect(p.Dialect())
			p.Join(b.Select(interaction.FieldID).From(b.Table(ownPart)).OrderExpr(sql.Expr(interaction.FieldID + " " + order.direction)).
				Offset(order.rows - 1).Limit(1))
		})
		p.Comma().Arg(end).WriteString(")")
	})
}

// lastTime is later than any that an identifier has.
var lastTime = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)

// columns of a table or of a selector.
type columns interface{ C(column string) string }

// cells are the conditions that together are reached: of the segment's own interactions, and of those without an agency or
// region. Each is a range of one index.
func cells(t columns, g viewer.Grant) []*sql.Predicate {
	cells := [][]*sql.Predicate{nil}
	for _, bound := range []struct{ column, value string }{{agencyColumn, g.AgencyID}, {regionColumn, g.RegionID}} {
		if bound.value == "" {
			continue
		}
		var split [][]*sql.Predicate
		for _, cell := range cells {
			split = append(split, append(slices.Clone(cell), sql.EQ(t.C(bound.column), bound.value)),
				append(slices.Clone(cell), sql.IsNull(t.C(bound.column))))
		}
		cells = split
	}
	joined := make([]*sql.Predicate, len(cells))
	for i, cell := range cells {
		if g.Line != 0 {
			cell = append(cell, sql.EQ(t.C(lineColumn), g.Line))
		}
		joined[i] = all(cell)
	}
	return joined
}

// notTheirs selects the ids of interactions that the operator had or is offered, but has not now; within, when it is there, bounds those
// that they had.
func notTheirs(b *sql.DialectBuilder, accountID string, within func(column string) *sql.Predicate) *sql.Selector {
	g := b.Select(segment.FieldInteractionID).From(b.Table(segment.Table))
	g.Where(handled(g, accountID))
	o := b.Select(offer.FieldInteractionID).From(b.Table(offer.Table))
	o.Where(pending(o, accountID))
	r := b.Select(offer.FieldInteractionID).From(b.Table(offer.Table))
	r.Where(recent(r, accountID))
	i := b.Select(interaction.FieldID).From(b.Table(interaction.Table))
	i.Where(sql.EQ(i.C(interaction.FieldOperatorID), accountID))
	if within != nil {
		g.Where(within(g.C(segment.FieldInteractionID)))
		i.Where(within(i.C(interaction.FieldID)))
	}
	return g.UnionAll(o).UnionAll(r).Except(i)
}
