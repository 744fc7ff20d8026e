package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// SignInChallenge is a sign-in that has passed its first step and waits for the next. Only the hash of its token is stored.
type SignInChallenge struct{ ent.Schema }

// Mixin of the entity.
func (SignInChallenge) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "chg"}} }

// Fields of the entity.
func (SignInChallenge) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.Bytes("token_hash").Sensitive().Unique().Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("used_at").Optional().Nillable(),
		field.Bool("factor_passed").Default(false).Comment("the one-time code was right"),
		field.String("password_hash").Sensitive().Immutable().Comment("of the password that was right, so that a change of it ends the challenge"),
		field.String("identity_id").Optional().MaxLen(40).Immutable().Comment("who vouched, when it was an identity provider"),
		field.String("issuer_session").Optional().MaxLen(200).Immutable().Comment("the provider's own name of its session"),
	}
}

// Indexes of the entity.
func (SignInChallenge) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id"), index.Fields("expires_at")}
}

// Annotations of the entity.
func (SignInChallenge) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (SignInChallenge) Policy() ent.Policy { return policy.SystemOnly() }
