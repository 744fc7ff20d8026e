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

// Recording is the sound of a call: the citizen on one channel, the centre on the other. Its id is the switchboard's. The row
// stays when the sound was destroyed.
type Recording struct{ ent.Schema }

// Mixin of the entity.
func (Recording) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rcd"}} }

// Fields of the entity.
func (Recording) Fields() []ent.Field {
	return []ent.Field{
		field.String("call_id").MaxLen(40).Immutable(),
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("object").NotEmpty().MaxLen(500).Sensitive().Comment("key in the storage"),
		field.String("sha256").MaxLen(64),
		field.Int64("size").NonNegative().Comment("bytes"),
		field.Time("began_at").Immutable(),
		field.Int64("length_ms").NonNegative(),
		field.Bool("recovered").Default(false).Comment("closed after its node had died"),
		field.Enum("retention").NamedValues("Information", "INFORMATION", "Personal", "PERSONAL").Default("INFORMATION").
			Comment("line 1 gives information, line 2 deals with personal matters"),
		field.Time("destroy_after"),
		field.Time("destroyed_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Recording) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("call", Call.Type).Field("call_id").Unique().Required().Immutable(),
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (Recording) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interaction_id", "began_at"), index.Fields("call_id"),
		index.Fields("destroy_after").Annotations(entsql.IndexWhere("destroyed_at IS NULL")),
	}
}

// Annotations of the entity.
func (Recording) Annotations() []schema.Annotation { return connection("recordings") }

// Policy of the entity.
func (Recording) Policy() ent.Policy { return policy.Recording() }
