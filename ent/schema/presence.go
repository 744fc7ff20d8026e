package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Presence is what an operator does now; one row an operator, the lock of its capacity.
type Presence struct{ ent.Schema }

// Mixin of the entity.
func (Presence) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "prs"}} }

// Fields of the entity.
func (Presence) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable().Unique(),
		field.Enum("state").NamedValues("Available", "AVAILABLE", "Busy", "BUSY", "WrapUp", "WRAP_UP",
			"Paused", "PAUSED", "Offline", "OFFLINE").Default("OFFLINE"),
		field.String("pause_reason_id").Optional().MaxLen(40),
		field.Time("since").Default(now),
		field.Time("idle_since").Default(now).Comment("longest idle is offered first"),
		field.Int("missed_offers").Default(0).NonNegative().Comment("in a row"),
	}
}

// Edges of the entity.
func (Presence) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("presence").Field("account_id").Unique().Required().Immutable(),
		edge.To("pause_reason", PauseReason.Type).Field("pause_reason_id").Unique(),
	}
}

// Policy of the entity.
func (Presence) Policy() ent.Policy { return policy.Presence() }
