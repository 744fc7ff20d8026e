package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Segment is one stretch of an interaction's timeline: who had it, from when to when.
type Segment struct{ ent.Schema }

// Mixin of the entity.
func (Segment) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "seg"}} }

// Fields of the entity.
func (Segment) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.Enum("kind").Immutable().NamedValues("Assistant", "ASSISTANT", "Queue", "QUEUE", "Offer", "OFFER",
			"Talk", "TALK", "Hold", "HOLD", "WrapUp", "WRAP_UP", "Deferred", "DEFERRED"),
		field.String("queue_id").Optional().Immutable().MaxLen(40),
		field.String("account_id").Optional().Immutable().MaxLen(40),
		field.Time("started_at").Immutable(),
		field.Time("ended_at").Optional().Nillable(),
		field.String("end_reason").Optional().MaxLen(60),
	}
}

// Edges of the entity.
func (Segment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Immutable(),
		edge.To("account", Account.Type).Field("account_id").Unique().Immutable(),
	}
}

// Indexes of the entity.
func (Segment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "started_at"),
		index.Fields("account_id", "started_at").Annotations(entsql.IndexWhere("account_id IS NOT NULL")),
		// What an operator had is read from the index alone, in the order of pages.
		index.Fields("account_id", "interaction_id").
			Annotations(entsql.IndexWhere("account_id IS NOT NULL"), entsql.IncludeColumns("kind")),
		index.Fields("queue_id", "kind", "started_at").Annotations(entsql.IndexWhere("queue_id IS NOT NULL")),
	}
}

// Policy of the entity.
func (Segment) Policy() ent.Policy { return policy.Segment() }
