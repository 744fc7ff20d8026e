package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// DataKey is a key that columns are encrypted or indexed with, itself encrypted with the master key, which is not in the
// database.
type DataKey struct{ ent.Schema }

// Mixin of the entity.
func (DataKey) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "dky"}} }

// Fields of the entity.
func (DataKey) Fields() []ent.Field {
	return []ent.Field{
		field.Int("number").Positive().Unique().Immutable().Comment("stands in everything that it encrypts"),
		field.Enum("kind").Immutable().NamedValues("Column", "COLUMN", "Index", "INDEX").
			Comment("encrypts columns; or makes blind indexes and never changes"),
		field.Bytes("wrapped").Sensitive().Comment("encrypted with the master key"),
		field.String("master").MaxLen(32).Comment("fingerprint of the master key"),
		field.Time("retired_at").Optional().Nillable().Comment("encrypts nothing new since, still decrypts"),
		field.Time("emptied_at").Optional().Nillable().Comment("nothing is encrypted with it any more"),
	}
}

// Annotations of the entity.
func (DataKey) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("data_keys"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (DataKey) Policy() ent.Policy { return policy.SystemOnly() }
