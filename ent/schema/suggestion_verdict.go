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

// SuggestionVerdict is what an operator did with a record that was suggested to them: sent it, or put it away.
type SuggestionVerdict struct{ ent.Schema }

// Mixin of the entity.
func (SuggestionVerdict) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "sgv"}} }

// Fields of the entity.
func (SuggestionVerdict) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable(),
		// In bytes: a record's id may have 100 characters.
		field.String("record_id").MaxLen(400).Immutable(),
		field.String("record_version_id").MaxLen(120).Immutable(),
		field.Bool("accepted").Immutable().Comment("sent to the citizen; false: dismissed"),
		field.String("message_id").Optional().MaxLen(40).Immutable().Comment("with which it was sent"),
	}
}

// Edges of the entity.
func (SuggestionVerdict) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (SuggestionVerdict) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "account_id", "record_version_id", "accepted").Unique(),
		index.Fields("record_id", "created_at"),
	}
}

// Annotations of the entity.
func (SuggestionVerdict) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("suggestion_verdicts"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (SuggestionVerdict) Policy() ent.Policy { return policy.SystemOnly() }
