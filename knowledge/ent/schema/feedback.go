package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Feedback is one person's word on one answer, about the version that the answer was taken from. It outlives the version's life in
// the base, so it hangs on it by the id only.
type Feedback struct{ ent.Schema }

// Fields of a word.
func (Feedback) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.String("version_id").MaxLen(40).Immutable(),
		field.String("record_id").MaxLen(400).Immutable(),
		field.String("author").MaxLen(80).Immutable().Comment("who said it: id of an account or of a citizen"),
		field.String("answer").MaxLen(80).Immutable().Comment("what it is about: id of a message, or of the version itself"),
		field.Enum("verdict").Values("helpful", "unhelpful", "useful", "wrong", "outdated").
			Comment("the first two are citizens', the others operators'"),
		field.Text("comment").Default("").Comment("personal data masked"),
		field.Time("given_at").Default(time.Now),
	}
}

// Indexes of words: one of a person on an answer.
func (Feedback) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("author", "answer", "version_id").Unique(),
		index.Fields("version_id"),
		index.Fields("given_at"),
	}
}
