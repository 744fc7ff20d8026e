package graph

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/evaluation"
	"ekc/ent/evaluationform"
	"ekc/ent/evaluationformversion"
	"ekc/ent/evaluationrule"
	"ekc/ent/evaluationstep"
	"ekc/ent/predicate"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/supervision"
	"ekc/supervision/scorecard"
)

// How many forms, versions of one and steps of an evaluation are shown at most.
const (
	manyForms        = 200
	manyFormVersions = 50
	manySteps        = 200
)

// mayReadEvaluations refuses who has no evaluations at all, their own or others'.
func mayReadEvaluations(ctx context.Context) error {
	return refusedListing(access.CheckObject(ctx, access.ReadEvaluations, access.Object{Own: true}))
}

// mayReadEvaluationForms refuses who neither judges, nor is judged, nor reads results.
func mayReadEvaluationForms(ctx context.Context) error {
	return access.CheckObject(ctx, access.ReadEvaluationResults, access.Object{Own: true})
}

// mayReadEvaluationRules refuses who has no segment to draw from.
func mayReadEvaluationRules(ctx context.Context) error {
	if len(granted(viewer.From(ctx), access.ReadEvaluations)) == 0 {
		return refusedListing(refused(ctx, access.ReadEvaluations))
	}
	return nil
}

// evaluationForms are those of the viewer's segment.
func (r *Resolver) evaluationForms(ctx context.Context, inactive bool) ([]*ent.EvaluationForm, error) {
	if err := mayReadEvaluationForms(ctx); err != nil {
		return nil, err
	}
	q := r.Client.EvaluationForm.Query().WithAgency().WithRegion()
	if !inactive {
		q.Where(evaluationform.Active(true))
	}
	return q.Order(ent.Asc(evaluationform.FieldName, evaluationform.FieldID)).Limit(manyForms).All(ctx)
}

func (r *Resolver) evaluationFormVersions(ctx context.Context, f *ent.EvaluationForm) ([]*ent.EvaluationFormVersion, error) {
	return r.Client.EvaluationFormVersion.Query().Where(evaluationformversion.FormID(f.ID)).
		Order(ent.Desc(evaluationformversion.FieldNumber)).Limit(manyFormVersions).All(ctx)
}

func (r *Resolver) evaluationRules(ctx context.Context) ([]*ent.EvaluationRule, error) {
	if err := mayReadEvaluationRules(ctx); err != nil {
		return nil, err
	}
	return r.Client.EvaluationRule.Query().WithAgency().WithRegion().WithQueue().
		Order(ent.Asc(evaluationrule.FieldName, evaluationrule.FieldID)).Limit(manyRules).All(ctx)
}

// evaluationsLike selects evaluations by a filter.
func (r *Resolver) evaluationsLike(f model.EvaluationFilter) []predicate.Evaluation {
	var all []predicate.Evaluation
	if f.State != nil {
		all = append(all, evaluation.StateEQ(*f.State))
	}
	if f.Overdue != nil {
		late := r.Supervision.WaitingTooLong()
		if !*f.Overdue {
			late = evaluation.Or(evaluation.StateNEQ(evaluation.StateContested), evaluation.DecideUntilIsNil(), evaluation.Not(late))
		}
		all = append(all, late)
	}
	for _, c := range []struct {
		id *string
		is func(string) predicate.Evaluation
	}{
		{f.OperatorID, evaluation.OperatorID},
		{f.EvaluatorID, evaluation.EvaluatorID},
		{f.InteractionID, evaluation.InteractionID},
		{f.FormID, evaluation.FormID},
		{f.CalibrationID, evaluation.CalibrationID},
	} {
		if c.id != nil {
			all = append(all, c.is(*c.id))
		}
	}
	return all
}

// evaluationVersion is the version that an evaluation was given by; nil before.
func (r *Resolver) evaluationVersion(ctx context.Context, e *ent.Evaluation) (*ent.EvaluationFormVersion, error) {
	if e.FormVersionID == "" {
		return nil, nil //nolint:nilnil // null in the contract
	}
	return r.Supervision.FormVersion(ctx, e.FormVersionID)
}

// evaluationScore is what its marks come to; nothing before they are given.
func (r *Resolver) evaluationScore(ctx context.Context, e *ent.Evaluation) (scorecard.Score, error) {
	v, err := r.evaluationVersion(ctx, e)
	if err != nil || v == nil {
		return scorecard.Score{}, err
	}
	return v.Content.Score(e.Marks), nil
}

// drawnAt parts the rule and the instant in the key of what was drawn.
const drawnAt = " "

// draw is what the viewer sees of what a rule drew at an instant.
type draw struct {
	rule  *ent.EvaluationRule
	count int
}

// drawnBy reads it by its key; nil when they see nothing of it but perhaps their own talks.
func (r *Resolver) drawnBy(ctx context.Context, key string) (*draw, error) {
	ruleID, text, _ := strings.Cut(key, drawnAt)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, fmt.Errorf("event of what was drawn: %w", err)
	}
	n, err := r.Client.Evaluation.Query().Where(evaluation.RuleID(ruleID), evaluation.CreatedAt(at),
		evaluation.OperatorIDNEQ(viewer.From(ctx).AccountID)).Count(ctx)
	if err != nil || n == 0 {
		return nil, err
	}
	rule, err := r.Client.EvaluationRule.Query().WithAgency().WithRegion().WithQueue().Where(evaluationrule.ID(ruleID)).Only(ctx)
	return &draw{rule, n}, ignoreMissing(err)
}

func (r *Resolver) evaluationSteps(ctx context.Context, e *ent.Evaluation) ([]*ent.EvaluationStep, error) {
	return r.Client.EvaluationStep.Query().Where(evaluationstep.EvaluationID(e.ID)).
		Order(ent.Asc(evaluationstep.FieldCreatedAt, evaluationstep.FieldID)).Limit(manySteps).All(ctx)
}

// evaluationOnDesk tells an operator how they were judged.
func (r *Resolver) evaluationOnDesk(ctx context.Context, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	found, err := r.Client.Evaluation.Query().WithAgency().WithRegion().Where(evaluation.ID(e.Data[supervision.DataEvaluation])).Only(ctx)
	if err != nil {
		return nil, ignoreMissing(err)
	}
	return &model.EvaluationChanged{Cursor: cursor, At: e.At, Evaluation: found}, nil
}

// evaluationsByID reads those of a board's events that the viewer sees as a supervisor or coordinator: their own work is not on a board.
func (r *Resolver) evaluationsByID(ctx context.Context, ids []string) (map[string]*ent.Evaluation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := r.Client.Evaluation.Query().WithAgency().WithRegion().
		Where(evaluation.IDIn(ids...), evaluation.OperatorIDNEQ(viewer.From(ctx).AccountID)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Evaluation, len(rows))
	for _, e := range rows {
		found[e.ID] = e
	}
	return found, nil
}

func formContentOf(in *model.EvaluationFormContentInput) supervision.FormContent {
	sections := make([]scorecard.Section, len(in.Sections))
	for i, s := range in.Sections {
		sections[i] = *s
	}
	return supervision.FormContent{Form: scorecard.Form{Sections: sections}, PassMark: in.PassMark, ContestDays: in.ContestDays, DecideDays: in.DecideDays}
}

func drawLimitsOf(in *model.EvaluationDrawInput) supervision.DrawLimits {
	return supervision.DrawLimits{
		Name: in.Name, PerOperator: in.PerOperator, LeastTalkSeconds: in.LeastTalkSeconds, RatedAtMost: in.RatedAtMost, Active: in.Active,
	}
}

func marksOf(in []*scorecard.Mark) []scorecard.Mark {
	marks := make([]scorecard.Mark, len(in))
	for i, m := range in {
		marks[i] = *m
	}
	return marks
}

func evaluationFormPayload(f *ent.EvaluationForm, err error) (*model.EvaluationFormPayload, error) {
	errs, err := userErrors(err)
	return &model.EvaluationFormPayload{Form: f, UserErrors: errs}, err
}

func evaluationRulePayload(rule *ent.EvaluationRule, err error) (*model.EvaluationRulePayload, error) {
	errs, err := userErrors(err)
	return &model.EvaluationRulePayload{Rule: rule, UserErrors: errs}, err
}

func evaluationPayload(e *ent.Evaluation, err error) (*model.EvaluationPayload, error) {
	errs, err := userErrors(err)
	return &model.EvaluationPayload{Evaluation: e, UserErrors: errs}, err
}

// pointers are the addresses of the elements; never nil.
func pointers[T any](rows []T) []*T {
	all := make([]*T, len(rows))
	for i := range rows {
		all[i] = &rows[i]
	}
	return all
}
