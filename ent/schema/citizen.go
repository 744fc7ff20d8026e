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

// Citizen is a person who turned to the centre. All of it is personal data.
type Citizen struct{ ent.Schema }

// Mixin of the entity.
func (Citizen) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "cit"}} }

// Fields of the entity.
func (Citizen) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Optional().MaxRuneLen(200).Sensitive(),
		field.String("phone").Optional().MaxLen(20).Sensitive().Comment("E.164, of a row that is not encrypted yet"),
		field.Bytes("phone_sealed").Optional().Nillable().Sensitive().Comment("encrypted: E.164"),
		field.Bytes("phone_index").Optional().Nillable().MaxLen(32).Sensitive().Comment("blind index of the number"),
		field.String("region_id").Optional().MaxLen(40),
	}
}

// Edges of the entity.
func (Citizen) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.From("interactions", Interaction.Type).Ref("citizen"),
	}
}

// Indexes of the entity.
func (Citizen) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("phone"),
		index.Fields("phone_index").Annotations(entsql.IndexWhere("phone_index IS NOT NULL")),
	}
}

// Annotations of the entity.
func (Citizen) Annotations() []schema.Annotation { return connection("citizens") }

// Policy of the entity.
func (Citizen) Policy() ent.Policy { return policy.Citizen() }
