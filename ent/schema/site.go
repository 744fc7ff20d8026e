package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
	"ekc/onboarding/stage"
)

// Site is a place where operators of one agency work in one region.
type Site struct{ ent.Schema }

// Mixin of the entity.
func (Site) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "sit"}} }

// Fields of the entity.
func (Site) Fields() []ent.Field {
	return []ent.Field{
		field.String("agency_id").MaxLen(40),
		field.String("region_id").MaxLen(40),
		field.String("name").NotEmpty().MaxRuneLen(300),
		field.Int("wave").Range(1, 6).Comment("roll-out wave"),
		field.JSON("need", stage.Need{}).Optional().Comment("people and records that it must have before it works"),
		field.Time("ready_at").Optional().Nillable().Comment("since when all stages before the launch are done; empty: they are not"),
		field.Time("launched_at").Optional().Nillable().Comment("when it had joined"),
	}
}

// Edges of the entity.
func (Site) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique().Required(),
		edge.To("region", Region.Type).Field("region_id").Unique().Required(),
		edge.From("queues", Queue.Type).Ref("site").Annotations(resolved()),
	}
}

// Indexes of the entity.
func (Site) Indexes() []ent.Index {
	return []ent.Index{index.Fields("agency_id", "region_id", "name").Unique()}
}

// Annotations of the entity.
func (Site) Annotations() []schema.Annotation { return connection("sites") }

// Policy of the entity.
func (Site) Policy() ent.Policy { return policy.Site() }
