package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// QueueMember says that an operator works in a queue.
type QueueMember struct{ ent.Schema }

// Mixin of the entity.
func (QueueMember) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "mem"}} }

// Fields of the entity.
func (QueueMember) Fields() []ent.Field {
	return []ent.Field{
		field.String("queue_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable(),
		field.Time("until").Optional().Nillable().Comment("when a supervisor's loan ends; empty: for good"),
	}
}

// Edges of the entity.
func (QueueMember) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Required().Immutable(),
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (QueueMember) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("queue_id", "account_id").Unique(), index.Fields("account_id"),
		index.Fields("until").Annotations(entsql.IndexWhere("until IS NOT NULL")),
	}
}

// Policy of the entity.
func (QueueMember) Policy() ent.Policy { return policy.QueueMember() }
