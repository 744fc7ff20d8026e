// Package schema is the data model of the core, one entity a file. Each entity owns one table; rights are decided in
// the domain packages and enforced once more by the policies here (default deny). It must not import a domain package.
package schema

import (
	"time"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	"ekc/internal/ids"
)

// identity gives an entity its prefixed, time-ordered string id and its time of creation.
type identity struct {
	mixin.Schema
	prefix string
}

// Fields of the mixin.
func (m identity) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable().DefaultFunc(func() string { return ids.New(m.prefix) }),
		field.Time("created_at").Immutable().Default(now),
	}
}

func now() time.Time { return time.Now().UTC() }

// agencyRegion is the segment that an entity belongs to; empty means every agency, every region.
type agencyRegion struct{ mixin.Schema }

// Fields of the mixin.
func (agencyRegion) Fields() []ent.Field {
	return []ent.Field{
		field.String("agency_id").Optional().MaxLen(40),
		field.String("region_id").Optional().MaxLen(40),
	}
}

// connection names the table and lets the entity be paged through as a Relay connection.
func connection(table string) []schema.Annotation {
	return []schema.Annotation{entsql.Table(table), entgql.RelayConnection()}
}

// resolved marks an edge whose GraphQL field of the same name is of another type: it is read by its own resolver, and not
// together with the entity.
func resolved() schema.Annotation { return entgql.Skip(entgql.SkipAll) }
