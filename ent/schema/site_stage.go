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
	"ekc/onboarding/stage"
)

// SiteStage is how far a site is with one of the five stages.
type SiteStage struct{ ent.Schema }

// Mixin of the entity.
func (SiteStage) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "sst"}} }

// Fields of the entity.
func (SiteStage) Fields() []ent.Field {
	return []ent.Field{
		field.String("site_id").MaxLen(40).Immutable(),
		field.Enum("stage").Immutable().NamedValues("Appointments", "APPOINTMENTS", "Base", "BASE", "Readiness", "READINESS",
			"Training", "TRAINING", "Launch", "LAUNCH"),
		field.Bool("done").Default(false),
		field.Bool("warning").Default(false).Comment("done, but after the launch a check holds no more"),
		field.JSON("checks", []stage.Result{}).Comment("what each came to"),
		field.Time("checked_at"),
		field.Time("done_at").Optional().Nillable(),
		field.Time("reopened_at").Optional().Nillable().Comment("when it last stopped being done"),
	}
}

// Edges of the entity.
func (SiteStage) Edges() []ent.Edge {
	return []ent.Edge{edge.To("site", Site.Type).Field("site_id").Unique().Required().Immutable().Annotations(resolved())}
}

// Indexes of the entity.
func (SiteStage) Indexes() []ent.Index { return []ent.Index{index.Fields("site_id", "stage").Unique()} }

// Annotations of the entity.
func (SiteStage) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("site_stages"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (SiteStage) Policy() ent.Policy { return policy.SiteStage() }
