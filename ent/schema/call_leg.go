package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// CallLeg is one party of a call, with how well it was heard. Its id is the switchboard's.
type CallLeg struct{ ent.Schema }

// Mixin of the entity.
func (CallLeg) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "leg"}} }

// Fields of the entity.
func (CallLeg) Fields() []ent.Field {
	return []ent.Field{
		field.String("call_id").MaxLen(40).Immutable(),
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.Enum("kind").NamedValues("Trunk", "TRUNK", "Phone", "PHONE", "Browser", "BROWSER", "Outside", "OUTSIDE"),
		field.Enum("role").NamedValues("Citizen", "CITIZEN", "Operator", "OPERATOR", "Supervisor", "SUPERVISOR",
			"Consulted", "CONSULTED"),
		field.String("account_id").Optional().MaxLen(40),
		field.String("number").Optional().MaxLen(100).Sensitive(),
		field.Time("began_at").Immutable(),
		field.Time("answered_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
		field.String("end_cause").Optional().MaxLen(60),
		field.Bool("muted").Default(false).Comment("nobody hears it"),
		field.String("codec").Optional().MaxLen(40),
		field.Int64("packets_sent").Default(0),
		field.Int64("packets_received").Default(0),
		field.Int64("packets_lost").Default(0),
		field.Float("jitter_ms").Default(0),
		field.Float("round_trip_ms").Default(0),
		field.Float("mos").Default(0).Comment("1 to 4.5, 0 when it was not measured"),
	}
}

// Edges of the entity.
func (CallLeg) Edges() []ent.Edge {
	return []ent.Edge{edge.To("call", Call.Type).Field("call_id").Unique().Required().Immutable()}
}

// Indexes of the entity.
func (CallLeg) Indexes() []ent.Index {
	return []ent.Index{index.Fields("call_id", "began_at"), index.Fields("interaction_id"), index.Fields("account_id", "began_at")}
}

// Annotations of the entity.
func (CallLeg) Annotations() []schema.Annotation { return connection("call_legs") }

// Policy of the entity.
func (CallLeg) Policy() ent.Policy { return policy.CallLeg() }
