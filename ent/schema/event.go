package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Event is one line of the event log; the log is what subscriptions read.
type Event struct{ ent.Schema }

// Fields of the entity.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Time("at").Immutable().Default(now),
		field.String("kind").NotEmpty().MaxLen(60).Immutable(),
		field.String("interaction_id").Optional().MaxLen(40).Immutable(),
		field.String("account_id").Optional().MaxLen(40).Immutable().Comment("the operator whose desk it concerns"),
		field.String("queue_id").Optional().MaxLen(40).Immutable(),
		field.JSON("data", map[string]string{}).Optional().Immutable().Comment("ids only, never personal data"),
	}
}

// Indexes of the entity.
func (Event) Indexes() []ent.Index {
	return []ent.Index{ // small ones: of all tables this is written most
		index.Fields("interaction_id", "id").Annotations(entsql.IndexWhere("interaction_id IS NOT NULL")),
		index.Fields("account_id", "id").Annotations(entsql.IndexWhere("account_id IS NOT NULL")),
		index.Fields("at").Annotations(entsql.IndexType("BRIN")), // rows lie in the order of their time
	}
}

// Annotations of the entity.
func (Event) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("events"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (Event) Policy() ent.Policy { return policy.SystemOnly() }
