package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// LegalHold keeps an enquiry, or all of a citizen's, from being destroyed while it is not released.
type LegalHold struct{ ent.Schema }

// Mixin of the entity.
func (LegalHold) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "hld"}} }

// Fields of the entity.
func (LegalHold) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").Optional().MaxLen(40).Immutable().Comment("the one that is held; empty: all of the citizen's"),
		field.Bytes("phone_index").Optional().MaxLen(32).Immutable().Sensitive().Comment("blind index of the citizen's number"),
		field.String("reason").NotEmpty().MaxRuneLen(1000).Immutable().Comment("such as the court's request, by its number"),
		field.String("account_id").MaxLen(40).Immutable().Comment("who placed it"),
		field.Time("released_at").Optional().Nillable(),
		field.String("released_by").Optional().MaxLen(40),
	}
}

// Indexes of the entity.
func (LegalHold) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id").Annotations(entsql.IndexWhere("released_at IS NULL")),
		index.Fields("phone_index").Annotations(entsql.IndexWhere("released_at IS NULL")),
	}
}

// Annotations of the entity.
func (LegalHold) Annotations() []schema.Annotation {
	return connection("legal_holds")
}

// Policy of the entity.
func (LegalHold) Policy() ent.Policy { return policy.LegalHold() }
