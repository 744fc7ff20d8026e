package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// VectorSet is the vectors of one embedder. One set at most is active: it is searched by every node. While another one is
// building, both are kept up to date; when it is complete it becomes active, and the other is retired and then removed.
type VectorSet struct{ ent.Schema }

// Fields of a set.
func (VectorSet) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(120).Immutable().Comment("name of the embedder, with its dimensions"),
		field.Text("source").Comment("by which a node that is configured otherwise opens the embedder; empty: it cannot"),
		field.Int("dimensions").Positive(),
		field.Enum("state").Values("building", "active", "retired"),
		field.Time("changed_at").Default(time.Now).Comment("when it came to its state"),
	}
}
