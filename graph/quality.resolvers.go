package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/assistant/quality"
	"ekc/graph/model"
	"ekc/knowledge/improve"
)

// RecordVersionFeedback is the resolver for the recordVersionFeedback field.
func (r *queryResolver) RecordVersionFeedback(ctx context.Context, versionID string) (*model.RecordVersionFeedback, error) {
	tally, words, err := r.Quality.Tally(ctx, versionID)
	if err != nil {
		return nil, err
	}
	return r.versionFeedback(ctx, tally, words)
}

// LowRatedVersions is the resolver for the lowRatedVersions field.
func (r *queryResolver) LowRatedVersions(ctx context.Context, first *int) ([]*model.RecordVersionTally, error) {
	found, err := r.Quality.LowRated(ctx, value(first))
	if err != nil {
		return nil, err
	}
	all := make([]*model.RecordVersionTally, len(found))
	for i, t := range found {
		all[i] = tallyOf(t)
	}
	return all, nil
}

// Gaps is the resolver for the gaps field.
func (r *queryResolver) Gaps(ctx context.Context, filter *model.GapFilter, first *int) ([]*model.Gap, error) {
	query, err := r.gapQuery(ctx, value(filter), value(first))
	if err != nil {
		return nil, err
	}
	found, err := r.Quality.Gaps(ctx, query)
	if err != nil {
		return nil, err
	}
	return mapped(ctx, found, r.gap)
}

// Proposals is the resolver for the proposals field.
func (r *queryResolver) Proposals(ctx context.Context, after *entgql.Cursor[string], first *int, state *model.ProposalState) (*model.ProposalConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	return r.proposalPage(ctx, after, *first, state)
}

// Proposal is the resolver for the proposal field.
func (r *queryResolver) Proposal(ctx context.Context, id string) (*model.Proposal, error) {
	p, err := r.Quality.Proposal(ctx, id)
	if err != nil {
		return nil, orMissing(err)
	}
	return r.proposal(ctx, p)
}

// RecordFeedback is the resolver for the recordFeedback field.
func (r *mutationResolver) RecordFeedback(ctx context.Context, input model.RecordFeedbackInput) (*model.RecordFeedbackPayload, error) {
	tally, err := r.Quality.Give(ctx, quality.Feedback{
		VersionID: input.VersionID, Verdict: improve.Verdict(lowered(input.Verdict)), Comment: value(input.Comment),
	})
	if err != nil {
		errs, err := userErrors(err)
		return &model.RecordFeedbackPayload{UserErrors: errs}, err
	}
	return &model.RecordFeedbackPayload{Tally: tallyOf(tally), UserErrors: []*model.UserError{}}, nil
}

// GapDraft is the resolver for the gapDraft field.
func (r *mutationResolver) GapDraft(ctx context.Context, input model.GapDraftInput) (*model.GapPayload, error) {
	return r.gapPayload(ctx)(r.Quality.DraftGap(ctx, quality.GapDraft{
		GapID: input.GapID, Question: value(input.Question), AgencyID: value(input.AgencyID), RegionID: value(input.RegionID),
	}))
}

// GapDismiss is the resolver for the gapDismiss field.
func (r *mutationResolver) GapDismiss(ctx context.Context, input model.GapDismissInput) (*model.GapPayload, error) {
	return r.gapPayload(ctx)(r.Quality.DismissGap(ctx, input.GapID, input.Reason))
}

// ProposalCreate is the resolver for the proposalCreate field.
func (r *mutationResolver) ProposalCreate(ctx context.Context, input model.ProposalCreateInput) (*model.ProposalPayload, error) {
	return r.proposalPayload(ctx)(r.Quality.Propose(ctx, quality.NewProposal{
		InteractionID: input.InteractionID, VersionID: value(input.VersionID), Question: input.Question, Answer: input.Answer,
		Comment: value(input.Comment),
	}))
}

// ProposalAccept is the resolver for the proposalAccept field.
func (r *mutationResolver) ProposalAccept(ctx context.Context, input model.ProposalInput) (*model.ProposalPayload, error) {
	return r.proposalPayload(ctx)(r.Quality.Move(ctx, input.ProposalID, improve.Accepted, ""))
}

// ProposalRefuse is the resolver for the proposalRefuse field.
func (r *mutationResolver) ProposalRefuse(ctx context.Context, input model.ProposalReasonInput) (*model.ProposalPayload, error) {
	return r.proposalPayload(ctx)(r.Quality.Move(ctx, input.ProposalID, improve.Refused, input.Reason))
}

// ProposalDraft is the resolver for the proposalDraft field.
func (r *mutationResolver) ProposalDraft(ctx context.Context, input model.ProposalInput) (*model.ProposalPayload, error) {
	return r.proposalPayload(ctx)(r.Quality.Move(ctx, input.ProposalID, improve.Drafted, ""))
}

// ProposalDecline is the resolver for the proposalDecline field.
func (r *mutationResolver) ProposalDecline(ctx context.Context, input model.ProposalReasonInput) (*model.ProposalPayload, error) {
	return r.proposalPayload(ctx)(r.Quality.Move(ctx, input.ProposalID, improve.Declined, input.Reason))
}

// ProposalWithdraw is the resolver for the proposalWithdraw field.
func (r *mutationResolver) ProposalWithdraw(ctx context.Context, input model.ProposalInput) (*model.ProposalPayload, error) {
	return r.proposalPayload(ctx)(r.Quality.Move(ctx, input.ProposalID, improve.Withdrawn, ""))
}
