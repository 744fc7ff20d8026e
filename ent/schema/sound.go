package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Sound is an uploaded prompt: a recording that a menu plays instead of speaking a text.
type Sound struct{ ent.Schema }

// Mixin of the entity.
func (Sound) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "snd"}} }

// Fields of the entity.
func (Sound) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("text").Optional().MaxRuneLen(4000).Comment("what it says, spoken by the voice when the file is lost"),
		field.Int64("size").Positive().Immutable().Comment("bytes"),
		field.String("sha256").MaxLen(64).Immutable(),
		field.Int("length_ms").NonNegative().Immutable(),
		field.Bytes("content").Immutable().Sensitive().Comment("WAV, PCM 16 bit mono; small, and on every node"),
		field.String("agency_id").Optional().MaxLen(40),
		field.String("author_id").Optional().MaxLen(40).Immutable(),
	}
}

// Edges of the entity.
func (Sound) Edges() []ent.Edge {
	return []ent.Edge{edge.To("agency", Agency.Type).Field("agency_id").Unique()}
}

// Annotations of the entity.
func (Sound) Annotations() []schema.Annotation { return connection("sounds") }

// Policy of the entity.
func (Sound) Policy() ent.Policy { return policy.Sound() }
