package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Agency is a participant of the centre, such as the labour inspectorate.
type Agency struct{ ent.Schema }

// Mixin of the entity.
func (Agency) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "agn"}} }

// Fields of the entity.
func (Agency) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(20).Unique().Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(300),
		field.String("short_name").NotEmpty().MaxRuneLen(60),
	}
}

// Edges of the entity.
func (Agency) Edges() []ent.Edge {
	return []ent.Edge{edge.From("sites", Site.Type).Ref("agency")}
}

// Annotations of the entity.
func (Agency) Annotations() []schema.Annotation { return connection("agencies") }

// Policy of the entity.
func (Agency) Policy() ent.Policy { return policy.Public() }
