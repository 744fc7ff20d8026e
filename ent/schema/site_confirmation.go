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

// SiteConfirmation is a person's word that a check of a site holds which the system cannot see itself.
type SiteConfirmation struct{ ent.Schema }

// Mixin of the entity.
func (SiteConfirmation) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "scf"}} }

// Fields of the entity.
func (SiteConfirmation) Fields() []ent.Field {
	return []ent.Field{
		field.String("site_id").MaxLen(40).Immutable(),
		field.String("code").NotEmpty().MaxLen(40).Immutable().Comment("of the check"),
		field.String("account_id").MaxLen(40).Immutable().Comment("who wrote it down"),
		field.String("person").NotEmpty().MaxRuneLen(200).Immutable().Comment("who answers for it"),
		field.String("confirmed_on").MaxLen(10).Immutable().Comment("YYYY-MM-DD"),
		field.String("document").NotEmpty().MaxRuneLen(300).Immutable().Comment("name, number and date of the paper"),
		field.Time("withdrawn_at").Optional().Nillable(),
		field.String("withdrawn_by").Optional().MaxLen(40),
		field.String("withdrawal").Optional().MaxRuneLen(1000).Comment("why"),
	}
}

// Edges of the entity.
func (SiteConfirmation) Edges() []ent.Edge {
	return []ent.Edge{edge.To("site", Site.Type).Field("site_id").Unique().Required().Immutable().Annotations(resolved())}
}

// Indexes of the entity: one word on a check at a time.
func (SiteConfirmation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("site_id"),
		index.Fields("site_id", "code").Unique().Annotations(entsql.IndexWhere("withdrawn_at IS NULL")).StorageKey("site_confirmation_standing"),
	}
}

// Annotations of the entity.
func (SiteConfirmation) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("site_confirmations"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (SiteConfirmation) Policy() ent.Policy { return policy.SiteConfirmation() }
