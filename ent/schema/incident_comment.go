package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// IncidentComment is a word on an incident.
type IncidentComment struct{ ent.Schema }

// Mixin of the entity.
func (IncidentComment) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "icm"}} }

// Fields of the entity.
func (IncidentComment) Fields() []ent.Field {
	return []ent.Field{
		field.String("incident_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("text").NotEmpty().MaxRuneLen(4000).Immutable(),
	}
}

// Edges of the entity.
func (IncidentComment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("incident", Incident.Type).Ref("comments").Field("incident_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (IncidentComment) Indexes() []ent.Index {
	return []ent.Index{index.Fields("incident_id", "created_at")}
}

// Policy of the entity.
func (IncidentComment) Policy() ent.Policy { return policy.IncidentComment() }
