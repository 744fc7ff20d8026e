package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Skill is something an operator can be good at and an interaction may need.
type Skill struct{ ent.Schema }

// Mixin of the entity.
func (Skill) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "skl"}} }

// Fields of the entity.
func (Skill) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(40).Unique().Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(200),
	}
}

// Edges of the entity.
func (Skill) Edges() []ent.Edge {
	return []ent.Edge{edge.From("queues", Queue.Type).Ref("required_skills")}
}

// Annotations of the entity.
func (Skill) Annotations() []schema.Annotation { return connection("skills") }

// Policy of the entity.
func (Skill) Policy() ent.Policy { return policy.Skill() }
