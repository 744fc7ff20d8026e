package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/ent/calibration"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/supervision"
	"ekc/supervision/scorecard"
)

// Calibrations is the resolver for the calibrations field.
func (r *queryResolver) Calibrations(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, state *calibration.State) (*ent.CalibrationConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayReadCalibrations(ctx)
	}
	if err != nil {
		return nil, err
	}
	q := r.Client.Calibration.Query()
	if state != nil {
		q.Where(calibration.StateEQ(*state))
	}
	return q.Paginate(ctx, after, first, before, last, ent.WithCalibrationOrder(newestCalibrations))
}

// CalibrationBegin is the resolver for the calibrationBegin field.
func (r *mutationResolver) CalibrationBegin(ctx context.Context, input model.CalibrationBeginInput) (*model.CalibrationPayload, error) {
	return calibrationPayload(r.Supervision.BeginCalibration(ctx, supervision.NewCalibration{
		InteractionID: input.InteractionID, OperatorID: value(input.OperatorID), FormID: input.FormID, EvaluatorIDs: input.EvaluatorIds,
		DueAt: input.DueAt,
	}))
}

// CalibrationGive is the resolver for the calibrationGive field.
func (r *mutationResolver) CalibrationGive(ctx context.Context, input model.CalibrationGiveInput) (*model.CalibrationPayload, error) {
	return calibrationPayload(r.Supervision.Calibrate(ctx, input.CalibrationID,
		supervision.Sheet{Marks: marksOf(input.Marks), Comment: value(input.Comment)}))
}

// CalibrationConclude is the resolver for the calibrationConclude field.
func (r *mutationResolver) CalibrationConclude(ctx context.Context, input model.CalibrationConcludeInput) (*model.CalibrationPayload, error) {
	return calibrationPayload(r.Supervision.Conclude(ctx, input.CalibrationID, input.Conclusion))
}

// Author is the resolver for the author field.
func (r *calibrationResolver) Author(ctx context.Context, obj *ent.Calibration) (*model.Operator, error) {
	return r.operator(ctx, obj.AuthorID)
}

// Interaction is the resolver for the interaction field.
func (r *calibrationResolver) Interaction(ctx context.Context, obj *ent.Calibration) (*ent.Interaction, error) {
	return r.interaction(ctx, obj.InteractionID)
}

// Operator is the resolver for the operator field.
func (r *calibrationResolver) Operator(ctx context.Context, obj *ent.Calibration) (*model.Operator, error) {
	return r.operator(ctx, obj.OperatorID)
}

// Form is the resolver for the form field.
func (r *calibrationResolver) Form(ctx context.Context, obj *ent.Calibration) (*ent.EvaluationFormVersion, error) {
	return r.Supervision.FormVersion(ctx, obj.FormVersionID)
}

// Mine is the resolver for the mine field.
func (r *calibrationResolver) Mine(ctx context.Context, obj *ent.Calibration) (*ent.Evaluation, error) {
	return r.calibrationMine(ctx, obj)
}

// EvaluatorsNamed is the resolver for the evaluatorsNamed field.
func (r *calibrationResolver) EvaluatorsNamed(ctx context.Context, obj *ent.Calibration) (int, error) {
	named, _, err := r.Supervision.Progress(ctx, obj.ID)
	return named, err
}

// EvaluatorsDone is the resolver for the evaluatorsDone field.
func (r *calibrationResolver) EvaluatorsDone(ctx context.Context, obj *ent.Calibration) (int, error) {
	_, done, err := r.Supervision.Progress(ctx, obj.ID)
	return done, err
}

// Evaluations is the resolver for the evaluations field.
func (r *calibrationResolver) Evaluations(ctx context.Context, obj *ent.Calibration) ([]*ent.Evaluation, error) {
	return r.calibrationEvaluations(ctx, obj)
}

// Comparison is the resolver for the comparison field.
func (r *calibrationResolver) Comparison(ctx context.Context, obj *ent.Calibration) (*scorecard.Comparison, error) {
	return r.Supervision.Comparison(ctx, obj)
}

// Conclusion is the resolver for the conclusion field.
func (r *calibrationResolver) Conclusion(_ context.Context, obj *ent.Calibration) (*string, error) {
	return optional.Text(obj.Conclusion), nil
}

// ConcludedBy is the resolver for the concludedBy field.
func (r *calibrationResolver) ConcludedBy(ctx context.Context, obj *ent.Calibration) (*model.Operator, error) {
	return r.operator(ctx, obj.ConcludedBy)
}

// Evaluator is the resolver for the evaluator field.
func (r *calibrationDeviationResolver) Evaluator(ctx context.Context, obj *scorecard.Deviation) (*model.Operator, error) {
	return r.operator(ctx, obj.EvaluatorID)
}

// Violations is the resolver for the violations field.
func (r *calibrationDeviationResolver) Violations(_ context.Context, obj *scorecard.Deviation) ([]string, error) {
	return append([]string{}, obj.Violations...), nil
}
