package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Region is a subject of the Russian Federation with its civil time.
type Region struct{ ent.Schema }

// Mixin of the entity.
func (Region) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "reg"}} }

// Fields of the entity.
func (Region) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(3).Unique().Immutable().Comment("two digits, as on vehicle plates").
			Annotations(entgql.OrderField("CODE")),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("time_zone").NotEmpty().MaxLen(60).Comment("IANA name"),
	}
}

// Edges of the entity.
func (Region) Edges() []ent.Edge {
	return []ent.Edge{edge.From("sites", Site.Type).Ref("region")}
}

// Annotations of the entity.
func (Region) Annotations() []schema.Annotation { return connection("regions") }

// Policy of the entity.
func (Region) Policy() ent.Policy { return policy.Public() }
