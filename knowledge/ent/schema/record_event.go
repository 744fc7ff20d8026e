package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RecordEvent is one entry of a record's history: who did what to which version. A trigger keeps it append-only, and it
// has no foreign key, so that it outlives what it tells of.
type RecordEvent struct{ ent.Schema }

// Fields of an event.
func (RecordEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("record_id").MaxLen(100).Immutable(),
		field.String("version_id").MaxLen(40).Immutable(),
		field.String("action").MaxLen(20).Immutable(),
		field.String("actor").MaxLen(40).Default("").Immutable().Comment("account; empty: the base itself, or an import"),
		field.Text("reason").Default("").Immutable(),
		field.JSON("changed", []string{}).Default([]string{}).Immutable().Annotations(entsql.DefaultExpr("'[]'")).
			Comment("names of the fields that an edit changed"),
		field.JSON("differences", []FieldChange{}).Optional().Immutable().Comment("what each of them was before and after"),
		field.Time("at").Default(time.Now).Immutable(),
	}
}

// FieldChange is a field with its values as text.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Indexes of events.
func (RecordEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("record_id", "id")}
}
