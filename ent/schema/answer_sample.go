package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// AnswerSample is a random sample of the answers that Yana gave by herself in a period. The same period, size and seed draw the same
// answers again.
type AnswerSample struct{ ent.Schema }

// Mixin of the entity.
func (AnswerSample) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "smp"}, agencyRegion{}}
}

// Fields of the entity. Agency and region are those that it was drawn from; empty: all of them.
func (AnswerSample) Fields() []ent.Field {
	return []ent.Field{
		field.Time("from").Immutable(),
		field.Time("to").Immutable(),
		field.Int("size").Positive().Immutable().Comment("how many were asked for"),
		field.Int("population").NonNegative().Immutable().Comment("answers that it was drawn from"),
		field.String("seed").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable().Comment("who drew it"),
	}
}

// Edges of the entity.
func (AnswerSample) Edges() []ent.Edge { return []ent.Edge{edge.To("reviews", AnswerReview.Type)} }

// Indexes of the entity.
func (AnswerSample) Indexes() []ent.Index { return []ent.Index{index.Fields("created_at")} }

// Annotations of the entity.
func (AnswerSample) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("answer_samples"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AnswerSample) Policy() ent.Policy { return policy.SystemOnly() }
