package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Offer reserves an operator for an interaction until it is answered or expires.
type Offer struct{ ent.Schema }

// Mixin of the entity.
func (Offer) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "off"}} }

// Fields of the entity.
func (Offer) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("queue_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable(),
		field.Enum("state").NamedValues("Pending", "PENDING", "Accepted", "ACCEPTED", "Declined", "DECLINED",
			"Expired", "EXPIRED", "Withdrawn", "WITHDRAWN").Default("PENDING"),
		field.Time("expires_at").Immutable(),
		field.Time("answered_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Offer) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Required().Immutable(),
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (Offer) Indexes() []ent.Index {
	pending := entsql.IndexWhere("state = 'PENDING'")
	return []ent.Index{
		index.Fields("interaction_id").Unique().Annotations(pending),
		index.Fields("account_id").Annotations(pending).StorageKey("offer_pending_account"),
		index.Fields("expires_at").Annotations(pending),
		index.Fields("interaction_id", "created_at"),
		index.Fields("account_id", "created_at"),
	}
}

// Annotations of the entity.
func (Offer) Annotations() []schema.Annotation { return connection("offers") }

// Policy of the entity.
func (Offer) Policy() ent.Policy { return policy.Offer() }
