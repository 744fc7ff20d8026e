package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ProposalStep is one decision on a proposal, as stored.
type ProposalStep struct {
	State  string    `json:"state"`
	By     string    `json:"by"`
	Reason string    `json:"reason,omitempty"`
	At     time.Time `json:"at"`
}

// Proposal is what an operator would have written or changed in the base, from inside an enquiry.
type Proposal struct{ ent.Schema }

// Fields of a proposal.
func (Proposal) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").MaxLen(40).Immutable(),
		field.String("version_id").MaxLen(40).Default("").Immutable().Comment("the version to change; empty: a new record"),
		field.String("record_id").MaxLen(400).Default("").Comment("the record to change, or the one that was drafted from it"),
		field.Text("question").Immutable(),
		field.Text("answer").Immutable(),
		field.Text("comment").Default("").Immutable(),
		field.String("agency").MaxLen(20).Default("").Immutable(),
		field.String("region").MaxLen(10).Default("").Immutable(),
		field.String("interaction_id").MaxLen(40).Default("").Immutable(),
		field.String("author_id").MaxLen(40).Immutable().Comment("account"),
		field.Enum("state").Values("proposed", "accepted", "refused", "drafted", "declined", "withdrawn").Default("proposed"),
		field.JSON("steps", []ProposalStep{}).Default([]ProposalStep{}),
		field.Time("created_at").Default(time.Now).Immutable(),
		field.Time("updated_at").Default(time.Now),
	}
}

// Indexes of proposals.
func (Proposal) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("state", "agency"),
		index.Fields("author_id"),
		index.Fields("interaction_id"),
	}
}
