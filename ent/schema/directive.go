package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Directive is what a supervisor has done to an operator's work, with the reason that the operator is told.
type Directive struct{ ent.Schema }

// Mixin of the entity.
func (Directive) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "dir"}} }

// Fields of the entity.
func (Directive) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable().Comment("the operator"),
		field.String("author_id").MaxLen(40).Immutable().Comment("the supervisor"),
		field.Enum("kind").Immutable().NamedValues("Presence", "PRESENCE", "Queues", "QUEUES", "Skill", "SKILL", "Line", "LINE",
			"Assigned", "ASSIGNED", "TakenAway", "TAKEN_AWAY"),
		field.String("reason").NotEmpty().MaxRuneLen(1000).Immutable(),
		field.Time("until").Optional().Nillable().Immutable().Comment("when it ends by itself"),
		field.String("interaction_id").Optional().MaxLen(40).Immutable(),
		field.JSON("queue_ids", []string{}).Optional().Immutable(),
		field.Time("seen_at").Optional().Nillable(),
	}
}

// Indexes of the entity.
func (Directive) Indexes() []ent.Index { return []ent.Index{index.Fields("account_id", "created_at")} }

// Annotations of the entity.
func (Directive) Annotations() []schema.Annotation { return connection("directives") }

// Policy of the entity.
func (Directive) Policy() ent.Policy { return policy.Directive() }
