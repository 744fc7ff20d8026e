package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// BenchCase is a query of the editors' test bench with the record that must be found for it.
type BenchCase struct{ ent.Schema }

// Fields of a case.
func (BenchCase) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.Text("query").Immutable(),
		field.String("region").MaxLen(10).Default("").Immutable().Comment("of the citizen; empty: not known"),
		field.String("agency").MaxLen(20).Default("").Comment("whose editors keep it"),
		field.String("record_id").MaxLen(400).Default("").Comment("expected; empty: nothing may be answered"),
		field.String("source").MaxLen(20).Default("hand").Comment("hand, phrasing or review"),
		field.String("created_by").MaxLen(40).Default(""),
		field.Time("created_at").Default(time.Now).Immutable(),
	}
}

// Indexes of cases.
func (BenchCase) Indexes() []ent.Index {
	return []ent.Index{index.Fields("query", "region").Unique(), index.Fields("agency")}
}
