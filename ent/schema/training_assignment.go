package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// TrainingAssignment says that somebody is to pass a course.
type TrainingAssignment struct{ ent.Schema }

// Mixin of the entity.
func (TrainingAssignment) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "tas"}} }

// Fields of the entity.
func (TrainingAssignment) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("course_id").MaxLen(40).Immutable(),
		field.String("author_id").MaxLen(40).Immutable().Comment("who assigned it"),
		field.Time("due_at").Optional().Nillable(),
		field.Enum("state").NamedValues("Assigned", "ASSIGNED", "Passed", "PASSED", "Failed", "FAILED", "Withdrawn", "WITHDRAWN").
			Default("ASSIGNED"),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (TrainingAssignment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("course", Course.Type).Field("course_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity: a course is assigned to somebody once at a time.
func (TrainingAssignment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id"), index.Fields("course_id"),
		index.Fields("account_id", "course_id").Unique().Annotations(entsql.IndexWhere("state = 'ASSIGNED'")).
			StorageKey("training_assignment_open"),
	}
}

// Annotations of the entity.
func (TrainingAssignment) Annotations() []schema.Annotation {
	return connection("training_assignments")
}

// Policy of the entity.
func (TrainingAssignment) Policy() ent.Policy { return policy.TrainingAssignment() }
