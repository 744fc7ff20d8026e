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

// EvaluationStep is something that happened to an evaluation, with the marks as they were from then on where they changed.
type EvaluationStep struct{ ent.Schema }

// Mixin of the entity.
func (EvaluationStep) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "evs"}} }

// Fields of the entity.
func (EvaluationStep) Fields() []ent.Field {
	return []ent.Field{
		field.String("evaluation_id").MaxLen(40).Immutable(),
		field.Enum("kind").Immutable().NamedValues("Given", "GIVEN", "Commented", "COMMENTED", "Contested", "CONTESTED", "Upheld", "UPHELD",
			"Changed", "CHANGED", "Annulled", "ANNULLED", "Skipped", "SKIPPED"),
		field.String("account_id").Optional().MaxLen(40).Immutable().Comment("empty: the system"),
		field.String("text").Optional().MaxRuneLen(4000).Immutable(),
		field.Float("score").Optional().Nillable().Range(0, 100).Immutable(),
		field.JSON("marks", []scorecard.Mark{}).Optional().Immutable(),
	}
}

// Edges of the entity.
func (EvaluationStep) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("evaluation", Evaluation.Type).Ref("steps").Field("evaluation_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (EvaluationStep) Indexes() []ent.Index {
	return []ent.Index{index.Fields("evaluation_id", "created_at")}
}

// Annotations of the entity.
func (EvaluationStep) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("evaluation_steps")}
}

// Policy of the entity.
func (EvaluationStep) Policy() ent.Policy { return policy.EvaluationStep() }
