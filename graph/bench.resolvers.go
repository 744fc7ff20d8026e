package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/graph/model"
	"ekc/knowledge/improve"
)

// BenchCases is the resolver for the benchCases field.
func (r *queryResolver) BenchCases(ctx context.Context, agencyID *string, recordID *string, after *entgql.Cursor[string], first *int) (*model.BenchCaseConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	return r.benchPage(ctx, agencyID, recordID, after, *first)
}

// BenchRun is the resolver for the benchRun field.
func (r *queryResolver) BenchRun(ctx context.Context, agencyID *string, versionID *string, most *int) (*model.BenchReport, error) {
	report, err := r.Quality.RunBench(ctx, value(agencyID), improve.BenchRun{VersionID: value(versionID), Most: value(most)})
	if err != nil {
		return nil, err
	}
	return r.benchReport(ctx, report)
}

// BenchCaseKeep is the resolver for the benchCaseKeep field.
func (r *mutationResolver) BenchCaseKeep(ctx context.Context, input model.BenchCaseKeepInput) (*model.BenchCasePayload, error) {
	return r.benchPayload(ctx)(r.Quality.KeepCase(ctx, value(input.AgencyID), value(input.RegionID), improve.BenchCase{
		Query: input.Query, RecordID: value(input.RecordID),
	}))
}

// BenchCaseRemove is the resolver for the benchCaseRemove field.
func (r *mutationResolver) BenchCaseRemove(ctx context.Context, input model.BenchCaseInput) (*model.BenchCasePayload, error) {
	return r.benchPayload(ctx)(r.Quality.RemoveCase(ctx, input.CaseID))
}

// BenchCasesCollect is the resolver for the benchCasesCollect field.
func (r *mutationResolver) BenchCasesCollect(ctx context.Context, input model.BenchCasesCollectInput) (*model.BenchCasesCollectPayload, error) {
	made, err := r.Quality.CollectCases(ctx, improve.CaseSource(lowered(input.From)), value(input.AgencyID), input.Most)
	if err != nil {
		errs, err := userErrors(err)
		return &model.BenchCasesCollectPayload{UserErrors: errs}, err
	}
	return &model.BenchCasesCollectPayload{Made: &made, UserErrors: []*model.UserError{}}, nil
}
