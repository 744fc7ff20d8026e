package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// CallInvitation asks a colleague whom an operator consults to join the call, by phone or by browser. Its id is the switchboard's.
type CallInvitation struct{ ent.Schema }

// Mixin of the entity.
func (CallInvitation) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "inv"}} }

// Fields of the entity.
func (CallInvitation) Fields() []ent.Field {
	return []ent.Field{
		field.String("call_id").MaxLen(40).Immutable(),
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable().Comment("who is invited"),
		field.String("inviter_id").MaxLen(40).Immutable().Comment("the operator who consults"),
		field.Enum("state").NamedValues("Pending", "PENDING", "Joined", "JOINED", "Declined", "DECLINED", "Withdrawn", "WITHDRAWN").
			Default("PENDING"),
		field.Time("expires_at").Immutable(),
		field.Time("answered_at").Optional().Nillable().Comment("when it came to its end, however"),
	}
}

// Edges of the entity.
func (CallInvitation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("call", Call.Type).Field("call_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable().Annotations(resolved()),
	}
}

// Indexes of the entity.
func (CallInvitation) Indexes() []ent.Index {
	pending := entsql.IndexWhere("state = 'PENDING'")
	return []ent.Index{
		index.Fields("account_id").Annotations(pending),
		index.Fields("call_id", "created_at"),
		index.Fields("interaction_id"),
	}
}

// Annotations of the entity.
func (CallInvitation) Annotations() []schema.Annotation { return connection("call_invitations") }

// Policy of the entity.
func (CallInvitation) Policy() ent.Policy { return policy.CallInvitation() }
