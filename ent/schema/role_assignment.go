package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// RoleAssignment gives an account one role within agency × region × line for a time.
type RoleAssignment struct{ ent.Schema }

// Mixin of the entity.
func (RoleAssignment) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "rol"}, agencyRegion{}}
}

// Fields of the entity.
func (RoleAssignment) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.Enum("role").Immutable().NamedValues(
			"Operator", "OPERATOR", "Supervisor", "SUPERVISOR", "ContentManager", "CONTENT_MANAGER",
			"ExpertSystemAdministrator", "EXPERT_SYSTEM_ADMINISTRATOR", "SegmentAdministrator", "SEGMENT_ADMINISTRATOR",
			"SegmentCoordinator", "SEGMENT_COORDINATOR", "ExpertSystemUser", "EXPERT_SYSTEM_USER",
			"Administrator", "ADMINISTRATOR"),
		field.Int("line").Optional().Nillable().Range(1, 2).Comment("empty: both lines"),
		field.Time("valid_from").Default(now),
		field.Time("valid_to").Optional().Nillable(),
	}
}

// Edges of the entity.
func (RoleAssignment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable(),
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
	}
}

// Indexes of the entity.
func (RoleAssignment) Indexes() []ent.Index { return []ent.Index{index.Fields("account_id")} }

// Policy of the entity.
func (RoleAssignment) Policy() ent.Policy { return policy.RoleAssignment() }
