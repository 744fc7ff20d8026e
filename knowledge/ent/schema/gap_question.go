package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// GapQuestion is one question of one citizen that was not answered, or whose answer did not help.
type GapQuestion struct{ ent.Schema }

// Fields of a question.
func (GapQuestion) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(80).Immutable().Comment("of the turn or message in the centre: a repeat changes nothing"),
		field.String("gap_id").MaxLen(40).Immutable(),
		field.Text("text").Immutable().Comment("personal data masked"),
		field.String("citizen").MaxLen(80).Immutable().Comment("tells citizens apart"),
		field.String("agency").MaxLen(20).Default("").Immutable(),
		field.String("region").MaxLen(10).Default("").Immutable(),
		field.Text("topic").Default("").Immutable(),
		field.Enum("cause").Values("unanswered", "low_rated").Immutable(),
		field.Time("asked_at").Immutable(),
	}
}

// Edges of a question.
func (GapQuestion) Edges() []ent.Edge {
	return []ent.Edge{edge.From("gap", Gap.Type).Ref("questions").Field("gap_id").Unique().Required().Immutable()}
}

// Indexes of questions.
func (GapQuestion) Indexes() []ent.Index {
	return []ent.Index{index.Fields("gap_id", "asked_at"), index.Fields("asked_at")}
}
