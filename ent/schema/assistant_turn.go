package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
	"ekc/interaction/dialogue"
)

// AssistantTurn is one decision of Yana: what was asked, what was considered, what was told.
type AssistantTurn struct{ ent.Schema }

// Mixin of the entity.
func (AssistantTurn) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "trn"}} }

// Fields of the entity.
func (AssistantTurn) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("question_id").MaxLen(40).Immutable().Comment("the citizen's message"),
		field.String("reply_id").Optional().MaxLen(40).Immutable().Comment("Yana's message"),
		field.Enum("decision").Immutable().NamedValues("Answer", "ANSWER", "Clarify", "CLARIFY", "HandOver", "HAND_OVER",
			"SmallTalk", "SMALL_TALK"),
		field.String("reason").MaxLen(60).Immutable(),
		// In bytes: a record's id may have 100 characters.
		field.String("record_id").Optional().MaxLen(400).Immutable().Comment("told to the citizen"),
		field.String("record_version_id").Optional().MaxLen(120).Immutable(),
		field.JSON("candidates", []dialogue.Suggestion{}).Optional().Immutable(),
		field.JSON("trace", dialogue.Trace{}).Optional().Immutable().Sensitive().Comment("what the decision rests on, to be replayed"),
	}
}

// Edges of the entity.
func (AssistantTurn) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity. Interactions' ids grow with time, so a period is a range of the first index, and what it includes is all
// that statistics need.
func (AssistantTurn) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "created_at").
			Annotations(entsql.IncludeColumns("decision", "reason", "record_id", "record_version_id")),
		index.Fields("record_version_id"),
	}
}

// Policy of the entity.
func (AssistantTurn) Policy() ent.Policy { return policy.AssistantTurn() }
