package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"ekc/access/policy"
)

// Queue holds the interactions of one channel and line that wait for an operator.
type Queue struct{ ent.Schema }

// Mixin of the entity.
func (Queue) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "que"}, agencyRegion{}} }

// Fields of the entity.
func (Queue) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(60).Unique().Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.Enum("channel").Immutable().NamedValues("Voice", "VOICE", "Chat", "CHAT"),
		field.Int("line").Range(1, 2),
		field.Bool("active").Default(true),
		field.Int("priority").Default(0).Range(-100, 100),
		field.Int("offer_seconds").Default(20).Range(3, 300).Comment("an offer expires after so many seconds"),
		field.Int("wrap_up_seconds").Default(60).Range(0, 3600).Comment("longest wrap-up"),
		field.Int("service_level_seconds").Default(20).Range(1, 3600),
		field.Int("relax_seconds").Default(30).Range(0, 3600).Comment("wait after which the next relaxation step applies"),
		field.Int("overflow_seconds").Default(0).Range(0, 86400).Comment("0: never overflows"),
		field.String("overflow_queue_id").Optional().MaxLen(40),
		field.String("business_hours_id").Optional().MaxLen(40),
		field.String("site_id").Optional().MaxLen(40).Immutable().Comment("whose people work in it: open only when the site is ready"),
	}
}

// Edges of the entity.
func (Queue) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("overflow_sources", Queue.Type).From("overflow_queue").Field("overflow_queue_id").Unique(),
		edge.To("business_hours", BusinessHours.Type).Field("business_hours_id").Unique(),
		edge.To("required_skills", Skill.Type),
		edge.To("required_courses", Course.Type).Annotations(resolved()),
		edge.To("site", Site.Type).Field("site_id").Unique().Immutable(),
		edge.From("members", QueueMember.Type).Ref("queue").Annotations(resolved()),
	}
}

// Annotations of the entity.
func (Queue) Annotations() []schema.Annotation { return connection("queues") }

// Policy of the entity.
func (Queue) Policy() ent.Policy { return policy.Queue() }
