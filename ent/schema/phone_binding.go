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

// PhoneBinding is one device that has registered with a phone's account (RFC 3261, section 10).
type PhoneBinding struct{ ent.Schema }

// Mixin of the entity.
func (PhoneBinding) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "pbd"}} }

// Fields of the entity.
func (PhoneBinding) Fields() []ent.Field {
	return []ent.Field{
		field.String("phone_id").MaxLen(40).Immutable(),
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("node_id").MaxLen(40).Comment("that holds the flow"),
		field.String("contact").NotEmpty().MaxLen(1000),
		field.String("instance").Optional().MaxLen(200).Comment("+sip.instance (RFC 5626)"),
		field.JSON("path", []string{}).Optional().Comment("RFC 3327"),
		field.String("transport").MaxLen(10),
		field.String("source").MaxLen(100).Comment("address of the device as seen"),
		field.String("local").MaxLen(100),
		field.String("call_id").MaxLen(300),
		field.Int64("cseq"),
		field.String("user_agent").Optional().MaxLen(300),
		field.Int("q").Default(1000).Range(0, 1000).Comment("preference in thousandths"),
		field.Time("updated_at"),
		field.Time("expires_at"),
	}
}

// Edges of the entity.
func (PhoneBinding) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("phone", Phone.Type).Field("phone_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of the entity.
func (PhoneBinding) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("phone_id", "contact").Unique(), index.Fields("account_id"), index.Fields("expires_at"),
	}
}

// Annotations of the entity.
func (PhoneBinding) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("phone_bindings"), entgql.Skip(entgql.SkipWhereInput)}
}

// Policy of the entity.
func (PhoneBinding) Policy() ent.Policy { return policy.PhoneBinding() }
