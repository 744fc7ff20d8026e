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
	"ekc/internal/voice/spoken"
)

// Transcript is what speech recognition understood of a recording, by channel. It goes when the sound is destroyed.
type Transcript struct{ ent.Schema }

// Mixin of the entity.
func (Transcript) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "trs"}} }

// Fields of the entity.
func (Transcript) Fields() []ent.Field {
	return []ent.Field{
		field.String("recording_id").MaxLen(40).Immutable(),
		field.Enum("state").NamedValues("Waiting", "WAITING", "Done", "DONE", "Failed", "FAILED").Default("WAITING"),
		field.JSON("lines", []spoken.Line{}).Optional().Sensitive(),
		field.Bytes("clear").Optional().Nillable().Sensitive().Comment("encrypted: the lines as they were understood, where personal data is masked in them"),
		field.Int("attempts").Default(0).NonNegative(),
		field.Time("next_attempt_at").Default(now).Comment("moved forward by whoever works on it"),
		field.Time("done_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Transcript) Edges() []ent.Edge {
	return []ent.Edge{edge.To("recording", Recording.Type).Field("recording_id").Unique().Required().Immutable()}
}

// Indexes of the entity.
func (Transcript) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("recording_id").Unique(),
		index.Fields("next_attempt_at").Annotations(entsql.IndexWhere("((state)::text = 'WAITING'::text)")),
	}
}

// Annotations of the entity.
func (Transcript) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("transcripts"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (Transcript) Policy() ent.Policy { return policy.SystemOnly() }
