package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Attachment is a file sent in an interaction.
type Attachment struct{ ent.Schema }

// Mixin of the entity.
func (Attachment) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "att"}} }

// Fields of the entity.
func (Attachment) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("message_id").Optional().MaxLen(40),
		field.Bool("from_citizen").Immutable(),
		field.String("file_name").NotEmpty().MaxRuneLen(255).Immutable().Sensitive(),
		field.String("media_type").NotEmpty().MaxLen(100).Immutable(),
		field.Int64("size").Positive().Immutable().Comment("bytes"),
		field.String("sha256").MaxLen(64).Immutable(),
	}
}

// Edges of the entity.
func (Attachment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
		edge.To("message", Message.Type).Field("message_id").Unique(),
	}
}

// Indexes of the entity.
func (Attachment) Indexes() []ent.Index {
	return []ent.Index{index.Fields("interaction_id"), index.Fields("message_id")}
}

// Policy of the entity.
func (Attachment) Policy() ent.Policy { return policy.Attachment() }
