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

// Call is one phone call of an interaction: the citizen's, or one to the citizen. Its id is the switchboard's.
type Call struct{ ent.Schema }

// Mixin of the entity.
func (Call) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "cal"}} }

// Fields of the entity.
func (Call) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("node_id").MaxLen(40).Immutable().Comment("the process that has it"),
		field.Enum("direction").Immutable().NamedValues("Inbound", "INBOUND", "Outbound", "OUTBOUND"),
		field.String("trunk_id").Optional().MaxLen(40),
		field.String("caller").Optional().MaxLen(40).Sensitive().Comment("the number of the centre that an outgoing call shows; a citizen's is encrypted"),
		field.String("called").Optional().MaxLen(40).Sensitive().Comment("the number of the centre that was called; a citizen's is encrypted"),
		field.Bytes("citizen_sealed").Optional().Nillable().Sensitive().Comment("the citizen's number as the carrier gave it, encrypted (internal/seal); none when withheld"),
		field.String("callback_id").Optional().MaxLen(40).Immutable(),
		field.Time("began_at").Immutable(),
		field.Time("ended_at").Optional().Nillable(),
		field.String("end_cause").Optional().MaxLen(40),
		field.Int("sip_code").Default(0),
		field.Bool("held").Default(false).Comment("the citizen hears music instead of the talk"),
		field.Enum("tape").NamedValues("Off", "OFF", "On", "ON", "Paused", "PAUSED").Default("OFF").Comment("whether it is recorded"),
		field.Enum("consulting").NamedValues("None", "NONE", "Calling", "CALLING", "Talking", "TALKING", "Conference", "CONFERENCE").
			Default("NONE").Comment("where a consultation is"),
		field.Enum("consult_note").NamedValues("ConsoleOnly", "CONSOLE_ONLY", "Declined", "DECLINED", "NoAnswer", "NO_ANSWER", "Unreachable", "UNREACHABLE").
			Optional().Nillable().Comment("why a consultation waits, or how the last one ended without a talk"),
		field.Bool("awaits_recovery").Default(false).Comment("its node died, and what it had recorded is not closed yet"),
	}
}

// Edges of the entity.
func (Call) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.From("legs", CallLeg.Type).Ref("call"),
		edge.From("recordings", Recording.Type).Ref("call"),
	}
}

// Indexes of the entity.
func (Call) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "began_at"),
		index.Fields("node_id").Annotations(entsql.IndexWhere("ended_at IS NULL")),
	}
}

// Annotations of the entity.
func (Call) Annotations() []schema.Annotation { return connection("calls") }

// Policy of the entity.
func (Call) Policy() ent.Policy { return policy.Call() }
