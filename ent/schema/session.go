package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Session is one signed-in client of an account. Only hashes of its tokens are stored.
type Session struct{ ent.Schema }

// Mixin of the entity.
func (Session) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "ses"}} }

// Fields of the entity.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.Bytes("access_hash").Sensitive().Unique(),
		field.Time("access_expires_at"),
		field.Bytes("refresh_hash").Sensitive().Unique(),
		field.Bytes("family_hash").Sensitive().Unique().Immutable().
			Comment("of the part that all refresh tokens of the session share: an older one that returns means theft"),
		field.Time("expires_at"),
		field.Time("revoked_at").Optional().Nillable(),
		field.Time("last_used_at").Default(now),
		field.String("address").Optional().MaxLen(64),
		field.String("user_agent").Optional().MaxLen(300),
		field.String("identity_id").Optional().MaxLen(40).Immutable().Comment("who vouched, when it was an identity provider"),
		field.String("issuer_session").Optional().MaxLen(200).Immutable().Comment("the provider's own name of its session"),
	}
}

// Edges of the entity.
func (Session) Edges() []ent.Edge {
	return []ent.Edge{edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable()}
}

// Indexes of the entity.
func (Session) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id")}
}

// Policy of the entity.
func (Session) Policy() ent.Policy { return policy.Session() }
