package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// IdentityLogin is a person who was sent to the identity provider and has not come back yet.
type IdentityLogin struct{ ent.Schema }

// Mixin of the entity.
func (IdentityLogin) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "idi"}} }

// Fields of the entity.
func (IdentityLogin) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("state_hash").Sensitive().Unique().Immutable(),
		field.Bytes("browser_hash").Sensitive().Immutable().Comment("of the secret that only the client which began holds"),
		field.String("nonce").Sensitive().MaxLen(100).Immutable(),
		field.String("verifier").Sensitive().MaxLen(200).Immutable().Comment("of PKCE, RFC 7636"),
		field.String("account_id").Optional().MaxLen(40).Immutable().Comment("the account to link; empty: somebody signs in"),
		field.Time("expires_at").Immutable(),
	}
}

// Indexes of the entity.
func (IdentityLogin) Indexes() []ent.Index { return []ent.Index{index.Fields("expires_at")} }

// Annotations of the entity.
func (IdentityLogin) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (IdentityLogin) Policy() ent.Policy { return policy.SystemOnly() }
