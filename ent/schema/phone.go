package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// Phone is a SIP account of an operator: any number of devices may register with it. The password is not kept, only what
// digest needs of it (RFC 8760).
type Phone struct{ ent.Schema }

// Mixin of the entity.
func (Phone) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "phn"}} }

// Fields of the entity.
func (Phone) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").MaxLen(40).Immutable(),
		field.String("username").NotEmpty().MaxLen(64).Unique().Immutable().Comment("lower case"),
		field.String("realm").NotEmpty().MaxLen(100).Comment("that the hashes were made for"),
		field.String("ha1_md5").MaxLen(32).Sensitive(),
		field.String("ha1_sha256").MaxLen(64).Sensitive(),
		field.Bool("active").Default(true),
		field.Time("secret_set_at").Default(now),
	}
}

// Edges of the entity.
func (Phone) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.From("bindings", PhoneBinding.Type).Ref("phone").Annotations(resolved()),
	}
}

// Indexes of the entity.
func (Phone) Indexes() []ent.Index { return []ent.Index{index.Fields("account_id")} }

// Annotations of the entity.
func (Phone) Annotations() []schema.Annotation { return connection("phones") }

// Policy of the entity.
func (Phone) Policy() ent.Policy { return policy.Phone() }
