package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// AgencyNetwork is a network from which operators of the agency may work. An agency without any is open to all.
type AgencyNetwork struct{ ent.Schema }

// Mixin of the entity.
func (AgencyNetwork) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "net"}} }

// Fields of the entity.
func (AgencyNetwork) Fields() []ent.Field {
	return []ent.Field{
		field.String("agency_id").MaxLen(40).Immutable(),
		field.String("network").NotEmpty().MaxLen(64).Immutable().Comment("CIDR, RFC 4632 and RFC 4291"),
		field.String("note").Optional().MaxRuneLen(200),
	}
}

// Edges of the entity.
func (AgencyNetwork) Edges() []ent.Edge {
	return []ent.Edge{edge.To("agency", Agency.Type).Field("agency_id").Unique().Required().Immutable()}
}

// Indexes of the entity.
func (AgencyNetwork) Indexes() []ent.Index {
	return []ent.Index{index.Fields("agency_id", "network").Unique()}
}

// Annotations of the entity.
func (AgencyNetwork) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AgencyNetwork) Policy() ent.Policy { return policy.SystemOnly() }
