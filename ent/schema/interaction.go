package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
	"ekc/interaction/dialogue"
)

// Interaction is one enquiry of a citizen on one channel, from first contact to closing.
type Interaction struct{ ent.Schema }

// Mixin of the entity.
func (Interaction) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: "int"}, agencyRegion{}}
}

// Fields of the entity.
func (Interaction) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("channel").Immutable().NamedValues("Voice", "VOICE", "Chat", "CHAT"),
		field.Enum("state").NamedValues("WithAssistant", "WITH_ASSISTANT", "Queued", "QUEUED", "Offered", "OFFERED",
			"Active", "ACTIVE", "Held", "HELD", "WrapUp", "WRAP_UP", "Deferred", "DEFERRED",
			"Closed", "CLOSED", "Abandoned", "ABANDONED").Default("WITH_ASSISTANT"),
		field.String("citizen_id").MaxLen(40).Immutable(),
		field.Bytes("token_hash").Sensitive().Optional().Comment("of the citizen's token"),
		field.String("queue_id").Optional().MaxLen(40),
		field.String("operator_id").Optional().MaxLen(40),
		field.Int("line").Default(1).Range(1, 2),
		field.Int("priority").Default(0).Range(-100, 100),
		field.String("topic").Optional().MaxRuneLen(200),
		field.String("page_url").Optional().MaxLen(2000),
		field.String("idempotency_key").Optional().Nillable().MaxLen(80),
		field.Int("message_count").Default(0).NonNegative(),
		field.Time("queued_at").Optional().Nillable().Comment("when it entered the present queue"),
		field.Time("place_at").Optional().Nillable().Comment("its place in line; kept over missed offers"),
		field.Time("accepted_at").Optional().Nillable().Comment("first answer of an operator"),
		field.Time("wrap_up_until").Optional().Nillable(),
		field.Time("closed_at").Optional().Nillable(),
		field.Time("last_activity_at").Default(now).Comment("last word of the citizen or of an operator"),
		field.Enum("close_reason").Optional().Nillable().NamedValues("AnsweredByAssistant", "ANSWERED_BY_ASSISTANT",
			"ClosedByOperator", "CLOSED_BY_OPERATOR", "ClosedByCitizen", "CLOSED_BY_CITIZEN", "TimedOut", "TIMED_OUT",
			"LeftQueue", "LEFT_QUEUE", "NotReached", "NOT_REACHED", "CallLost", "CALL_LOST", "CallbackCancelled", "CALLBACK_CANCELLED"),
		field.JSON("assistant_state", dialogue.State{}).Optional(),
		field.Bool("awaits_assistant").Default(false).Comment("the citizen spoke last and Yana has not answered yet"),
		field.Int("answered_by_assistant").Default(0).NonNegative().Comment("answers that Yana gave"),
		field.String("disposition_id").Optional().MaxLen(40),
		field.Enum("outcome").Optional().Nillable().NamedValues("Resolved", "RESOLVED", "PartlyResolved", "PARTLY_RESOLVED",
			"NotResolved", "NOT_RESOLVED", "NotAnEnquiry", "NOT_AN_ENQUIRY"),
		field.String("note").Optional().MaxRuneLen(4000),
		field.Int("rating").Optional().Nillable().Range(1, 5),
		field.String("rating_comment").Optional().MaxRuneLen(2000),
		field.Time("rated_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Interaction) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("citizen", Citizen.Type).Field("citizen_id").Unique().Required().Immutable(),
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique(),
		edge.To("operator", Account.Type).Field("operator_id").Unique().Annotations(resolved()),
		edge.To("disposition", Disposition.Type).Field("disposition_id").Unique(),
		edge.From("messages", Message.Type).Ref("interaction").Annotations(resolved()),
		edge.From("segments", Segment.Type).Ref("interaction"),
		edge.From("offers", Offer.Type).Ref("interaction"),
		edge.From("routing_traces", RoutingTrace.Type).Ref("interaction"),
		edge.From("turns", AssistantTurn.Type).Ref("interaction"),
		edge.From("calls", Call.Type).Ref("interaction"),
		edge.From("recordings", Recording.Type).Ref("interaction"),
		edge.From("callbacks", Callback.Type).Ref("interaction"),
	}
}

// Indexes of the entity.
func (Interaction) Indexes() []ent.Index {
	waiting := []schema.Annotation{entsql.IndexWhere("state = 'QUEUED' OR state = 'OFFERED'"), entsql.DescColumns("priority")}
	open := entsql.IndexWhere("state <> 'CLOSED' AND state <> 'ABANDONED'")
	return []ent.Index{
		index.Fields("queue_id", "priority", "place_at").Annotations(waiting...),
		index.Fields("operator_id", "state").Annotations(open),
		index.Fields("state", "last_activity_at").Annotations(open),
		// Pages go by id, also those of an operator and of a segment.
		index.Fields("operator_id", "id").Annotations(entsql.IndexWhere("operator_id IS NOT NULL")),
		// Calls have neither, and each change of state writes every index.
		index.Fields("token_hash").Unique().Annotations(entsql.IndexWhere("token_hash IS NOT NULL")),
		index.Fields("idempotency_key").Unique().Annotations(entsql.IndexWhere("idempotency_key IS NOT NULL")),
		index.Fields("agency_id", "region_id", "id"),
		index.Fields("citizen_id"),
		index.Fields("last_activity_at").Annotations(entsql.IndexWhere("awaits_assistant")).
			StorageKey("interaction_awaits_assistant"),
		index.Fields("wrap_up_until").Annotations(entsql.IndexWhere("state = 'WRAP_UP'")),
	}
}

// Annotations of the entity.
func (Interaction) Annotations() []schema.Annotation { return connection("interactions") }

// Policy of the entity.
func (Interaction) Policy() ent.Policy { return policy.Interaction() }
