package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Topic groups records by what they are about.
type Topic struct{ ent.Schema }

// Fields of a topic.
func (Topic) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.Text("name").Unique(),
	}
}

// Edges of a topic.
func (Topic) Edges() []ent.Edge {
	return []ent.Edge{edge.To("versions", RecordVersion.Type)}
}
