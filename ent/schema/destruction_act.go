package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// DestructionAct certifies that data was destroyed: what, how much, when and by which rule. It is never changed or removed.
type DestructionAct struct{ ent.Schema }

// Mixin of the entity.
func (DestructionAct) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "act"}} }

// Fields of the entity.
func (DestructionAct) Fields() []ent.Field {
	return []ent.Field{
		field.String("rule").NotEmpty().MaxLen(60).Immutable().Comment("of retention, or erasure"),
		field.String("basis").MaxRuneLen(1000).Immutable().Comment("the rule in words, with its term"),
		field.String("request_id").Optional().MaxLen(40).Immutable().Comment("that asked for an erasure"),
		field.Time("began_at").Immutable(),
		field.Time("ended_at").Immutable(),
		field.JSON("counts", map[string]int{}).Immutable().Comment("how many objects of each kind"),
		field.JSON("objects", map[string][]string{}).Immutable().Comment("their ids by kind; no personal data"),
		field.Int("held").Default(0).NonNegative().Immutable().Comment("objects whose term was over, left by a legal hold"),
		field.String("sha256").MaxLen(64).Immutable().Comment("over all of the above"),
	}
}

// Indexes of the entity.
func (DestructionAct) Indexes() []ent.Index {
	return []ent.Index{index.Fields("rule", "ended_at"), index.Fields("request_id")}
}

// Annotations of the entity.
func (DestructionAct) Annotations() []schema.Annotation { return connection("destruction_acts") }

// Policy of the entity.
func (DestructionAct) Policy() ent.Policy { return policy.DestructionAct() }
