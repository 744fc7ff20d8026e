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

// ServerNode is one run of a server process. It lives while it tells the time; whoever does not for ten seconds is dead, and
// its calls are taken care of by another.
type ServerNode struct{ ent.Schema }

// Mixin of the entity.
func (ServerNode) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "nod"}} }

// Fields of the entity.
func (ServerNode) Fields() []ent.Field {
	return []ent.Field{
		field.String("host").MaxLen(255).Immutable(),
		field.Time("seen_at").Default(now).Comment("by the database's clock"),
		field.Bool("draining").Default(false).Comment("takes no new calls"),
		field.Bool("phone").Default(false).Comment("has a switchboard: calls may be begun there"),
		field.Time("stopped_at").Optional().Nillable(),
		field.Time("buried_at").Optional().Nillable().Comment("its calls have been taken care of"),
	}
}

// Indexes of the entity.
func (ServerNode) Indexes() []ent.Index {
	return []ent.Index{index.Fields("seen_at").Annotations(entsql.IndexWhere("buried_at IS NULL"))}
}

// Annotations of the entity.
func (ServerNode) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("server_nodes"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (ServerNode) Policy() ent.Policy { return policy.SystemOnly() }
