package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/knowledge/improve"
)

func (r *Resolver) benchCase(ctx context.Context, c improve.BenchCase) (*model.BenchCase, error) {
	agency, region, err := r.segmentShown(ctx, c.Agency, c.Region)
	if err != nil {
		return nil, err
	}
	by, err := r.operator(ctx, c.CreatedBy)
	return &model.BenchCase{
		ID: c.ID, Query: c.Query, Agency: agency, Region: region, RecordID: optional.Text(c.RecordID), Source: raised[model.BenchCaseSource](c.Source),
		CreatedBy: by, CreatedAt: c.CreatedAt,
	}, err
}

func (r *Resolver) benchPayload(ctx context.Context) func(improve.BenchCase, error) (*model.BenchCasePayload, error) {
	return func(c improve.BenchCase, err error) (*model.BenchCasePayload, error) {
		if err != nil {
			errs, err := userErrors(err)
			return &model.BenchCasePayload{UserErrors: errs}, err
		}
		shown, err := r.benchCase(ctx, c)
		return &model.BenchCasePayload{BenchCase: shown, UserErrors: []*model.UserError{}}, err
	}
}

// benchPage lists cases; their ids are the cursors.
func (r *Resolver) benchPage(ctx context.Context, agencyID, recordID *string, after *entgql.Cursor[string], first int) (*model.BenchCaseConnection, error) {
	page, err := r.Quality.Cases(ctx, value(agencyID), improve.CaseQuery{RecordID: value(recordID), After: value(after).ID, First: max(first, 1)})
	if err != nil {
		return nil, err
	}
	cases, _ := cut(page.Cases, first)
	list := &model.BenchCaseConnection{Edges: make([]*model.BenchCaseEdge, len(cases)), TotalCount: page.Total}
	for i, c := range cases {
		shown, err := r.benchCase(ctx, c)
		if err != nil {
			return nil, err
		}
		list.Edges[i] = &model.BenchCaseEdge{Node: shown, Cursor: entgql.Cursor[string]{ID: c.ID}}
	}
	list.PageInfo = pageInfo(list.Edges, func(e *model.BenchCaseEdge) *entgql.Cursor[string] { return &e.Cursor }, after, page.Next != "")
	return list, nil
}

func benchOutcome(o improve.Outcome) *model.BenchOutcome {
	shown := &model.BenchOutcome{
		Decision: o.Decision, FirstID: optional.Text(o.FirstID), Probability: o.Probability, Chance: o.Chance, Right: o.Right, Harmful: o.Harmful,
	}
	if o.Rank > 0 {
		shown.Rank = &o.Rank
	}
	return shown
}

func (r *Resolver) benchReport(ctx context.Context, b improve.BenchReport) (*model.BenchReport, error) {
	results, err := mapped(ctx, b.Results, func(ctx context.Context, one improve.BenchResult) (*model.BenchResult, error) {
		shown, err := r.benchCase(ctx, one.Case)
		return &model.BenchResult{
			Case: shown, Now: benchOutcome(one.Now), Then: benchOutcome(one.Then), Change: raised[model.BenchChange](one.Change),
		}, err
	})
	return &model.BenchReport{
		Total: b.Total, Run: b.Run, RightNow: b.RightNow, RightThen: b.RightThen, HarmfulNow: b.HarmfulNow, HarmfulThen: b.HarmfulThen,
		AnsweredNow: b.AnsweredNow, AnsweredThen: b.AnsweredThen, Broken: b.Broken, Weakened: b.Weakened, Improved: b.Improved,
		Mended: b.Mended, Results: results,
	}, err
}
