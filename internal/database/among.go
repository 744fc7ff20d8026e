package database

import (
	"slices"
	"strings"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
)

// Among is the condition that the column holds one of the values. Unlike IN it has the same words for any number of them, and unlike
// = ANY($1) it hides that number from the planner, which would otherwise think a plan for two better than one for any number, and plan
// the statement anew each time. SQL in words of its own says it so: = ANY((SELECT $1::text[])::text[]).
func Among[P ~func(*entsql.Selector)](column string, values []string) P {
	return func(s *entsql.Selector) {
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.Ident(s.C(column)).WriteString(" = ANY((SELECT ").Arg(pq.Array(values)).WriteString("::text[])::text[])")
		}))
	}
}

// Literally is the condition that the column holds one of the values, which are written into the statement instead of given to it:
// of so few that each may have a plan of its own, such as states. Postgres would otherwise make one plan for any of them, and not use
// an index of the rows in some.
func Literally[P ~func(*entsql.Selector), V ~string](column string, values []V) P {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = pq.QuoteLiteral(string(v))
	}
	slices.Sort(quoted)
	list := strings.Join(slices.Compact(quoted), ", ")
	return func(s *entsql.Selector) {
		if list == "" {
			s.Where(entsql.False())
			return
		}
		s.Where(entsql.P(func(b *entsql.Builder) { b.Ident(s.C(column)).WriteString(" IN (" + list + ")") }))
	}
}
