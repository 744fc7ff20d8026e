package quality

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/internal/fail"
	"ekc/knowledge/improve"
)

// NewProposal is what an operator proposes from inside an interaction.
type NewProposal struct {
	// InteractionID is an interaction that the viewer works in or has worked in.
	InteractionID string
	// VersionID is the version to change; empty: a new record.
	VersionID                 string
	Question, Answer, Comment string
}

// Propose keeps the viewer's proposal. One for a new record is of the interaction's agency and region.
func (s *Service) Propose(ctx context.Context, n NewProposal) (improve.Proposal, error) {
	if err := access.Check(ctx, access.Propose, access.Anywhere); err != nil {
		return improve.Proposal{}, err
	}
	// Read as the viewer: an interaction that they do not see is none.
	i, err := s.o.Client.Interaction.Get(ctx, n.InteractionID)
	if err != nil {
		if ent.IsNotFound(err) {
			err = fail.Field("interactionId", fail.NotFound, "no such interaction")
		}
		return improve.Proposal{}, err
	}
	segment, err := s.codes(ctx, i.AgencyID, i.RegionID)
	if err != nil {
		return improve.Proposal{}, err
	}
	p, err := s.o.Base.Propose(ctx, improve.NewProposal{
		Author: viewer.From(ctx).AccountID, VersionID: n.VersionID, InteractionID: i.ID, Question: n.Question, Answer: n.Answer,
		Comment: n.Comment, Agency: segment.Agency, Region: segment.Region,
	})
	if err != nil {
		return improve.Proposal{}, err
	}
	return p, s.audit(ctx, "proposal.proposed", p.ID, map[string]string{"interaction": i.ID})
}

// deciders are the actions that the decisions on proposals need.
var deciders = map[improve.ProposalState]access.Action{
	improve.Accepted: access.ReviewProposal, improve.Refused: access.ReviewProposal,
	improve.Drafted: access.DraftProposal, improve.Declined: access.DraftProposal,
}

// Move decides on a proposal: a supervisor of its segment accepts or refuses it, a content manager drafts or declines it, its
// author withdraws it.
func (s *Service) Move(ctx context.Context, id string, to improve.ProposalState, reason string) (improve.Proposal, error) {
	if viewer.From(ctx).Kind != viewer.Account {
		return improve.Proposal{}, access.Check(ctx, access.ReviewProposal, access.Anywhere)
	}
	p, err := s.Proposal(ctx, id)
	if err != nil {
		return improve.Proposal{}, err
	}
	segment := improve.Segment{Agency: p.Agency, Region: p.Region}
	if action, ok := deciders[to]; ok {
		if err := s.check(ctx, action, segment); err != nil {
			// The viewer sees the proposal: they are its author, or have another part in it.
			return improve.Proposal{}, fail.New(fail.Forbidden, "you may not do this")
		}
	}
	if to == improve.Drafted {
		scope, err := s.scope(ctx, segment)
		if err != nil {
			return improve.Proposal{}, err
		}
		if err := inside(ctx, access.DraftProposal, scope); err != nil {
			return improve.Proposal{}, err
		}
	}
	p, err = s.o.Base.MoveProposal(ctx, improve.ProposalMove{ID: id, Actor: viewer.From(ctx).AccountID, To: to, Reason: reason})
	if err != nil {
		return improve.Proposal{}, err
	}
	return p, s.audit(ctx, "proposal."+string(to), p.ID, map[string]string{"record": p.RecordID})
}

// Proposal gives one that the viewer may see: their own, or one of a segment in which they decide; else it is NOT_FOUND.
func (s *Service) Proposal(ctx context.Context, id string) (improve.Proposal, error) {
	hidden := fail.Field("proposalId", fail.NotFound, "no such proposal")
	if viewer.From(ctx).Kind != viewer.Account {
		return improve.Proposal{}, hidden
	}
	p, err := s.o.Base.Proposal(ctx, id)
	if err != nil {
		return improve.Proposal{}, err
	}
	if p.Author == viewer.From(ctx).AccountID {
		return p, nil
	}
	segment := improve.Segment{Agency: p.Agency, Region: p.Region}
	if s.check(ctx, access.ReviewProposal, segment) != nil && s.check(ctx, access.DraftProposal, segment) != nil {
		return improve.Proposal{}, hidden
	}
	return p, nil
}

// Proposals lists those that the viewer may see, newest first.
func (s *Service) Proposals(ctx context.Context, q improve.ProposalQuery) (improve.ProposalPage, error) {
	if err := access.Check(ctx, access.SearchBase, access.Anywhere); err != nil {
		return improve.ProposalPage{}, err
	}
	q.Bounded, q.OrAuthor = true, viewer.From(ctx).AccountID
	for _, action := range []access.Action{access.ReviewProposal, access.DraftProposal} {
		bounded, within, err := s.reach(ctx, action)
		switch {
		case err == nil && !bounded:
			q.Bounded = false
		case err == nil:
			q.Within = append(q.Within, within...)
		case fail.CodeOf(err) != fail.Forbidden && fail.CodeOf(err) != fail.NotFound:
			return improve.ProposalPage{}, err
		}
	}
	return s.o.Base.Proposals(ctx, q)
}
