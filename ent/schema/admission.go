package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Admission lets an operator do the live work that asks for a course: because it was passed, or by a supervisor's dated exception.
type Admission struct{ ent.Schema }

// Mixin of the entity.
func (Admission) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "adm"}} }

// Fields of the entity.
func (Admission) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("course_id").MaxLen(40).Immutable(),
		field.String("attempt_id").Optional().MaxLen(40).Immutable().Comment("that was passed; empty: an exception"),
		field.String("granted_by").Optional().MaxLen(40).Immutable().Comment("of an exception"),
		field.String("reason").Optional().MaxRuneLen(1000).Immutable().Comment("of an exception"),
		field.Time("valid_from").Immutable(),
		field.Time("valid_to").Optional().Nillable().Immutable().Comment("empty: without end"),
		field.Time("revoked_at").Optional().Nillable(),
		field.String("revoked_by").Optional().MaxLen(40),
		field.String("revocation").Optional().MaxRuneLen(1000).Comment("why"),
	}
}

// Edges of the entity.
func (Admission) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("course", Course.Type).Field("course_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (Admission) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "course_id"), index.Fields("course_id")}
}

// Annotations of the entity.
func (Admission) Annotations() []schema.Annotation { return connection("admissions") }

// Policy of the entity.
func (Admission) Policy() ent.Policy { return policy.Admission() }
