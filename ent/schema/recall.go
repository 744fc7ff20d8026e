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

// Recall puts right what citizens were told with one version of a record: who began it, why, and what they are told instead.
type Recall struct{ ent.Schema }

// Mixin of the entity.
func (Recall) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rcl"}, agencyRegion{}} }

// Fields of the entity. Agency and region are the record's.
func (Recall) Fields() []ent.Field {
	return []ent.Field{
		field.String("record_version_id").MaxLen(120).Immutable(),
		// In bytes: a record's id may have 100 characters.
		field.String("record_id").MaxLen(400).Immutable(),
		field.Text("reason").MaxLen(8000).Immutable().Comment("why; for staff"),
		field.Text("text").MaxLen(8000).Immutable().Comment("what citizens are told"),
		field.String("account_id").MaxLen(40).Immutable().Comment("who began it"),
		field.Enum("state").NamedValues("Running", "RUNNING", "Done", "DONE", "Cancelled", "CANCELLED").Default("RUNNING"),
		field.Time("listed_at").Optional().Nillable().Comment("when those who were told were last looked for"),
		field.Time("ended_at").Optional().Nillable(),
		field.String("cancelled_by").Optional().MaxLen(40),
	}
}

// Edges of the entity.
func (Recall) Edges() []ent.Edge {
	return []ent.Edge{edge.To("people", RecallPerson.Type)}
}

// Indexes of the entity: one recall of a version at a time.
func (Recall) Indexes() []ent.Index {
	running := entsql.IndexWhere("state = 'RUNNING'")
	return []ent.Index{
		index.Fields("record_version_id"), // with all that were ended
		index.Fields("record_version_id").Unique().Annotations(running).StorageKey("recall_running"),
	}
}

// Annotations of the entity.
func (Recall) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("recalls"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (Recall) Policy() ent.Policy { return policy.SystemOnly() }
