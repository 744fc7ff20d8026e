package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// EvaluationForm is what supervisors evaluate talks by. What it asks is in its versions.
type EvaluationForm struct{ ent.Schema }

// Mixin of the entity.
func (EvaluationForm) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "evf"}, agencyRegion{}}
}

// Fields of the entity.
func (EvaluationForm) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.Int("version").Default(1).Positive().Comment("the number of the version in force"),
		field.Bool("active").Default(true).Comment("whether new evaluations may use it"),
		field.String("author_id").MaxLen(40).Immutable(),
	}
}

// Edges of the entity.
func (EvaluationForm) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("versions", EvaluationFormVersion.Type).Annotations(resolved()),
	}
}

// Annotations of the entity.
func (EvaluationForm) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("evaluation_forms")}
}

// Policy of the entity.
func (EvaluationForm) Policy() ent.Policy { return policy.EvaluationForm() }
