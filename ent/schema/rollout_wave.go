package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// RolloutWave is one of the waves in which sites join: its dates and how many sites were planned.
type RolloutWave struct{ ent.Schema }

// Mixin of the entity.
func (RolloutWave) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "wav"}} }

// Fields of the entity.
func (RolloutWave) Fields() []ent.Field {
	return []ent.Field{
		field.Int("number").Range(1, 6).Unique().Immutable(),
		field.String("starts_on").MaxLen(10).Comment("YYYY-MM-DD"),
		field.String("ends_on").MaxLen(10).Comment("YYYY-MM-DD; later a site is late"),
		field.Int("planned_sites").Default(0).Range(0, 10000),
	}
}

// Annotations of the entity.
func (RolloutWave) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("rollout_waves"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (RolloutWave) Policy() ent.Policy { return policy.RolloutWave() }
