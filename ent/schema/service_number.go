package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// ServiceNumber is a number that citizens call, and the one that an agency's calls to citizens show.
type ServiceNumber struct{ ent.Schema }

// Mixin of the entity.
func (ServiceNumber) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "num"}} }

// Fields of the entity.
func (ServiceNumber) Fields() []ent.Field {
	return []ent.Field{
		field.String("number").NotEmpty().MaxLen(20).Unique().Immutable().Comment("E.164"),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.Bool("active").Default(true).Comment("takes calls"),
		field.Bool("outbound").Default(false).Comment("shown by calls of the agency, of all agencies when it has none"),
		field.String("menu_id").Optional().MaxLen(40),
		field.String("agency_id").Optional().MaxLen(40),
	}
}

// Edges of the entity.
func (ServiceNumber) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("menu", Menu.Type).Field("menu_id").Unique(),
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
	}
}

// Annotations of the entity.
func (ServiceNumber) Annotations() []schema.Annotation { return connection("service_numbers") }

// Policy of the entity.
func (ServiceNumber) Policy() ent.Policy { return policy.ServiceNumber() }
