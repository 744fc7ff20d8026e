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
)

// RecallPerson is one citizen of a recall, and how far it is with them: one row a person, whatever they were told how often.
type RecallPerson struct{ ent.Schema }

// Mixin of the entity.
func (RecallPerson) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "rcp"}} }

// Fields of the entity.
func (RecallPerson) Fields() []ent.Field {
	return []ent.Field{
		field.String("recall_id").MaxLen(40).Immutable(),
		field.String("person").MaxLen(40).Immutable().Sensitive().Comment("telephone number, or id of a citizen without one"),
		field.String("interaction_id").MaxLen(40).Immutable().Comment("in which they were told last"),
		field.Time("told_at").Immutable(),
		field.Enum("state").NamedValues("Pending", "PENDING", "Calling", "CALLING", "Reached", "REACHED", "Left", "LEFT",
			"NotReached", "NOT_REACHED", "Cancelled", "CANCELLED").Default("PENDING"),
		field.Time("next_at").Comment("when it is tried; a citizen is not called at night"),
		field.String("message_id").Optional().MaxLen(40).Comment("that tells them, in a chat"),
		field.String("callback_id").Optional().MaxLen(40),
		field.Time("settled_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (RecallPerson) Edges() []ent.Edge {
	return []ent.Edge{edge.From("recall", Recall.Type).Ref("people").Field("recall_id").Unique().Required().Immutable()}
}

// Indexes of the entity: nobody is bothered twice.
func (RecallPerson) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("recall_id", "person").Unique(),
		index.Fields("next_at").Annotations(entsql.IndexWhere("state = 'PENDING' OR state = 'CALLING'")),
	}
}

// Annotations of the entity.
func (RecallPerson) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("recall_persons"), entgql.Skip(entgql.SkipAll)}
}

// Policy of the entity.
func (RecallPerson) Policy() ent.Policy { return policy.SystemOnly() }
