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
	"ekc/training/lesson"
)

// TrainingAttempt is one attempt of somebody to pass a version of a course.
type TrainingAttempt struct{ ent.Schema }

// Mixin of the entity.
func (TrainingAttempt) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "tat"}} }

// Fields of the entity.
func (TrainingAttempt) Fields() []ent.Field {
	return []ent.Field{
		field.String("assignment_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("course_id").MaxLen(40).Immutable(),
		field.String("course_version_id").MaxLen(40).Immutable(),
		field.Enum("state").NamedValues("Running", "RUNNING", "Passed", "PASSED", "Failed", "FAILED", "Expired", "EXPIRED").
			Default("RUNNING"),
		field.Time("ends_at").Immutable().Comment("when its time is over"),
		field.Time("ended_at").Optional().Nillable(),
		field.JSON("sheet", lesson.Sheet{}).Comment("what was shown and done"),
		field.Int("points").Default(0).NonNegative(),
		field.Int("of_points").Default(0).NonNegative(),
	}
}

// Edges of the entity.
func (TrainingAttempt) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("assignment", TrainingAssignment.Type).Field("assignment_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("version", CourseVersion.Type).Field("course_version_id").Unique().Required().Immutable().Annotations(resolved()),
	}
}

// Indexes of the entity: one attempt of an assignment at a time.
func (TrainingAttempt) Indexes() []ent.Index {
	running := entsql.IndexWhere("state = 'RUNNING'")
	return []ent.Index{
		index.Fields("account_id"), index.Fields("course_id"), index.Fields("assignment_id"),
		index.Fields("assignment_id").Unique().Annotations(running).StorageKey("training_attempt_running"),
		index.Fields("ends_at").Annotations(running),
	}
}

// Annotations of the entity.
func (TrainingAttempt) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("training_attempts"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (TrainingAttempt) Policy() ent.Policy { return policy.TrainingAttempt() }
