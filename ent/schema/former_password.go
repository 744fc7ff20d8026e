package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// FormerPassword is one that an account had, which it must not take again soon.
type FormerPassword struct{ ent.Schema }

// Mixin of the entity.
func (FormerPassword) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "pwd"}} }

// Fields of the entity.
func (FormerPassword) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("hash").Sensitive().Immutable().Comment("argon2id, PHC string"),
	}
}

// Indexes of the entity.
func (FormerPassword) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "created_at")}
}

// Annotations of the entity.
func (FormerPassword) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (FormerPassword) Policy() ent.Policy { return policy.SystemOnly() }
