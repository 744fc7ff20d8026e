package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/supervision"
)

// Deferrals is the resolver for the deferrals field.
func (r *queryResolver) Deferrals(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.DeferralFilter) (*ent.DeferralConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayDefer(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Deferral.Query().Where(deferralsLike(value(filter))...).
		Paginate(ctx, after, first, before, last, ent.WithDeferralOrder(firstDue))
}

// DeferralTerms is the resolver for the deferralTerms field.
func (r *queryResolver) DeferralTerms(ctx context.Context) ([]*ent.DeferralRule, error) {
	return r.Supervision.Terms(ctx)
}

// InteractionDefer is the resolver for the interactionDefer field.
func (r *mutationResolver) InteractionDefer(ctx context.Context, input model.InteractionDeferInput) (*model.DeferralPayload, error) {
	return r.deferralPayload(r.Supervision.Defer(ctx, supervision.NewDeferral{
		InteractionID: input.InteractionID, Question: input.Question, Priority: input.Priority,
	}))
}

// DeferralName is the resolver for the deferralName field.
func (r *mutationResolver) DeferralName(ctx context.Context, input model.DeferralNameInput) (*model.DeferralPayload, error) {
	return r.deferralPayload(r.Supervision.Name(ctx, supervision.Naming{
		DeferralID: input.DeferralID, OperatorID: value(input.OperatorID), Priority: input.Priority, Reason: value(input.Reason),
	}))
}

// DeferralAnswer is the resolver for the deferralAnswer field.
func (r *mutationResolver) DeferralAnswer(ctx context.Context, input model.DeferralInput) (*model.DeferralPayload, error) {
	return r.deferralPayload(r.Supervision.Answer(ctx, input.DeferralID))
}

// DeferralAnalyse is the resolver for the deferralAnalyse field.
func (r *mutationResolver) DeferralAnalyse(ctx context.Context, input model.DeferralAnalyseInput) (*model.DeferralPayload, error) {
	return r.deferralPayload(r.Supervision.Analyse(ctx, supervision.Analysis{
		DeferralID: input.DeferralID, Finding: input.Finding, RecordID: value(input.RecordID), Conclusion: value(input.Conclusion),
	}))
}

// DeferralTermSet is the resolver for the deferralTermSet field.
func (r *mutationResolver) DeferralTermSet(ctx context.Context, input model.DeferralTermSetInput) (*model.DeferralTermPayload, error) {
	term, err := r.Supervision.SetTerm(ctx, supervision.NewTerm{
		RegionID: value(input.RegionID), BusinessHoursID: value(input.BusinessHoursID), WorkMinutes: input.WorkMinutes, WarnMinutes: input.WarnMinutes,
	})
	errs, err := userErrors(err)
	return &model.DeferralTermPayload{Term: term, UserErrors: errs}, err
}

// Deferrals is the resolver for the deferrals field.
func (r *deskResolver) Deferrals(ctx context.Context, _ *model.Desk) ([]*ent.Deferral, error) {
	return r.deskDeferrals(ctx)
}

// Deferrals is the resolver for the deferrals field.
func (r *boardResolver) Deferrals(ctx context.Context, _ *model.Board) ([]*ent.Deferral, error) {
	return r.boardDeferrals(ctx)
}

// Interaction is the resolver for the interaction field.
func (r *deferralResolver) Interaction(ctx context.Context, obj *ent.Deferral) (*ent.Interaction, error) {
	return r.interaction(ctx, obj.InteractionID)
}

// Question is the resolver for the question field.
func (r *deferralResolver) Question(ctx context.Context, obj *ent.Deferral) (string, error) {
	return r.deferralQuestion(ctx, obj)
}

// DeferredBy is the resolver for the deferredBy field.
func (r *deferralResolver) DeferredBy(ctx context.Context, obj *ent.Deferral) (*model.Operator, error) {
	return r.operator(ctx, obj.DeferredBy)
}

// Operator is the resolver for the operator field.
func (r *deferralResolver) Operator(ctx context.Context, obj *ent.Deferral) (*model.Operator, error) {
	return r.operator(ctx, obj.OperatorID)
}

// NamedBy is the resolver for the namedBy field.
func (r *deferralResolver) NamedBy(ctx context.Context, obj *ent.Deferral) (*model.Operator, error) {
	return r.operator(ctx, obj.NamedBy)
}

// WorkingSecondsLeft is the resolver for the workingSecondsLeft field.
func (r *deferralResolver) WorkingSecondsLeft(ctx context.Context, obj *ent.Deferral) (int, error) {
	return r.deferralLeft(ctx, obj)
}

// AnsweredBy is the resolver for the answeredBy field.
func (r *deferralResolver) AnsweredBy(ctx context.Context, obj *ent.Deferral) (*model.Operator, error) {
	return r.operator(ctx, obj.AnsweredBy)
}

// RecordID is the resolver for the recordId field.
func (r *deferralResolver) RecordID(_ context.Context, obj *ent.Deferral) (*string, error) {
	return optional.Text(obj.RecordID), nil
}

// Conclusion is the resolver for the conclusion field.
func (r *deferralResolver) Conclusion(_ context.Context, obj *ent.Deferral) (*string, error) {
	return optional.Text(obj.Conclusion), nil
}

// AnalysedBy is the resolver for the analysedBy field.
func (r *deferralResolver) AnalysedBy(ctx context.Context, obj *ent.Deferral) (*model.Operator, error) {
	return r.operator(ctx, obj.AnalysedBy)
}

// Steps is the resolver for the steps field.
func (r *deferralResolver) Steps(ctx context.Context, obj *ent.Deferral) ([]*ent.DeferralStep, error) {
	return r.deferralSteps(ctx, obj)
}

// Account is the resolver for the account field.
func (r *deferralStepResolver) Account(ctx context.Context, obj *ent.DeferralStep) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Operator is the resolver for the operator field.
func (r *deferralStepResolver) Operator(ctx context.Context, obj *ent.DeferralStep) (*model.Operator, error) {
	return r.operator(ctx, obj.OperatorID)
}

// Reason is the resolver for the reason field.
func (r *deferralStepResolver) Reason(_ context.Context, obj *ent.DeferralStep) (*string, error) {
	return optional.Text(obj.Reason), nil
}

// Region is the resolver for the region field.
func (r *deferralTermResolver) Region(ctx context.Context, obj *ent.DeferralRule) (*ent.Region, error) {
	return r.termRegion(ctx, obj)
}
