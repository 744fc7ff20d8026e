package schema

import (
	"time"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// AnswerDay says that what Yana did in the interactions that began on a day is counted in AnswerTally, and that nothing of it has changed
// since. Its id is the day in Moscow, YYYY-MM-DD.
type AnswerDay struct{ ent.Schema }

// Fields of the entity.
func (AnswerDay) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(10).Immutable(),
		field.Time("counted_at").Default(time.Now),
	}
}

// Annotations of the entity.
func (AnswerDay) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("answer_days"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (AnswerDay) Policy() ent.Policy { return policy.SystemOnly() }
