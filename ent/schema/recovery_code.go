package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// RecoveryCode stands once for a one-time code of an account whose generator is lost.
type RecoveryCode struct{ ent.Schema }

// Mixin of the entity.
func (RecoveryCode) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rcv"}} }

// Fields of the entity.
func (RecoveryCode) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.Bytes("hash").Sensitive().Immutable(),
		field.Time("used_at").Optional().Nillable(),
	}
}

// Indexes of the entity.
func (RecoveryCode) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "hash").Unique()}
}

// Annotations of the entity.
func (RecoveryCode) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (RecoveryCode) Policy() ent.Policy { return policy.SystemOnly() }
