package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// RecordFile is a file that records of the question base give along with their answers. The base keeps references to it, version by
// version; the bytes lie in the data directory, under its id.
type RecordFile struct{ ent.Schema }

// Mixin of the entity.
func (RecordFile) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rfl"}} }

// Fields of the entity.
func (RecordFile) Fields() []ent.Field {
	return []ent.Field{
		field.String("file_name").NotEmpty().MaxLen(255).Immutable(),
		field.String("media_type").NotEmpty().MaxLen(100).Immutable(),
		field.Int64("size").Positive().Immutable().Comment("bytes"),
		field.String("sha256").MaxLen(64).Immutable(),
		field.String("account_id").MaxLen(40).Immutable().Comment("who uploaded it"),
		field.Bool("attached").Default(false).Comment("a version refers to it, or did; one that none ever did is removed after a day"),
	}
}

// Indexes of the entity: what is to be removed is found by it.
func (RecordFile) Indexes() []ent.Index {
	return []ent.Index{index.Fields("created_at").StorageKey("record_file_unattached").Annotations(entsql.IndexWhere("NOT attached"))}
}

// Annotations of the entity.
func (RecordFile) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("record_files"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (RecordFile) Policy() ent.Policy { return policy.SystemOnly() }
