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

// Calibration lets several supervisors evaluate one talk, none of whom sees what the others give until it is closed. Its evaluations are
// sealed until then; they count in no results.
type Calibration struct{ ent.Schema }

// Mixin of the entity. Agency and region are the interaction's as it was then.
func (Calibration) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "clb"}, agencyRegion{}} }

// Fields of the entity.
func (Calibration) Fields() []ent.Field {
	return []ent.Field{
		field.Int("line").Optional().Nillable().Range(1, 2).Immutable(),
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("operator_id").MaxLen(40).Immutable(),
		field.String("form_version_id").MaxLen(40).Immutable(),
		field.String("author_id").MaxLen(40).Immutable(),
		field.Enum("state").NamedValues("Open", "OPEN", "Closed", "CLOSED").Default("OPEN"),
		field.Time("due_at").Immutable(),
		field.Time("closed_at").Optional().Nillable(),
		field.String("conclusion").Optional().MaxRuneLen(4000),
		field.String("concluded_by").Optional().MaxLen(40),
	}
}

// Edges of the entity.
func (Calibration) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("form_version", EvaluationFormVersion.Type).Field("form_version_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.From("evaluations", Evaluation.Type).Ref("calibration").Annotations(resolved()),
	}
}

// Indexes of the entity.
func (Calibration) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at"),
		index.Fields("due_at").Annotations(entsql.IndexWhere("state = 'OPEN'")),
	}
}

// Annotations of the entity.
func (Calibration) Annotations() []schema.Annotation { return connection("calibrations") }

// Policy of the entity.
func (Calibration) Policy() ent.Policy { return policy.Calibration() }
