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

// AnswerReview is one answer of Yana's in a sample, and what a content manager thinks of it.
type AnswerReview struct{ ent.Schema }

// Mixin of the entity.
func (AnswerReview) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rev"}} }

// Fields of the entity. What the sample is divided by is kept as it was when it was drawn.
func (AnswerReview) Fields() []ent.Field {
	return []ent.Field{
		field.String("sample_id").MaxLen(40).Immutable(),
		field.Int("position").Immutable().Comment("in the sample, from 1"),
		field.String("turn_id").MaxLen(40).Immutable(),
		field.String("agency_id").Optional().MaxLen(40).Immutable(),
		field.String("topic").Optional().MaxRuneLen(200).Immutable(),
		field.Enum("verdict").Optional().Nillable().NamedValues("Right", "RIGHT", "Partly", "PARTLY", "Wrong", "WRONG"),
		field.String("note").Optional().MaxRuneLen(2000),
		field.String("account_id").Optional().MaxLen(40).Comment("who judged it"),
		field.Time("judged_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (AnswerReview) Edges() []ent.Edge {
	return []ent.Edge{edge.From("sample", AnswerSample.Type).Ref("reviews").Field("sample_id").Unique().Required().Immutable()}
}

// Indexes of the entity.
func (AnswerReview) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("sample_id", "position").Unique(),
		index.Fields("turn_id"),
		index.Fields("judged_at"),
	}
}

// Annotations of the entity.
func (AnswerReview) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("answer_reviews"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AnswerReview) Policy() ent.Policy { return policy.SystemOnly() }
