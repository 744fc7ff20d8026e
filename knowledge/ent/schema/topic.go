package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Topic groups records of one agency by what they are about. A topic that was merged into another stays, so that its name leads there.
type Topic struct{ ent.Schema }

// Fields of a topic.
func (Topic) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.String("agency").MaxLen(20).Default("").Immutable().Comment("whose list it is in; empty: that of records for all agencies"),
		field.Text("name"),
		field.Time("retired_at").Optional().Nillable().Comment("since when no editor may choose it"),
		field.String("merged_into").MaxLen(40).Default("").Comment("the topic that has taken its records"),
		field.String("created_by").MaxLen(40).Default("").Immutable().Comment("account; empty: an import"),
		field.Time("created_at").Default(time.Now).Immutable(),
	}
}

// Edges of a topic.
func (Topic) Edges() []ent.Edge {
	return []ent.Edge{edge.To("versions", RecordVersion.Type)}
}

// Indexes of topics.
func (Topic) Indexes() []ent.Index {
	return []ent.Index{index.Fields("agency", "name").Unique(), index.Fields("merged_into")}
}
