package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// PauseReason says why an operator is paused.
type PauseReason struct{ ent.Schema }

// Mixin of the entity.
func (PauseReason) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "pau"}} }

// Fields of the entity.
func (PauseReason) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(40).Unique().Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.Bool("selectable").Default(true).Comment("false: set by the system only"),
	}
}

// Policy of the entity.
func (PauseReason) Policy() ent.Policy { return policy.PauseReason() }
