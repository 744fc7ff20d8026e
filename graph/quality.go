package graph

import (
	"context"
	"strings"

	"entgo.io/contrib/entgql"

	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/knowledge/improve"
)

// The base's words for states and verdicts are the contract's in lower case.
func lowered[T ~string](word T) string { return strings.ToLower(string(word)) }

func raised[T, W ~string](word W) T { return T(strings.ToUpper(string(word))) }

// mapped shows each of a list.
func mapped[T, M any](ctx context.Context, in []T, show func(context.Context, T) (*M, error)) ([]*M, error) {
	out := make([]*M, len(in))
	for i, one := range in {
		var err error
		if out[i], err = show(ctx, one); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func tallyOf(t improve.Tally) *model.RecordVersionTally {
	return &model.RecordVersionTally{
		VersionID: t.VersionID, RecordID: t.RecordID, Helpful: t.Helpful, Unhelpful: t.Unhelpful, Useful: t.Useful, Wrong: t.Wrong,
		Outdated: t.Outdated, Badness: t.Badness,
	}
}

// versionFeedback shows what was said of a version. Only staff writes comments.
func (r *Resolver) versionFeedback(ctx context.Context, t improve.Tally, words []improve.Word) (*model.RecordVersionFeedback, error) {
	comments, err := mapped(ctx, words, func(ctx context.Context, w improve.Word) (*model.RecordComment, error) {
		author, err := r.operator(ctx, w.Author)
		return &model.RecordComment{Author: author, Verdict: raised[model.RecordVerdict](w.Verdict), Text: w.Comment, GivenAt: w.GivenAt}, err
	})
	return &model.RecordVersionFeedback{Tally: tallyOf(t), Comments: comments}, err
}

func (r *Resolver) gapQuery(ctx context.Context, f model.GapFilter, first int) (improve.GapQuery, error) {
	q := improve.GapQuery{
		State: improve.GapState(lowered(value(f.State))), From: value(f.AskedFrom), To: value(f.AskedTo), Topic: value(f.Topic), First: first,
	}
	var err error
	if q.Agency, err = r.agencyCode(ctx, f.AgencyID); err != nil {
		return q, err
	}
	q.Region, err = r.regionCode(ctx, f.RegionID)
	return q, err
}

func (r *Resolver) gap(ctx context.Context, g improve.Gap) (*model.Gap, error) {
	shown := &model.Gap{
		ID: g.ID, State: raised[model.GapState](g.State), Question: g.Question, Examples: listOf(g.Examples), Citizens: g.Citizens,
		Questions: g.Questions, LowRated: g.LowRated, Topic: optional.Text(g.Topic), LastAt: g.LastAt, RecordID: optional.Text(g.RecordID),
		Reason: optional.Text(g.Reason),
	}
	var err error
	if shown.Agency, err = r.reference.agency(ctx, g.Agency); err != nil {
		return nil, err
	}
	shown.Region, err = r.reference.region(ctx, g.Region)
	return shown, err
}

func (r *Resolver) gapPayload(ctx context.Context) func(improve.Gap, error) (*model.GapPayload, error) {
	return func(g improve.Gap, err error) (*model.GapPayload, error) {
		if err != nil {
			errs, err := userErrors(err)
			return &model.GapPayload{UserErrors: errs}, err
		}
		shown, err := r.gap(ctx, g)
		return &model.GapPayload{Gap: shown, UserErrors: []*model.UserError{}}, err
	}
}

func (r *Resolver) proposal(ctx context.Context, p improve.Proposal) (*model.Proposal, error) {
	steps, err := mapped(ctx, p.Steps, func(ctx context.Context, s improve.ProposalStep) (*model.ProposalStep, error) {
		by, err := r.operator(ctx, s.By)
		return &model.ProposalStep{State: raised[model.ProposalState](s.State), By: by, Reason: optional.Text(s.Reason), At: s.At}, err
	})
	if err != nil {
		return nil, err
	}
	shown := &model.Proposal{
		ID: p.ID, State: raised[model.ProposalState](p.State), VersionID: optional.Text(p.VersionID), RecordID: optional.Text(p.RecordID),
		InteractionID: p.InteractionID, Question: p.Question, Answer: p.Answer, Comment: optional.Text(p.Comment), Steps: steps,
		CreatedAt: p.CreatedAt,
	}
	if shown.Author, err = r.operator(ctx, p.Author); err != nil {
		return nil, err
	}
	if shown.Agency, err = r.reference.agency(ctx, p.Agency); err != nil {
		return nil, err
	}
	shown.Region, err = r.reference.region(ctx, p.Region)
	return shown, err
}

func (r *Resolver) proposalPayload(ctx context.Context) func(improve.Proposal, error) (*model.ProposalPayload, error) {
	return func(p improve.Proposal, err error) (*model.ProposalPayload, error) {
		if err != nil {
			errs, err := userErrors(err)
			return &model.ProposalPayload{UserErrors: errs}, err
		}
		shown, err := r.proposal(ctx, p)
		return &model.ProposalPayload{Proposal: shown, UserErrors: []*model.UserError{}}, err
	}
}

// proposalPage lists proposals; their ids are the cursors.
func (r *Resolver) proposalPage(ctx context.Context, after *entgql.Cursor[string], first int, state *model.ProposalState) (*model.ProposalConnection, error) {
	page, err := r.Quality.Proposals(ctx, improve.ProposalQuery{
		State: improve.ProposalState(lowered(value(state))), After: value(after).ID, First: max(first, 1),
	})
	if err != nil {
		return nil, err
	}
	if first == 0 {
		page.Proposals = nil
	}
	list := &model.ProposalConnection{Edges: make([]*model.ProposalEdge, len(page.Proposals)), TotalCount: page.Total}
	for i, p := range page.Proposals {
		shown, err := r.proposal(ctx, p)
		if err != nil {
			return nil, err
		}
		list.Edges[i] = &model.ProposalEdge{Node: shown, Cursor: entgql.Cursor[string]{ID: p.ID}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.ProposalEdge) *entgql.Cursor[string] { return &e.Cursor }, after, page.Next != "")
	return list, nil
}
