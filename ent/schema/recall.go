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

// Recall puts right what citizens were told with one version of a record: a decision of a supervisor or content manager.
type Recall struct{ ent.Schema }

// Mixin of the entity.
func (Recall) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rcl"}} }

// Fields of the entity.
func (Recall) Fields() []ent.Field {
	return []ent.Field{
		field.String("record_version_id").MaxLen(120).Immutable(),
		field.Text("text").MaxLen(8000).Immutable().Comment("what citizens are told"),
		field.String("account_id").MaxLen(40).Immutable().Comment("who decided it"),
	}
}

// Edges of the entity.
func (Recall) Edges() []ent.Edge {
	return []ent.Edge{edge.To("people", RecallPerson.Type)}
}

// Indexes of the entity.
func (Recall) Indexes() []ent.Index { return []ent.Index{index.Fields("record_version_id")} }

// Annotations of the entity.
func (Recall) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("recalls"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (Recall) Policy() ent.Policy { return policy.SystemOnly() }
