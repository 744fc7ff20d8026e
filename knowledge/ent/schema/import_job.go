package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// ImportJob remembers how far the import of a file has come, so that a killed import continues.
type ImportJob struct{ ent.Schema }

// Fields of a job.
func (ImportJob) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(64).Immutable().Comment("SHA-256 of the file, in hexadecimal"),
		field.Text("name"),
		field.Int("committed_line").Default(0).NonNegative().Comment("rows up to here are in the base or were refused"),
		field.Bool("finished").Default(false),
		field.Time("started_at").Default(time.Now),
		field.Time("updated_at").Default(time.Now),
	}
}
