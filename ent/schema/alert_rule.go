package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// AlertRule says when supervisors are alerted.
type AlertRule struct{ ent.Schema }

// Mixin of the entity.
func (AlertRule) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "alr"}, agencyRegion{}} }

// Fields of the entity. Agency, region, line and queue say what is watched; empty: all.
func (AlertRule) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.Enum("metric").Immutable().NamedValues("LongestWait", "LONGEST_WAIT", "Waiting", "WAITING",
			"ServiceLevel", "SERVICE_LEVEL", "Abandoned", "ABANDONED", "FreeOperators", "FREE_OPERATORS", "TrunkDown", "TRUNK_DOWN",
			"DeferralDue", "DEFERRAL_DUE", "IncidentOpen", "INCIDENT_OPEN",
			"ContestDue", "CONTEST_DUE"),
		field.Int("line").Optional().Nillable().Range(1, 2).Immutable(),
		field.String("queue_id").Optional().MaxLen(40).Immutable(),
		field.Int("threshold").NonNegative().Comment("seconds, a number or per cent, by the metric"),
		field.Int("clear_threshold").NonNegative().Comment("where it is over again"),
		field.Int("for_seconds").Default(0).Range(0, 3600).Comment("how long it must last before the alert is raised"),
		field.Int("quiet_seconds").Default(300).Range(0, 86400).Comment("how long after an alert the same one is not raised again"),
		field.Bool("active").Default(true),
		field.String("author_id").MaxLen(40).Immutable(),
	}
}

// Edges of the entity.
func (AlertRule) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("queue", Queue.Type).Field("queue_id").Unique().Immutable(),
		edge.To("alerts", Alert.Type).Annotations(resolved()),
	}
}

// Annotations of the entity.
func (AlertRule) Annotations() []schema.Annotation { return connection("alert_rules") }

// Policy of the entity.
func (AlertRule) Policy() ent.Policy { return policy.AlertRule() }
