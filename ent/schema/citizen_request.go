package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// CitizenRequest is what a citizen asks about their own data (152-FZ, articles 14, 20 and 21): a copy, or that it be destroyed.
// One person enters it, another approves it.
type CitizenRequest struct{ ent.Schema }

// Mixin of the entity.
func (CitizenRequest) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "req"}} }

// Fields of the entity.
func (CitizenRequest) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Immutable().NamedValues("Export", "EXPORT", "Erase", "ERASE"),
		field.Enum("state").NamedValues("Asked", "ASKED", "Approved", "APPROVED", "Done", "DONE", "Refused", "REFUSED").Default("ASKED"),
		field.Bytes("phone_index").MaxLen(32).Immutable().Sensitive().Comment("blind index of the citizen's number"),
		field.Bytes("phone").Optional().Nillable().Sensitive().Comment("encrypted; gone when the request is settled"),
		field.String("basis").NotEmpty().MaxRuneLen(1000).Immutable().Comment("such as the number and day of the citizen's letter"),
		field.String("asked_by").MaxLen(40).Immutable(),
		field.String("decided_by").Optional().MaxLen(40),
		field.Time("decided_at").Optional().Nillable(),
		field.String("refusal").Optional().MaxRuneLen(1000),
		field.JSON("done", map[string]int{}).Optional().Comment("steps that are finished, and how many objects each concerned"),
		field.Time("done_at").Optional().Nillable(),
		field.Time("next_attempt_at").Default(now).Comment("moved forward by whoever works on it"),
		field.String("act_id").Optional().MaxLen(40),
		field.String("file").Optional().MaxLen(100).Sensitive().Comment("of the copy, in the data directory"),
		field.Time("file_expires_at").Optional().Nillable(),
	}
}

// Indexes of the entity.
func (CitizenRequest) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("next_attempt_at").Annotations(entsql.IndexWhere("state = 'APPROVED'")),
		index.Fields("phone_index"),
	}
}

// Annotations of the entity.
func (CitizenRequest) Annotations() []schema.Annotation { return connection("citizen_requests") }

// Policy of the entity.
func (CitizenRequest) Policy() ent.Policy { return policy.CitizenRequest() }
