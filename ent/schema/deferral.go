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

// Deferral is an enquiry that could not be answered at once: a named operator of line 2 answers it within a term of working time.
// While it waits its interaction is DEFERRED.
type Deferral struct{ ent.Schema }

// Mixin of the entity.
func (Deferral) Mixin() []ent.Mixin { return []ent.Mixin{identity{prefix: "dfr"}, agencyRegion{}} }

// Fields of the entity. Agency and region are the interaction's when it was deferred.
func (Deferral) Fields() []ent.Field {
	return []ent.Field{
		field.String("interaction_id").MaxLen(40).Immutable(),
		field.String("question").NotEmpty().MaxRuneLen(2000).Immutable().Comment("what is to be answered, in the words of who deferred it"),
		field.String("deferred_by").MaxLen(40).Immutable().Comment("an account"),
		field.Enum("state").NamedValues("Open", "OPEN", "Answered", "ANSWERED", "Unanswered", "UNANSWERED").Default("OPEN"),
		field.Int("priority").Default(50).Range(-100, 100),
		field.String("operator_id").Optional().MaxLen(40).Comment("the operator who is named"),
		field.String("named_by").Optional().MaxLen(40),
		field.Time("named_at").Optional().Nillable(),
		field.String("time_zone").NotEmpty().MaxLen(60).Immutable().Comment("the citizen's, IANA name"),
		field.String("term_stamp").NotEmpty().MaxLen(64).Comment("of the rule and the calendar that the times were reckoned by"),
		field.Time("warn_at"),
		field.Time("due_at").Annotations(entgql.OrderField("DUE_AT")),
		field.Time("warned_at").Optional().Nillable(),
		field.Time("breached_at").Optional().Nillable(),
		field.String("answered_by").Optional().MaxLen(40),
		field.Time("ended_at").Optional().Nillable().Comment("when it was answered, or ended otherwise"),
		field.Enum("analysis").NamedValues("None", "NONE", "Pending", "PENDING", "Done", "DONE").Default("NONE"),
		field.Enum("finding").Optional().Nillable().NamedValues("Gap", "GAP", "Record", "RECORD", "Nothing", "NOTHING"),
		field.String("record_id").Optional().MaxLen(400).Comment("the record that the analysis led to"),
		field.String("conclusion").Optional().MaxRuneLen(2000),
		field.String("analysed_by").Optional().MaxLen(40),
		field.Time("analysed_at").Optional().Nillable(),
	}
}

// Edges of the entity.
func (Deferral) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("interaction", Interaction.Type).Field("interaction_id").Unique().Required().Immutable().Annotations(resolved()),
		edge.To("agency", Agency.Type).Field("agency_id").Unique(),
		edge.To("region", Region.Type).Field("region_id").Unique(),
		edge.To("steps", DeferralStep.Type).Annotations(resolved()),
	}
}

// Indexes of the entity.
func (Deferral) Indexes() []ent.Index {
	open := entsql.IndexWhere("state = 'OPEN'")
	return []ent.Index{
		index.Fields("interaction_id").Unique().Annotations(open).StorageKey("deferral_open"),
		index.Fields("due_at").Annotations(open),
		index.Fields("operator_id").Annotations(open),
		index.Fields("interaction_id"),
		index.Fields("created_at"),
		index.Fields("ended_at").Annotations(entsql.IndexWhere("analysis = 'PENDING'")).StorageKey("deferral_to_analyse"),
	}
}

// Annotations of the entity.
func (Deferral) Annotations() []schema.Annotation { return connection("deferrals") }

// Policy of the entity.
func (Deferral) Policy() ent.Policy { return policy.Deferral() }
