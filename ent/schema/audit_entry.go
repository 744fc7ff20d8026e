package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// AuditEntry is one line of the append-only audit log.
type AuditEntry struct{ ent.Schema }

// Mixin of the entity.
func (AuditEntry) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "aud"}} }

// Fields of the entity.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor_id").Optional().MaxLen(40).Immutable().Comment("account; empty: nobody signed in"),
		field.String("action").NotEmpty().MaxLen(60).Immutable(),
		field.String("object_id").Optional().MaxLen(64).Immutable(),
		field.String("address").Optional().MaxLen(64).Immutable(),
		field.JSON("detail", map[string]string{}).Optional().Immutable(),
	}
}

// Indexes of the entity.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{index.Fields("actor_id", "created_at"), index.Fields("object_id", "created_at")}
}

// Annotations of the entity.
func (AuditEntry) Annotations() []schema.Annotation { return connection("audit_entries") }

// Policy of the entity.
func (AuditEntry) Policy() ent.Policy { return policy.AuditEntry() }
