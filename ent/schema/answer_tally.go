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

// AnswerTally counts what Yana did in the interactions of one day, agency, region and topic. It is made of the turns and can be made again.
type AnswerTally struct{ ent.Schema }

// Fields of the entity. Empty agency, region and topic: interactions that have none.
func (AnswerTally) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("day").MaxLen(10).Immutable().Comment("in Moscow, YYYY-MM-DD"),
		field.String("agency_id").MaxLen(40).Default("").Immutable(),
		field.String("region_id").MaxLen(40).Default("").Immutable(),
		field.Text("topic").Default("").Immutable(),
		field.Int("questions").Immutable(),
		field.Int("answered").Immutable(),
		field.Int("clarified").Immutable(),
		field.Int("unanswered").Immutable(),
		field.Int("dialogues").Immutable(),
		field.Int("contained").Immutable(),
	}
}

// Indexes of the entity.
func (AnswerTally) Indexes() []ent.Index {
	return []ent.Index{index.Fields("day", "agency_id", "region_id")}
}

// Annotations of the entity.
func (AnswerTally) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("answer_tallies"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AnswerTally) Policy() ent.Policy { return policy.SystemOnly() }
