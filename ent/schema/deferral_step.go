package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// DeferralStep is one thing that happened to a deferred enquiry.
type DeferralStep struct{ ent.Schema }

// Mixin of the entity.
func (DeferralStep) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "dfs"}} }

// Fields of the entity.
func (DeferralStep) Fields() []ent.Field {
	return []ent.Field{
		field.String("deferral_id").MaxLen(40).Immutable(),
		field.Enum("kind").Immutable().NamedValues("Deferred", "DEFERRED", "Named", "NAMED", "Unnamed", "UNNAMED", "Taken", "TAKEN",
			"NotReached", "NOT_REACHED", "Warned", "WARNED", "Breached", "BREACHED", "Reckoned", "RECKONED", "Ended", "ENDED",
			"Analysed", "ANALYSED"),
		field.String("account_id").Optional().MaxLen(40).Immutable().Comment("who did it; empty: the system"),
		field.String("operator_id").Optional().MaxLen(40).Immutable().Comment("the operator whom it concerns"),
		field.String("reason").Optional().MaxRuneLen(1000).Immutable(),
	}
}

// Edges of the entity.
func (DeferralStep) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("deferral", Deferral.Type).Ref("steps").Field("deferral_id").Unique().Required().Immutable(),
	}
}

// Indexes of the entity.
func (DeferralStep) Indexes() []ent.Index {
	return []ent.Index{index.Fields("deferral_id", "created_at")}
}

// Policy of the entity.
func (DeferralStep) Policy() ent.Policy { return policy.DeferralStep() }
