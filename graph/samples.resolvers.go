package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/assistant/quality"
	"ekc/ent"
	"ekc/graph/model"
)

// AnswerSamples is the resolver for the answerSamples field.
func (r *queryResolver) AnswerSamples(ctx context.Context, first *int) ([]*ent.AnswerSample, error) {
	n, err := few(first, someChildren)
	if err != nil {
		return nil, err
	}
	return r.Quality.Samples(ctx, n)
}

// SampledAnswers is the resolver for the sampledAnswers field.
func (r *queryResolver) SampledAnswers(ctx context.Context, sampleID string, pending *bool, after *entgql.Cursor[string], first *int) (*model.SampledAnswerConnection, error) {
	first, _, err := pageOf(after, nil, first, nil, 50)
	if err != nil {
		return nil, err
	}
	return r.samplePage(ctx, sampleID, value(pending), after, *first)
}

// AnswerSampleDraw is the resolver for the answerSampleDraw field.
func (r *mutationResolver) AnswerSampleDraw(ctx context.Context, input model.AnswerSampleDrawInput) (*model.AnswerSamplePayload, error) {
	sample, err := r.Quality.DrawSample(ctx, quality.SampleDraw{
		Period: quality.Period{From: input.From, To: value(input.To)}, Size: input.Size, Seed: value(input.Seed),
		AgencyID: value(input.AgencyID), RegionID: value(input.RegionID),
	})
	errs, err := userErrors(err)
	return &model.AnswerSamplePayload{AnswerSample: sample, UserErrors: errs}, err
}

// AnswerJudge is the resolver for the answerJudge field.
func (r *mutationResolver) AnswerJudge(ctx context.Context, input model.AnswerJudgeInput) (*model.SampledAnswerPayload, error) {
	judged, err := r.Quality.Judge(ctx, quality.Judgement{ReviewID: input.ReviewID, Verdict: input.Verdict, Note: value(input.Note)})
	if err != nil {
		errs, err := userErrors(err)
		return &model.SampledAnswerPayload{UserErrors: errs}, err
	}
	shown, err := r.sampledAnswer(ctx, judged)
	return &model.SampledAnswerPayload{SampledAnswer: shown, UserErrors: []*model.UserError{}}, err
}

// Agency is the resolver for the agency field.
func (r *answerSampleResolver) Agency(ctx context.Context, obj *ent.AnswerSample) (*ent.Agency, error) {
	return r.reference.agency(ctx, obj.AgencyID)
}

// Region is the resolver for the region field.
func (r *answerSampleResolver) Region(ctx context.Context, obj *ent.AnswerSample) (*ent.Region, error) {
	return r.reference.region(ctx, obj.RegionID)
}

// DrawnBy is the resolver for the drawnBy field.
func (r *answerSampleResolver) DrawnBy(ctx context.Context, obj *ent.AnswerSample) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Precision is the resolver for the precision field.
func (r *answerSampleResolver) Precision(ctx context.Context, obj *ent.AnswerSample) (*model.AnswerPrecision, error) {
	p, err := r.Quality.SamplePrecision(ctx, obj.ID)
	return precisionShown(p), err
}
