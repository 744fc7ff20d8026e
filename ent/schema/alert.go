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

// Alert is one time that a rule was broken, from the first moment to the last.
type Alert struct{ ent.Schema }

// Mixin of the entity.
func (Alert) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "alt"}, agencyRegion{}} }

// Fields of the entity. Agency, region and line are those of what is watched.
func (Alert) Fields() []ent.Field {
	return []ent.Field{
		field.String("rule_id").MaxLen(40).Immutable(),
		field.String("subject").NotEmpty().MaxLen(200).Immutable().Comment("id of the queue, deferral or incident, or name of the trunk"),
		field.Int("line").Optional().Nillable().Range(1, 2).Immutable(),
		field.Enum("state").NamedValues("Pending", "PENDING", "Raised", "RAISED", "Acknowledged", "ACKNOWLEDGED", "Cleared", "CLEARED").
			Comment("PENDING: broken, but not for long enough yet"),
		field.Int("value").Comment("as it was last"),
		field.Int("worst").Comment("as it was at its worst"),
		field.Time("raised_at").Optional().Nillable(),
		field.Time("acknowledged_at").Optional().Nillable(),
		field.String("acknowledged_by").Optional().MaxLen(40),
		field.String("note").Optional().MaxRuneLen(1000),
		field.Time("cleared_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Alert) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("rule", AlertRule.Type).Ref("alerts").Field("rule_id").Unique().Required().Immutable(),
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
	}
}

// Indexes of the entity: one alert of a rule on one subject at a time.
func (Alert) Indexes() []ent.Index {
	open := entsql.IndexWhere("state <> 'CLEARED'")
	return []ent.Index{
		index.Fields("rule_id", "subject").Unique().Annotations(open).StorageKey("alert_open"),
		index.Fields("rule_id", "subject", "raised_at"),
		index.Fields("raised_at"),
	}
}

// Annotations of the entity.
func (Alert) Annotations() []schema.Annotation { return connection("alerts") }

// Policy of the entity.
func (Alert) Policy() ent.Policy { return policy.Alert() }
