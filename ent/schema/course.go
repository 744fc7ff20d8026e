package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Course is what operators of a segment learn; its versions hold what.
type Course struct{ ent.Schema }

// Mixin of the entity.
func (Course) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "crs"}, agencyRegion{}} }

// Fields of the entity.
func (Course) Fields() []ent.Field {
	return []ent.Field{
		field.Int("line").Optional().Nillable().Range(1, 2).Comment("empty: both lines"),
		field.String("title").NotEmpty().MaxRuneLen(200),
		field.Bool("onboarding").Default(false).Comment("a site joins when its operators have passed it"),
		field.Int("validity_days").Default(365).Range(0, 3650).Comment("how long an admission lasts; 0: without end"),
		field.Int("published").Default(0).NonNegative().Comment("number of the version in force; 0: none"),
		field.String("author_id").MaxLen(40).Immutable(),
		field.Time("retired_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Course) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.From("queues", Queue.Type).Ref("required_courses").Annotations(resolved()),
	}
}

// Annotations of the entity.
func (Course) Annotations() []schema.Annotation { return connection("courses") }

// Policy of the entity.
func (Course) Policy() ent.Policy { return policy.Course() }
