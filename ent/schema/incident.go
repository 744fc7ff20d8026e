package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Incident is something because of which enquiries cannot be taken or answered, as an operator has reported it.
type Incident struct{ ent.Schema }

// Mixin of the entity.
func (Incident) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "inc"}, agencyRegion{}} }

// Fields of the entity.
func (Incident) Fields() []ent.Field {
	return []ent.Field{
		field.String("raised_by").MaxLen(40).Immutable(),
		field.Enum("severity").NamedValues("Low", "LOW", "Medium", "MEDIUM", "High", "HIGH", "Critical", "CRITICAL"),
		field.Enum("subject").Immutable().NamedValues("Calls", "CALLS", "Chats", "CHATS", "Base", "BASE",
			"PersonalData", "PERSONAL_DATA", "Workplace", "WORKPLACE", "Other", "OTHER").Comment("what cannot be served"),
		field.String("text").NotEmpty().MaxRuneLen(4000).Immutable(),
		field.String("queue_id").Optional().MaxLen(40).Immutable(),
		field.String("interaction_id").Optional().MaxLen(40).Immutable(),
		field.JSON("trunks_down", []string{}).Optional().Immutable().Comment("names of the lines that were down when it was reported"),
		field.Bool("base_down").Default(false).Immutable().Comment("the question base was away when it was reported"),
		field.Enum("state").NamedValues("Open", "OPEN", "Acknowledged", "ACKNOWLEDGED", "Resolved", "RESOLVED").Default("OPEN"),
		field.Int("level").Default(0).Range(0, 2).Comment("how often it was escalated for want of an acknowledgement"),
		field.Time("escalate_at").Optional().Nillable().Comment("when it is escalated next; empty: never"),
		field.Time("acknowledged_at").Optional().Nillable(),
		field.String("acknowledged_by").Optional().MaxLen(40),
		field.Time("resolved_at").Optional().Nillable(),
		field.String("resolved_by").Optional().MaxLen(40),
		field.String("resolution").Optional().MaxRuneLen(4000),
	}
}

// Edges of the entity.
func (Incident) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Immutable(),
		edge.To("comments", IncidentComment.Type).Annotations(resolved()),
	}
}

// Indexes of the entity.
func (Incident) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at"),
		index.Fields("state").Annotations(entsql.IndexWhere("state <> 'RESOLVED'")),
		index.Fields("escalate_at").Annotations(entsql.IndexWhere("escalate_at IS NOT NULL")),
		index.Fields("raised_by", "created_at"),
	}
}

// Annotations of the entity.
func (Incident) Annotations() []schema.Annotation { return connection("incidents") }

// Policy of the entity.
func (Incident) Policy() ent.Policy { return policy.Incident() }
