package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// AnswerReview is a supervisor's word on one answer that Yana gave by herself, from a sample.
type AnswerReview struct{ ent.Schema }

// Mixin of the entity.
func (AnswerReview) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rev"}} }

// Fields of the entity.
func (AnswerReview) Fields() []ent.Field {
	return []ent.Field{
		field.String("turn_id").MaxLen(40).Immutable(),
		field.Bool("right").Comment("whether it answered what was asked"),
		field.String("comment").Optional().MaxRuneLen(2000),
		field.String("account_id").MaxLen(40),
	}
}

// Indexes of the entity: one word on an answer, the last.
func (AnswerReview) Indexes() []ent.Index { return []ent.Index{index.Fields("turn_id").Unique()} }

// Annotations of the entity.
func (AnswerReview) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("answer_reviews"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AnswerReview) Policy() ent.Policy { return policy.SystemOnly() }
