package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// AccountSkill is an operator's proficiency in a skill.
type AccountSkill struct{ ent.Schema }

// Mixin of the entity.
func (AccountSkill) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "ask"}} }

// Fields of the entity.
func (AccountSkill) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("skill_id").MaxLen(40).Immutable(),
		field.Int("proficiency").Range(1, 10),
	}
}

// Edges of the entity.
func (AccountSkill) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable(),
		edge.To("skill", Skill.Type).Field("skill_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (AccountSkill) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "skill_id").Unique()}
}

// Policy of the entity.
func (AccountSkill) Policy() ent.Policy { return policy.AccountSkill() }
