package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// APIKey lets a program of an agency use the API within its actions and segment. Only hashes of its secrets are stored.
type APIKey struct{ ent.Schema }

// Mixin of the entity.
func (APIKey) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "key"}, agencyRegion{}}
}

// Fields of the entity.
func (APIKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.JSON("actions", []string{}).Immutable().Comment("what it may do, of the matrix of rights"),
		field.String("hint").MaxLen(20).Comment("the beginning of the secret, by which people know it"),
		field.Bytes("hash").Sensitive().Unique(),
		field.Bytes("previous_hash").Optional().Sensitive().Unique().Comment("the secret before the last rotation"),
		field.Time("previous_ends_at").Optional().Nillable(),
		field.Time("rotated_at").Optional().Nillable(),
		field.Time("expires_at"),
		field.Time("revoked_at").Optional().Nillable(),
		field.Time("last_used_at").Optional().Nillable().Comment("to the minute"),
		field.String("last_address").Optional().MaxLen(64),
		field.String("creator_id").MaxLen(40).Immutable(),
		field.String("certificate_subject").Optional().MaxLen(400).Comment("the TLS certificate that must come with it, RFC 2253"),
	}
}

// Edges of the entity.
func (APIKey) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
	}
}

// Annotations of the entity.
func (APIKey) Annotations() []schema.Annotation { return connection("api_keys") }

// Policy of the entity.
func (APIKey) Policy() ent.Policy { return policy.APIKey() }
