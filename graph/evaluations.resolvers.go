package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/ent/evaluationrule"
	"ekc/ent/interaction"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/supervision"
	"ekc/supervision/scorecard"
)

// EvaluationForms is the resolver for the evaluationForms field.
func (r *queryResolver) EvaluationForms(ctx context.Context, includeInactive bool) ([]*ent.EvaluationForm, error) {
	return r.evaluationForms(ctx, includeInactive)
}

// Evaluations is the resolver for the evaluations field.
func (r *queryResolver) Evaluations(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.EvaluationFilter) (*ent.EvaluationConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayReadEvaluations(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Evaluation.Query().Where(r.evaluationsLike(value(filter))...).
		Paginate(ctx, after, first, before, last, ent.WithEvaluationOrder(newestEvaluations))
}

// EvaluationRules is the resolver for the evaluationRules field.
func (r *queryResolver) EvaluationRules(ctx context.Context) ([]*ent.EvaluationRule, error) {
	return r.evaluationRules(ctx)
}

// EvaluationResults is the resolver for the evaluationResults field.
func (r *queryResolver) EvaluationResults(ctx context.Context, filter model.EvaluationResultFilter) ([]*supervision.Result, error) {
	rows, err := r.Supervision.Results(ctx, supervision.ResultsOf{
		From: filter.From, To: filter.To, By: filter.By, OperatorID: value(filter.OperatorID), FormID: value(filter.FormID),
	})
	return pointers(rows), err
}

// EvaluationFormCreate is the resolver for the evaluationFormCreate field.
func (r *mutationResolver) EvaluationFormCreate(ctx context.Context, input model.EvaluationFormCreateInput) (*model.EvaluationFormPayload, error) {
	return evaluationFormPayload(r.Supervision.MakeForm(ctx, supervision.NewForm{
		Name: input.Name, AgencyID: value(input.AgencyID), RegionID: value(input.RegionID), FormContent: formContentOf(input.Content),
	}))
}

// EvaluationFormRevise is the resolver for the evaluationFormRevise field.
func (r *mutationResolver) EvaluationFormRevise(ctx context.Context, input model.EvaluationFormReviseInput) (*model.EvaluationFormPayload, error) {
	return evaluationFormPayload(r.Supervision.ReviseForm(ctx, input.FormID, input.Version, formContentOf(input.Content)))
}

// EvaluationFormUpdate is the resolver for the evaluationFormUpdate field.
func (r *mutationResolver) EvaluationFormUpdate(ctx context.Context, input model.EvaluationFormUpdateInput) (*model.EvaluationFormPayload, error) {
	return evaluationFormPayload(r.Supervision.SetForm(ctx, input.FormID, input.Name, input.Active))
}

// EvaluationRuleCreate is the resolver for the evaluationRuleCreate field.
func (r *mutationResolver) EvaluationRuleCreate(ctx context.Context, input model.EvaluationRuleCreateInput) (*model.EvaluationRulePayload, error) {
	return evaluationRulePayload(r.Supervision.MakeDrawRule(ctx, supervision.NewDrawRule{
		FormID: input.FormID, AgencyID: value(input.AgencyID), RegionID: value(input.RegionID), Line: input.Line, QueueID: value(input.QueueID),
		Channel: (*evaluationrule.Channel)(input.Channel), Period: input.Period, DrawLimits: drawLimitsOf(input.Draw),
	}))
}

// EvaluationRuleUpdate is the resolver for the evaluationRuleUpdate field.
func (r *mutationResolver) EvaluationRuleUpdate(ctx context.Context, input model.EvaluationRuleUpdateInput) (*model.EvaluationRulePayload, error) {
	return evaluationRulePayload(r.Supervision.ChangeDrawRule(ctx, input.RuleID, drawLimitsOf(input.Draw)))
}

// EvaluationGive is the resolver for the evaluationGive field.
func (r *mutationResolver) EvaluationGive(ctx context.Context, input model.EvaluationGiveInput) (*model.EvaluationPayload, error) {
	return evaluationPayload(r.Supervision.Evaluate(ctx, supervision.Giving{
		InteractionID: input.InteractionID, OperatorID: value(input.OperatorID), FormID: input.FormID,
		Sheet: supervision.Sheet{Marks: marksOf(input.Marks), Comment: value(input.Comment)},
	}))
}

// EvaluationSkip is the resolver for the evaluationSkip field.
func (r *mutationResolver) EvaluationSkip(ctx context.Context, input model.EvaluationSkipInput) (*model.EvaluationPayload, error) {
	return evaluationPayload(r.Supervision.Skip(ctx, input.EvaluationID, input.Reason))
}

// EvaluationComment is the resolver for the evaluationComment field.
func (r *mutationResolver) EvaluationComment(ctx context.Context, input model.EvaluationCommentInput) (*model.EvaluationPayload, error) {
	return evaluationPayload(r.Supervision.CommentEvaluation(ctx, input.EvaluationID, input.Text))
}

// EvaluationContest is the resolver for the evaluationContest field.
func (r *mutationResolver) EvaluationContest(ctx context.Context, input model.EvaluationContestInput) (*model.EvaluationPayload, error) {
	return evaluationPayload(r.Supervision.Contest(ctx, input.EvaluationID, input.Reason))
}

// EvaluationDecide is the resolver for the evaluationDecide field.
func (r *mutationResolver) EvaluationDecide(ctx context.Context, input model.EvaluationDecideInput) (*model.EvaluationPayload, error) {
	return evaluationPayload(r.Supervision.DecideContest(ctx, supervision.Verdict{
		EvaluationID: input.EvaluationID, State: input.Verdict, Marks: marksOf(input.Marks), Reason: input.Reason,
	}))
}

// Current is the resolver for the current field.
func (r *evaluationFormResolver) Current(ctx context.Context, obj *ent.EvaluationForm) (*ent.EvaluationFormVersion, error) {
	return r.Supervision.FormInForce(ctx, obj)
}

// Versions is the resolver for the versions field.
func (r *evaluationFormResolver) Versions(ctx context.Context, obj *ent.EvaluationForm) ([]*ent.EvaluationFormVersion, error) {
	return r.evaluationFormVersions(ctx, obj)
}

// Sections is the resolver for the sections field.
func (r *evaluationFormVersionResolver) Sections(_ context.Context, obj *ent.EvaluationFormVersion) ([]*scorecard.Section, error) {
	return pointers(obj.Content.Sections), nil
}

// Channel is the resolver for the channel field.
func (r *evaluationRuleResolver) Channel(_ context.Context, obj *ent.EvaluationRule) (*interaction.Channel, error) {
	return (*interaction.Channel)(obj.Channel), nil
}

// Overdue is the resolver for the overdue field.
func (r *evaluationResolver) Overdue(_ context.Context, obj *ent.Evaluation) (bool, error) {
	return r.Supervision.Overdue(obj), nil
}

// Interaction is the resolver for the interaction field.
func (r *evaluationResolver) Interaction(ctx context.Context, obj *ent.Evaluation) (*ent.Interaction, error) {
	return r.interaction(ctx, obj.InteractionID)
}

// Operator is the resolver for the operator field.
func (r *evaluationResolver) Operator(ctx context.Context, obj *ent.Evaluation) (*model.Operator, error) {
	return r.operator(ctx, obj.OperatorID)
}

// Evaluator is the resolver for the evaluator field.
func (r *evaluationResolver) Evaluator(ctx context.Context, obj *ent.Evaluation) (*model.Operator, error) {
	return r.operator(ctx, obj.EvaluatorID)
}

// Form is the resolver for the form field.
func (r *evaluationResolver) Form(ctx context.Context, obj *ent.Evaluation) (*ent.EvaluationFormVersion, error) {
	return r.evaluationVersion(ctx, obj)
}

// RuleID is the resolver for the ruleId field.
func (r *evaluationResolver) RuleID(_ context.Context, obj *ent.Evaluation) (*string, error) {
	return optional.Text(obj.RuleID), nil
}

// CalibrationID is the resolver for the calibrationId field.
func (r *evaluationResolver) CalibrationID(_ context.Context, obj *ent.Evaluation) (*string, error) {
	return optional.Text(obj.CalibrationID), nil
}

// Marks is the resolver for the marks field.
func (r *evaluationResolver) Marks(_ context.Context, obj *ent.Evaluation) ([]*scorecard.Mark, error) {
	return pointers(obj.Marks), nil
}

// SectionScores is the resolver for the sectionScores field.
func (r *evaluationResolver) SectionScores(ctx context.Context, obj *ent.Evaluation) ([]*float64, error) {
	score, err := r.evaluationScore(ctx, obj)
	return append([]*float64{}, score.Sections...), err
}

// Violations is the resolver for the violations field.
func (r *evaluationResolver) Violations(ctx context.Context, obj *ent.Evaluation) ([]string, error) {
	score, err := r.evaluationScore(ctx, obj)
	return append([]string{}, score.Violations...), err
}

// Comment is the resolver for the comment field.
func (r *evaluationResolver) Comment(_ context.Context, obj *ent.Evaluation) (*string, error) {
	return optional.Text(obj.Comment), nil
}

// ContestReason is the resolver for the contestReason field.
func (r *evaluationResolver) ContestReason(_ context.Context, obj *ent.Evaluation) (*string, error) {
	return optional.Text(obj.ContestReason), nil
}

// DecidedBy is the resolver for the decidedBy field.
func (r *evaluationResolver) DecidedBy(ctx context.Context, obj *ent.Evaluation) (*model.Operator, error) {
	return r.operator(ctx, obj.DecidedBy)
}

// Decision is the resolver for the decision field.
func (r *evaluationResolver) Decision(_ context.Context, obj *ent.Evaluation) (*string, error) {
	return optional.Text(obj.Decision), nil
}

// Steps is the resolver for the steps field.
func (r *evaluationResolver) Steps(ctx context.Context, obj *ent.Evaluation) ([]*ent.EvaluationStep, error) {
	return r.evaluationSteps(ctx, obj)
}

// Account is the resolver for the account field.
func (r *evaluationStepResolver) Account(ctx context.Context, obj *ent.EvaluationStep) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Text is the resolver for the text field.
func (r *evaluationStepResolver) Text(_ context.Context, obj *ent.EvaluationStep) (*string, error) {
	return optional.Text(obj.Text), nil
}

// Operator is the resolver for the operator field.
func (r *evaluationResultResolver) Operator(ctx context.Context, obj *supervision.Result) (*model.Operator, error) {
	return r.operator(ctx, obj.OperatorID)
}
