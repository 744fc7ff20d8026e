package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Disposition is a topic that an operator records when an interaction ends.
type Disposition struct{ ent.Schema }

// Mixin of the entity.
func (Disposition) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "dis"}} }

// Fields of the entity.
func (Disposition) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(60).Unique().Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("agency_id").Optional().MaxLen(40),
		field.Bool("active").Default(true),
	}
}

// Edges of the entity.
func (Disposition) Edges() []ent.Edge {
	return []ent.Edge{edge.To("agency", Agency.Type).Field("agency_id").Unique()}
}

// Annotations of the entity.
func (Disposition) Annotations() []schema.Annotation { return connection("dispositions") }

// Policy of the entity.
func (Disposition) Policy() ent.Policy { return policy.Disposition() }
