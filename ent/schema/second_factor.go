package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// SecondFactor is an account's generator of one-time codes (RFC 6238). It counts from when it is confirmed.
type SecondFactor struct{ ent.Schema }

// Mixin of the entity.
func (SecondFactor) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "otp"}} }

// Fields of the entity.
func (SecondFactor) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Unique().Immutable(),
		field.Bytes("secret").Sensitive().Comment("sealed with the key of the centre"),
		field.Time("confirmed_at").Optional().Nillable(),
		field.Int64("last_step").Default(0).Comment("the time step of the last code that was taken, so that none is taken twice"),
		field.Int("failed").Default(0).NonNegative(),
		field.Time("locked_until").Optional().Nillable(),
	}
}

// Annotations of the entity.
func (SecondFactor) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (SecondFactor) Policy() ent.Policy { return policy.SystemOnly() }
