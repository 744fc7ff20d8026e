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

// EvaluationFormVersion is what a form asked from an instant on. It never changes: evaluations rest on it.
type EvaluationFormVersion struct{ ent.Schema }

// Mixin of the entity.
func (EvaluationFormVersion) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "evv"}} }

// Fields of the entity.
func (EvaluationFormVersion) Fields() []ent.Field {
	return []ent.Field{
		field.String("form_id").MaxLen(40).Immutable(),
		field.Int("number").Positive().Immutable(),
		field.JSON("content", scorecard.Form{}).Immutable(),
		field.Int("pass_mark").Range(0, 100).Immutable().Comment("the least score that is good enough"),
		field.Int("contest_days").Range(1, 30).Immutable().Comment("for how many days the operator may contest"),
		field.Int("decide_days").Default(5).Range(1, 30).Immutable().Comment("in how many working days what was contested must be decided"),
		field.String("author_id").MaxLen(40).Immutable(),
	}
}

// Edges of the entity.
func (EvaluationFormVersion) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("form", EvaluationForm.Type).Ref("versions").Field("form_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (EvaluationFormVersion) Indexes() []ent.Index {
	return []ent.Index{index.Fields("form_id", "number").Unique()}
}

// Annotations of the entity.
func (EvaluationFormVersion) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("evaluation_form_versions")}
}

// Policy of the entity.
func (EvaluationFormVersion) Policy() ent.Policy { return policy.EvaluationFormVersion() }
