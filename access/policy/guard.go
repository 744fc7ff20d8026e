package policy

import (
	"context"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"

	"ekc/access/viewer"
	"ekc/ent/privacy"
)

// condition narrows a query; nil narrows nothing.
type condition = func(*sql.Selector)

// nothing lets no row through.
func nothing(s *sql.Selector) { s.Where(sql.False()) }

// asSystem lets the system do everything.
type asSystem struct{}

func (asSystem) EvalQuery(ctx context.Context, _ entgo.Query) error { return allowSystem(ctx) }

func (asSystem) EvalMutation(ctx context.Context, _ entgo.Mutation) error { return allowSystem(ctx) }

func allowSystem(ctx context.Context) error {
	if viewer.From(ctx).Kind == viewer.System {
		return privacy.Allow
	}
	return privacy.Skip
}

// guard lets the system do everything, others query under the rules, and refuses the rest.
func guard(rules ...privacy.QueryRule) entgo.Policy {
	queries := append(privacy.QueryPolicy{asSystem{}}, rules...)
	return privacy.Policy{
		Query:    append(queries, privacy.AlwaysDenyRule()),
		Mutation: privacy.MutationPolicy{asSystem{}, privacy.AlwaysDenyRule()},
	}
}

// SystemOnly is the policy of what nobody but the system touches.
func SystemOnly() entgo.Policy { return guard() }

// Public is the policy of what anybody may read, signed in or not.
func Public() entgo.Policy { return guard(privacy.AlwaysAllowRule()) }

// query is a generated query over rows of one entity; P is its kind of predicate.
type query[P ~condition, Q any] interface{ Where(...P) Q }

// narrowing adds what the viewer may see to a query.
type narrowing[P ~condition, Q query[P, Q]] struct {
	visible func(viewer.Viewer) condition
}

func (n narrowing[P, Q]) EvalQuery(ctx context.Context, asked entgo.Query) error {
	q, ok := asked.(Q)
	if !ok {
		return privacy.Denyf("policy of %T asked for %T", q, asked)
	}
	if c := n.visible(viewer.From(ctx)); c != nil {
		q.Where(P(c))
	}
	return privacy.Allow
}

// narrowed is the policy of what everybody may query, and finds no more than is visible to them.
func narrowed[P ~condition, Q query[P, Q]](visible func(viewer.Viewer) condition) entgo.Policy {
	return guard(narrowing[P, Q]{visible})
}

// in is the condition that the column is among what the sub-query selects.
func in(column string, sub func(*sql.DialectBuilder) *sql.Selector) condition {
	return func(s *sql.Selector) {
		s.Where(sql.In(s.C(column), sub(sql.Dialect(s.Dialect()))))
	}
}

func equals(column, value string) condition {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), value)) }
}
