package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Account is a person who works in the centre: operator, supervisor, content manager and so on.
type Account struct{ ent.Schema }

// Mixin of the entity.
func (Account) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "acc"}} }

// Fields of the entity.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("login").NotEmpty().MaxLen(64).Unique().Immutable().Comment("lower case"),
		field.String("display_name").NotEmpty().MaxRuneLen(200),
		field.String("password_hash").Sensitive().Comment("argon2id, PHC string"),
		field.Time("password_set_at").Optional().Nillable().Comment("when the password was set last; empty: with the account"),
		field.Bool("must_change_password").Default(false).Comment("somebody else has set it"),
		field.String("certificate_subject").Optional().MaxLen(400).Comment("the TLS certificate that must come with its tokens, RFC 2253"),
		field.Bool("active").Default(true),
		field.Int("failed_sign_ins").Default(0).NonNegative(),
		field.Time("locked_until").Optional().Nillable(),
		field.Time("last_sign_in_at").Optional().Nillable(),
		field.Int("chat_capacity").Default(3).Range(0, 20).Comment("chats at once"),
		field.String("site_id").Optional().MaxLen(40),
	}
}

// Edges of the entity.
func (Account) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("site", Site.Type).Field("site_id").Unique(),
		edge.From("roles", RoleAssignment.Type).Ref("account"),
		edge.From("skills", AccountSkill.Type).Ref("account"),
		edge.From("memberships", QueueMember.Type).Ref("account"),
		edge.To("presence", Presence.Type).Unique(),
	}
}

// Annotations of the entity.
func (Account) Annotations() []schema.Annotation { return connection("accounts") }

// Policy of the entity.
func (Account) Policy() ent.Policy { return policy.Account() }
