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
)

// RecallPerson is what was done for one citizen who had been told the version: once, whatever is asked again.
type RecallPerson struct{ ent.Schema }

// Mixin of the entity.
func (RecallPerson) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rcp"}} }

// Fields of the entity.
func (RecallPerson) Fields() []ent.Field {
	return []ent.Field{
		field.String("recall_id").MaxLen(40).Immutable(),
		field.String("record_version_id").MaxLen(120).Immutable(),
		field.String("person").MaxLen(40).Immutable().Comment("telephone number, or id of a citizen without one"),
		field.String("interaction_id").MaxLen(40).Immutable().Comment("in which the citizen was told"),
		field.Enum("outcome").Immutable().NamedValues("Message", "MESSAGE", "Callback", "CALLBACK", "Listed", "LISTED"),
		field.String("callback_id").Optional().MaxLen(40).Immutable(),
	}
}

// Edges of the entity.
func (RecallPerson) Edges() []ent.Edge {
	return []ent.Edge{edge.From("recall", Recall.Type).Ref("people").Field("recall_id").Unique().Required().Immutable()}
}

// Indexes of the entity: nobody is bothered twice about one version.
func (RecallPerson) Indexes() []ent.Index {
	return []ent.Index{index.Fields("record_version_id", "person").Unique()}
}

// Annotations of the entity.
func (RecallPerson) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("recall_persons"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (RecallPerson) Policy() ent.Policy { return policy.SystemOnly() }
