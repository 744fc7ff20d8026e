package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"ekc/access/policy"
)

// MenuVersion is one wording of a menu. A published one never changes; callers keep the one that they began with.
type MenuVersion struct{ ent.Schema }

// Mixin of the entity.
func (MenuVersion) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "mnv"}} }

// Fields of the entity.
func (MenuVersion) Fields() []ent.Field {
	return []ent.Field{
		field.String("menu_id").MaxLen(40).Immutable(),
		field.Int("number").Positive().Immutable().Comment("1, 2, 3 … within the menu"),
		field.Enum("state").NamedValues("Draft", "DRAFT", "Published", "PUBLISHED", "Archived", "ARCHIVED").Default("DRAFT"),
		field.JSON("document", json.RawMessage{}).Comment("a flow of telephony/ivr"),
		field.String("comment").Optional().MaxRuneLen(1000),
		field.String("author_id").Optional().MaxLen(40).Immutable().Comment("empty: shipped with EKC"),
		field.String("publisher_id").Optional().MaxLen(40),
		field.Time("published_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (MenuVersion) Edges() []ent.Edge {
	return []ent.Edge{edge.To("menu", Menu.Type).Field("menu_id").Unique().Required().Immutable()}
}

// Indexes of the entity.
func (MenuVersion) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("menu_id", "number").Unique(),
		index.Fields("menu_id").Unique().Annotations(entsql.IndexWhere("state = 'PUBLISHED'")).StorageKey("menuversion_published"),
	}
}

// Annotations of the entity.
func (MenuVersion) Annotations() []schema.Annotation { return connection("menu_versions") }

// Policy of the entity.
func (MenuVersion) Policy() ent.Policy { return policy.MenuVersion() }
