package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Duty is work that one node at a time does for all; its id names it. Who holds it must renew it before it runs out.
type Duty struct{ ent.Schema }

// Fields of the entity.
func (Duty) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(60).Immutable(),
		field.String("holder").MaxLen(40).Comment("the process that has it"),
		field.Time("held_until"),
		field.Time("done_at").Optional().Nillable().Comment("up to when the work was done"),
	}
}

// Annotations of the entity.
func (Duty) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("duties"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (Duty) Policy() ent.Policy { return policy.SystemOnly() }
