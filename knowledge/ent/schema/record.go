package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Record is one entry of the base: what stays the same through its versions.
type Record struct{ ent.Schema }

// Fields of a record.
func (Record) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(100).Immutable().Comment("given by the import, or rec_ and a ULID"),
		field.String("agency").MaxLen(20).Default("").Comment("agency code; empty: for all agencies"),
		field.String("region").MaxLen(10).Default("").Comment("region code; empty: federal"),
		field.String("variant_of").MaxLen(100).Default("").
			Comment("federal record that this one overrides in its region; not a key, the two may be imported in any order"),
		field.Int64("revision").
			Comment("revision of the base at which the record last changed; readers ask for what is newer than they have"),
		field.Time("created_at").Immutable(),
		field.Time("updated_at"),
	}
}

// Edges of a record.
func (Record) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("versions", RecordVersion.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of records.
func (Record) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("revision"),
		index.Fields("agency", "region"),
		index.Fields("variant_of"),
	}
}
