package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Phrasing is another way to ask a version's question.
type Phrasing struct{ ent.Schema }

// Fields of a phrasing.
func (Phrasing) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("version_id").MaxLen(40).Immutable(),
		field.Int("position").NonNegative().Comment("order within the version, from 0"),
		field.Text("text"),
	}
}

// Edges of a phrasing.
func (Phrasing) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("version", RecordVersion.Type).Ref("phrasings").Field("version_id").Unique().Required().Immutable(),
	}
}

// Indexes of phrasings.
func (Phrasing) Indexes() []ent.Index {
	return []ent.Index{index.Fields("version_id", "position").Unique()}
}
