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

// CourseVersion is what a course holds; one that is published never changes.
type CourseVersion struct{ ent.Schema }

// Mixin of the entity.
func (CourseVersion) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "crv"}} }

// Fields of the entity.
func (CourseVersion) Fields() []ent.Field {
	return []ent.Field{
		field.String("course_id").MaxLen(40).Immutable(),
		field.Int("number").Positive().Immutable().Comment("1, 2, 3 … within the course"),
		field.Int("revision").Default(1).Positive().Comment("counts the changes of a draft"),
		field.JSON("content", lesson.Content{}),
		field.Int("pass_percent").Default(80).Range(1, 100).Comment("share of the points that passes"),
		field.Int("time_limit_minutes").Default(60).Range(1, 1440).Comment("how long an attempt may take"),
		field.Int("max_attempts").Default(3).Range(0, 100).Comment("of one assignment; 0: any number"),
		field.String("author_id").MaxLen(40).Immutable(),
		field.Time("published_at").Optional().Nillable(),
		field.String("published_by").Optional().MaxLen(40),
	}
}

// Edges of the entity.
func (CourseVersion) Edges() []ent.Edge {
	return []ent.Edge{edge.To("course", Course.Type).Field("course_id").Unique().Required().Immutable().Annotations(resolved())}
}

// Indexes of the entity: one draft of a course at a time.
func (CourseVersion) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("course_id", "number").Unique(),
		index.Fields("course_id").Unique().Annotations(entsql.IndexWhere("published_at IS NULL")).StorageKey("course_version_draft"),
	}
}

// Annotations of the entity.
func (CourseVersion) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("course_versions"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (CourseVersion) Policy() ent.Policy { return policy.CourseVersion() }
