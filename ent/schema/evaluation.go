package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
	"ekc/supervision/scorecard"
)

// Evaluation is how a supervisor judges what an operator did in an interaction, or what waits to be judged.
type Evaluation struct{ ent.Schema }

// Mixin of the entity. Agency and region are the interaction's as it was then.
func (Evaluation) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "evl"}, agencyRegion{}} }

// Fields of the entity.
func (Evaluation) Fields() []ent.Field {
	return []ent.Field{
		field.Int("line").Optional().Nillable().Range(1, 2).Immutable(),
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("operator_id").MaxLen(40).Immutable().Comment("whose work is judged"),
		field.String("form_id").MaxLen(40).Immutable(),
		field.String("form_version_id").Optional().MaxLen(40).Comment("by which it was judged; empty until then"),
		field.String("rule_id").Optional().MaxLen(40).Immutable().Comment("the rule that drew it"),
		field.String("calibration_id").Optional().MaxLen(40).Immutable(),
		field.Enum("state").NamedValues("Drawn", "DRAWN", "Given", "GIVEN", "Contested", "CONTESTED", "Upheld", "UPHELD",
			"Changed", "CHANGED", "Annulled", "ANNULLED", "Skipped", "SKIPPED").Default("DRAWN"),
		field.Bool("sealed").Default(false).Comment("nobody but the evaluator may see it yet"),
		field.String("evaluator_id").Optional().MaxLen(40),
		field.JSON("marks", []scorecard.Mark{}).Optional(),
		field.Float("score").Optional().Nillable().Range(0, 100),
		field.Float("first_score").Optional().Nillable().Range(0, 100).Comment("the score before it was changed"),
		field.Bool("critical").Default(false).Comment("a critical criterion was given no points"),
		field.Bool("passed").Default(false),
		field.String("comment").Optional().MaxRuneLen(4000),
		field.Time("given_at").Optional().Nillable(),
		field.Time("contest_until").Optional().Nillable(),
		field.Time("contested_at").Optional().Nillable(),
		field.String("contest_reason").Optional().MaxRuneLen(4000),
		field.Time("decide_until").Optional().Nillable().Comment("the end of the term for deciding what was contested"),
		field.String("decided_by").Optional().MaxLen(40),
		field.Time("decided_at").Optional().Nillable(),
		field.String("decision").Optional().MaxRuneLen(4000),
	}
}

// Edges of the entity.
func (Evaluation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("form", EvaluationForm.Type).Field("form_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("form_version", EvaluationFormVersion.Type).Field("form_version_id").Unique().Annotations(resolved()),
		edge.To("rule", EvaluationRule.Type).Field("rule_id").Unique().Immutable().Annotations(resolved()),
		edge.To("calibration", Calibration.Type).Field("calibration_id").Unique().Immutable().Annotations(resolved()),
		edge.To("steps", EvaluationStep.Type).Annotations(resolved()),
	}
}

// Indexes of the entity. What one operator did in one interaction is judged by one form once, apart from calibrations.
func (Evaluation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "operator_id", "form_id").Unique().StorageKey("evaluation_once").
			Annotations(entsql.IndexWhere("calibration_id IS NULL AND state <> 'ANNULLED' AND state <> 'SKIPPED'")),
		index.Fields("calibration_id", "evaluator_id").Unique().Annotations(entsql.IndexWhere("calibration_id IS NOT NULL")),
		index.Fields("operator_id", "given_at"),
		index.Fields("evaluator_id", "given_at"),
		index.Fields("given_at"),
		index.Fields("decide_until").Annotations(entsql.IndexWhere("state = 'CONTESTED'")),
		index.Fields("state", "created_at").Annotations(entsql.IndexWhere("state = 'DRAWN' OR state = 'CONTESTED'")),
	}
}

// Annotations of the entity.
func (Evaluation) Annotations() []schema.Annotation { return connection("evaluations") }

// Policy of the entity.
func (Evaluation) Policy() ent.Policy { return policy.Evaluation() }
