package improve

import "ekc/internal/fail"

// ProposalState is how far a proposal is.
type ProposalState string

// The states of a proposal.
const (
	// Proposed: its author's supervisor decides.
	Proposed ProposalState = "proposed"
	// Accepted by a supervisor: a content manager decides.
	Accepted ProposalState = "accepted"
	// Refused by a supervisor, Declined by a content manager, Withdrawn by its author.
	Refused   ProposalState = "refused"
	Declined  ProposalState = "declined"
	Withdrawn ProposalState = "withdrawn"
	// Drafted: a content manager has made a draft of it.
	Drafted ProposalState = "drafted"
)

// proposalMoves are all the legal ones:
//
//	stateDiagram-v2
//	  [*] --> proposed
//	  proposed --> accepted: supervisor
//	  proposed --> refused: supervisor, with a reason
//	  proposed --> withdrawn: author
//	  accepted --> drafted: content manager
//	  accepted --> declined: content manager, with a reason
//	  accepted --> withdrawn: author
var proposalMoves = map[ProposalState]map[ProposalState]bool{
	Proposed: {Accepted: true, Refused: true, Withdrawn: true},
	Accepted: {Drafted: true, Declined: true, Withdrawn: true},
}

// Next is nil when a proposal may go from a state to another: INVALID for a state that nothing goes to, CONFLICT when somebody has
// decided otherwise, and for a decision on one's own proposal FORBIDDEN.
func (p Proposal) Next(m ProposalMove) error {
	switch m.To {
	case Accepted, Refused, Declined, Drafted:
		if m.Actor == p.Author {
			return fail.New(fail.Forbidden, "nobody decides on their own proposal")
		}
	case Withdrawn:
		if m.Actor != p.Author {
			return fail.New(fail.Forbidden, "only its author withdraws a proposal")
		}
	default:
		return fail.Field("to", fail.Invalid, "is not a decision")
	}
	if !proposalMoves[p.State][m.To] {
		return fail.New(fail.Conflict, "the proposal is %s", p.State)
	}
	return nil
}
