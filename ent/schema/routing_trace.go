package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
	"ekc/routing/trace"
)

// RoutingTrace says why a routing decision was made.
type RoutingTrace struct{ ent.Schema }

// Mixin of the entity.
func (RoutingTrace) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rtr"}} }

// Fields of the entity.
func (RoutingTrace) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("queue_id").Optional().MaxLen(40).Immutable(),
		field.String("account_id").Optional().MaxLen(40).Immutable().Comment("who was chosen"),
		field.String("rule").NotEmpty().MaxLen(60).Immutable(),
		field.Int("waited_ms").NonNegative().Immutable(),
		field.JSON("candidates", []trace.Candidate{}).Optional().Immutable(),
	}
}

// Edges of the entity.
func (RoutingTrace) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Immutable(),
		edge.To("account", Account.Type).Field("account_id").Unique().Immutable(),
	}
}

// Indexes of the entity.
func (RoutingTrace) Indexes() []ent.Index {
	return []ent.Index{index.Fields("interaction_id", "created_at")}
}

// Policy of the entity.
func (RoutingTrace) Policy() ent.Policy { return policy.RoutingTrace() }
