package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
	"ekc/routing/timetable"
)

// BusinessHours is a weekly timetable with exceptions by date.
type BusinessHours struct{ ent.Schema }

// Mixin of the entity.
func (BusinessHours) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "hrs"}} }

// Fields of the entity.
func (BusinessHours) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200).Unique(),
		field.String("time_zone").NotEmpty().MaxLen(60).Comment("IANA name"),
		field.JSON("periods", []timetable.Period{}),
		field.JSON("exceptions", []timetable.Exception{}).Optional(),
	}
}

// Annotations of the entity.
func (BusinessHours) Annotations() []schema.Annotation {
	return append(connection("business_hours"), entgql.Type("BusinessHours"))
}

// Policy of the entity.
func (BusinessHours) Policy() ent.Policy { return policy.BusinessHours() }
