package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/pgvector/pgvector-go"
)

// Gap is a cluster of questions that the base did not answer well. Its first question leads it: later ones join the nearest leader.
type Gap struct{ ent.Schema }

// Fields of a gap.
func (Gap) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.Text("leader").Immutable().Comment("the first question, personal data masked"),
		field.String("embedder").MaxLen(120).Immutable().Comment("whose vector it is; vectors of others are not compared"),
		field.Other("vec", pgvector.Vector{}).Immutable().SchemaType(map[string]string{dialect.Postgres: "vector"}),
		field.Enum("state").Values("open", "drafted", "dismissed").Default("open"),
		field.String("record_id").MaxLen(400).Default("").Comment("the record that was drafted from it"),
		field.Text("reason").Default("").Comment("why it was dismissed"),
		field.String("decided_by").MaxLen(40).Default("").Comment("account"),
		field.Time("decided_at").Optional().Nillable(),
		field.Time("created_at").Default(time.Now).Immutable(),
	}
}

// Edges of a gap.
func (Gap) Edges() []ent.Edge {
	return []ent.Edge{edge.To("questions", GapQuestion.Type).Annotations(entsql.OnDelete(entsql.Cascade))}
}

// Indexes of gaps.
func (Gap) Indexes() []ent.Index { return []ent.Index{index.Fields("state")} }
