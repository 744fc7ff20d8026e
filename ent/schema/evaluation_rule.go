package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// EvaluationRule says which interactions are drawn to be evaluated: so many of each operator in each period.
type EvaluationRule struct{ ent.Schema }

// Mixin of the entity.
func (EvaluationRule) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "evr"}, agencyRegion{}}
}

// Fields of the entity. Agency, region, line, queue and channel say of what is drawn; empty: all.
func (EvaluationRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("form_id").MaxLen(40).Immutable(),
		field.Int("line").Optional().Nillable().Range(1, 2).Immutable(),
		field.String("queue_id").Optional().MaxLen(40).Immutable(),
		field.Enum("channel").Optional().Nillable().NamedValues("Voice", "VOICE", "Chat", "CHAT").Immutable(),
		field.Enum("period").NamedValues("Day", "DAY", "Week", "WEEK", "Month", "MONTH").Immutable(),
		field.Int("per_operator").Range(1, 50).Comment("how many of each operator in each period"),
		field.Int("least_talk_seconds").Default(0).Range(0, 3600).Comment("shorter talks are not drawn"),
		field.Int("rated_at_most").Optional().Nillable().Range(1, 5).Comment("only those that the citizen rated no better than this"),
		field.Bool("active").Default(true),
		field.Time("drawn_to").Comment("the end of the last period that was drawn"),
		field.String("author_id").MaxLen(40).Immutable(),
	}
}

// Edges of the entity.
func (EvaluationRule) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Immutable(),
		edge.To("form", EvaluationForm.Type).Field("form_id").Unique().Required().Immutable(),
	}
}

// Annotations of the entity.
func (EvaluationRule) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("evaluation_rules")}
}

// Policy of the entity.
func (EvaluationRule) Policy() ent.Policy { return policy.EvaluationRule() }
