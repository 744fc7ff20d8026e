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

// Callback is the promise to call a citizen. Its interaction waits in the queue like any other, in the place that it has; when an
// operator is there for it, the citizen is called.
type Callback struct{ ent.Schema }

// Mixin of the entity.
func (Callback) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "cbk"}, agencyRegion{}} }

// Fields of the entity. Agency, region and line are the interaction's when it was promised.
func (Callback) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("origin_id").Optional().MaxLen(40).Immutable().Comment("the interaction that was lost"),
		field.Enum("reason").NamedValues("Requested", "REQUESTED", "Lost", "LOST", "FailedNode", "FAILED_NODE",
			"Recall", "RECALL", "Deferred", "DEFERRED"),
		field.Enum("state").NamedValues("Waiting", "WAITING", "Dialling", "DIALLING", "Done", "DONE", "Exhausted", "EXHAUSTED",
			"Cancelled", "CANCELLED").Default("WAITING"),
		field.Int("line").Default(1).Range(1, 2),
		field.String("number").Optional().MaxLen(20).Sensitive().Comment("E.164, of before numbers were encrypted"),
		field.Bytes("number_sealed").Optional().Nillable().Sensitive().Comment("the number, E.164, encrypted (internal/seal)"),
		field.Bytes("number_index").Optional().Nillable().MaxLen(32).Sensitive().Comment("its blind index; equal to that of the citizen who has it"),
		field.String("time_zone").NotEmpty().MaxLen(60).Comment("the citizen's, IANA name"),
		field.Time("place_at").Comment("the place in line that it keeps"),
		field.Int("attempts").Default(0).Range(0, 3).Comment("calls that the citizen did not answer"),
		field.Time("next_attempt_at"),
		field.Time("last_attempt_at").Optional().Nillable(),
		field.Int("last_sip_code").Default(0),
		field.String("node_id").Optional().MaxLen(40).Comment("that dials now"),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Callback) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
	}
}

// Indexes of the entity.
func (Callback) Indexes() []ent.Index {
	open := entsql.IndexWhere("state = 'WAITING' OR state = 'DIALLING'")
	return []ent.Index{
		index.Fields("interaction_id").Unique().Annotations(open),
		index.Fields("state", "next_attempt_at").Annotations(open),
		index.Fields("number_index").Annotations(open),
		index.Fields("origin_id"),
		index.Fields("created_at"),
	}
}

// Annotations of the entity.
func (Callback) Annotations() []schema.Annotation { return connection("callbacks") }

// Policy of the entity.
func (Callback) Policy() ent.Policy { return policy.Callback() }
