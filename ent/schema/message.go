package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
	"ekc/interaction/dialogue"
)

// Message is one thing said in an interaction.
type Message struct{ ent.Schema }

// Mixin of the entity.
func (Message) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "msg"}} }

// Fields of the entity.
func (Message) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.Int("sequence").Positive().Immutable().Comment("1, 2, 3 … within the interaction").
			Annotations(entgql.OrderField("SEQUENCE")),
		field.Enum("author").Immutable().NamedValues("Citizen", "CITIZEN", "Assistant", "ASSISTANT",
			"Operator", "OPERATOR", "System", "SYSTEM"),
		field.Enum("kind").Immutable().Default("TEXT").NamedValues("Text", "TEXT", "Answer", "ANSWER",
			"Clarification", "CLARIFICATION", "Notice", "NOTICE", "RatingRequest", "RATING_REQUEST"),
		field.String("account_id").Optional().Immutable().MaxLen(40).Comment("of the operator who wrote it"),
		// In bytes: an answer of the base may have 20,000 characters.
		field.Text("text").MaxLen(80000).Immutable().Sensitive(),
		field.Bytes("clear").Optional().Nillable().Immutable().Sensitive().Comment("encrypted: the text as it was written, where personal data is masked in it"),
		field.JSON("citations", []dialogue.Citation{}).Optional().Immutable(),
		field.JSON("choices", []dialogue.Choice{}).Optional().Immutable(),
		field.String("client_key").Optional().Nillable().MaxLen(80).Immutable().Comment("the sender's, makes a repeat harmless"),
		field.Bool("helpful").Optional().Nillable().Comment("the citizen's word on an answer"),
	}
}

// Edges of the entity.
func (Message) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.To("account", Account.Type).Field("account_id").Unique().Immutable(),
		edge.From("attachments", Attachment.Type).Ref("message"),
	}
}

// Indexes of the entity.
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "sequence").Unique(),
		index.Fields("interaction_id", "client_key").Unique().Annotations(entsql.IndexWhere("client_key IS NOT NULL")),
		// Who was told a version by an operator; Yana's turns name what she told.
		index.Fields("citations").StorageKey("message_told_by_operator").Annotations(entsql.IndexType("GIN"),
			entsql.OpClass("jsonb_path_ops"), entsql.IndexWhere("author = 'OPERATOR' AND citations IS NOT NULL")),
	}
}

// Annotations of the entity.
func (Message) Annotations() []schema.Annotation { return connection("messages") }

// Policy of the entity.
func (Message) Policy() ent.Policy { return policy.Message() }
