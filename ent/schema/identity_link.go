package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// IdentityLink says which person of an identity provider (OpenID Connect) an account is.
type IdentityLink struct{ ent.Schema }

// Mixin of the entity.
func (IdentityLink) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "idl"}} }

// Fields of the entity.
func (IdentityLink) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("issuer").NotEmpty().MaxLen(400).Immutable(),
		field.String("subject").NotEmpty().MaxLen(255).Immutable(),
		field.Time("last_used_at").Optional().Nillable(),
	}
}

// Indexes of the entity.
func (IdentityLink) Indexes() []ent.Index {
	return []ent.Index{index.Fields("issuer", "subject").Unique(), index.Fields("account_id")}
}

// Annotations of the entity.
func (IdentityLink) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (IdentityLink) Policy() ent.Policy { return policy.SystemOnly() }
