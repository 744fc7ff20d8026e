package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// DeferralRule says within what working time a deferred enquiry is answered, in all regions or in one.
type DeferralRule struct{ ent.Schema }

// Mixin of the entity.
func (DeferralRule) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "dfl"}} }

// Fields of the entity.
func (DeferralRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("region_key").MaxLen(40).Immutable().Unique().Comment("a region's id; empty: all that have no rule of their own"),
		field.String("business_hours_id").MaxLen(40).Comment("the working calendar; its hours are read in the citizen's zone"),
		field.Int("work_minutes").Default(480).Range(1, 4800),
		field.Int("warn_minutes").Default(60).Range(0, 4800).Comment("of working time before the end of the term"),
	}
}

// Edges of the entity.
func (DeferralRule) Edges() []ent.Edge {
	return []ent.Edge{edge.To("business_hours", BusinessHours.Type).Field("business_hours_id").Unique().Required()}
}

// Annotations of the entity.
func (DeferralRule) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("deferral_rules")}
}

// Policy of the entity.
func (DeferralRule) Policy() ent.Policy { return policy.DeferralRule() }
