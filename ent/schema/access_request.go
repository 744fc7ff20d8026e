package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// AccessRequest asks for a role of an account, which somebody else approves or declines.
type AccessRequest struct{ ent.Schema }

// Mixin of the entity.
func (AccessRequest) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "arq"}, agencyRegion{}}
}

// Fields of the entity.
func (AccessRequest) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable().Comment("who is to get the role"),
		field.String("asker_id").MaxLen(40).Immutable(),
		field.Enum("role").Immutable().NamedValues(
			"Operator", "OPERATOR", "Supervisor", "SUPERVISOR", "ContentManager", "CONTENT_MANAGER",
			"ExpertSystemAdministrator", "EXPERT_SYSTEM_ADMINISTRATOR", "SegmentAdministrator", "SEGMENT_ADMINISTRATOR",
			"SegmentCoordinator", "SEGMENT_COORDINATOR", "ExpertSystemUser", "EXPERT_SYSTEM_USER",
			"Administrator", "ADMINISTRATOR"),
		field.Int("line").Optional().Nillable().Range(1, 2).Comment("empty: both lines"),
		field.String("reason").NotEmpty().MaxRuneLen(1000).Immutable(),
		field.Time("wanted_from").Optional().Nillable().Immutable().Comment("empty: from the approval on"),
		field.Time("wanted_to").Immutable(),
		field.Enum("state").NamedValues("Pending", "PENDING", "Approved", "APPROVED", "Declined", "DECLINED",
			"Withdrawn", "WITHDRAWN", "Expired", "EXPIRED").Default("PENDING"),
		field.Time("expires_at").Immutable().Comment("an unanswered request ends then"),
		field.String("decider_id").Optional().MaxLen(40),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decision").Optional().MaxRuneLen(1000).Comment("the decider's words"),
		field.String("role_assignment_id").Optional().MaxLen(40).Comment("the role that was given"),
	}
}

// Edges of the entity.
func (AccessRequest) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
	}
}

// Indexes of the entity.
func (AccessRequest) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id"), index.Fields("asker_id"), index.Fields("state", "expires_at")}
}

// Annotations of the entity.
func (AccessRequest) Annotations() []schema.Annotation { return connection("access_requests") }

// Policy of the entity.
func (AccessRequest) Policy() ent.Policy { return policy.AccessRequest() }
