package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// BaseState is the single row that counts the changes of the base. A writer raises the revision and keeps the row
// locked until it commits, so revisions become visible in their order and a reader never passes one that is still open.
type BaseState struct{ ent.Schema }

// Fields of the state.
func (BaseState) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Immutable().Comment("always 1"),
		field.Int64("revision"),
	}
}
