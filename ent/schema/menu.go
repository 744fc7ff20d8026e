package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Menu is what answers a number; its versions hold what it says and asks.
type Menu struct{ ent.Schema }

// Mixin of the entity.
func (Menu) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "mnu"}} }

// Fields of the entity.
func (Menu) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(60).Unique().Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("agency_id").Optional().MaxLen(40),
		field.Int("version_count").Default(0).NonNegative(),
	}
}

// Edges of the entity.
func (Menu) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.From("versions", MenuVersion.Type).Ref("menu").Annotations(resolved()),
	}
}

// Annotations of the entity.
func (Menu) Annotations() []schema.Annotation { return connection("menus") }

// Policy of the entity.
func (Menu) Policy() ent.Policy { return policy.Menu() }
