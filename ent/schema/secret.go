package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Secret is a key that all nodes share, made once; such as the one that signs attachment links.
type Secret struct{ ent.Schema }

// Fields of the entity.
func (Secret) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(60).Immutable(),
		field.Bytes("value").Sensitive().Immutable(),
	}
}

// Annotations of the entity.
func (Secret) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (Secret) Policy() ent.Policy { return policy.SystemOnly() }
