package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// AuditSeal closes a stretch of the audit log's hash chain (access/auditlog). Its id is the sequence of the stretch's last entry.
type AuditSeal struct{ ent.Schema }

// Fields of the entity.
func (AuditSeal) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Positive().Immutable(),
		field.Int64("first").Positive().Immutable().Comment("sequence of the stretch's first entry"),
		field.Time("sealed_at").Immutable().Comment("by the database's clock"),
		field.Bytes("hash").MaxLen(32).Immutable().Comment("of the last entry"),
		field.Bytes("mac").MaxLen(32).Immutable().Comment("over the seal, by a key that is not in the database"),
	}
}

// Annotations of the entity.
func (AuditSeal) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("audit_seals"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AuditSeal) Policy() ent.Policy { return policy.SystemOnly() }
