package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// NodeCommand is something that one node asks of another, which has the call: whoever sets taken_at does it, and nobody else. The
// row is gone when the answer was read. The table is unlogged: after a crash of the server nobody waits for an answer any more.
type NodeCommand struct{ ent.Schema }

// Mixin of the entity.
func (NodeCommand) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "cmd"}} }

// Fields of the entity.
func (NodeCommand) Fields() []ent.Field {
	return []ent.Field{
		field.String("node_id").MaxLen(40).Immutable().Comment("who is asked"),
		field.String("sender_id").MaxLen(40).Immutable(),
		field.String("kind").MaxLen(40).Immutable(),
		field.Bytes("request").Sensitive().Immutable(),
		field.Time("expires_at").Immutable().Comment("by the database's clock"),
		field.Time("taken_at").Optional().Nillable(),
		field.Bytes("reply").Optional().Nillable().Sensitive(),
	}
}

// Indexes of the entity.
func (NodeCommand) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("node_id").Annotations(entsql.IndexWhere("taken_at IS NULL")), index.Fields("expires_at"),
	}
}

// Annotations of the entity.
func (NodeCommand) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("node_commands"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (NodeCommand) Policy() ent.Policy { return policy.SystemOnly() }
