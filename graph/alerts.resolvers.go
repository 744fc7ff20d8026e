package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/ent/alert"
	"ekc/ent/alertrule"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/supervision"
)

// Alerts is the resolver for the alerts field.
func (r *queryResolver) Alerts(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, state *alert.State, ruleID *string) (*ent.AlertConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayReadAlerts(ctx)
	}
	if err != nil {
		return nil, err
	}
	q := r.Client.Alert.Query()
	if state != nil {
		q.Where(alert.StateEQ(*state))
	}
	if ruleID != nil {
		q.Where(alert.RuleID(*ruleID))
	}
	return q.Paginate(ctx, after, first, before, last, ent.WithAlertOrder(newestAlerts))
}

// AlertRules is the resolver for the alertRules field.
func (r *queryResolver) AlertRules(ctx context.Context) ([]*ent.AlertRule, error) {
	if err := mayReadAlerts(ctx); err != nil {
		return nil, err
	}
	return r.Client.AlertRule.Query().WithAgency().WithRegion().WithQueue().
		Order(ent.Asc(alertrule.FieldName, alertrule.FieldID)).Limit(manyRules).All(ctx)
}

// AlertRuleCreate is the resolver for the alertRuleCreate field.
func (r *mutationResolver) AlertRuleCreate(ctx context.Context, input model.AlertRuleCreateInput) (*model.AlertRulePayload, error) {
	return alertRulePayload(r.Supervision.MakeRule(ctx, supervision.NewRule{
		Metric: input.Metric, AgencyID: value(input.AgencyID), RegionID: value(input.RegionID), Line: input.Line, QueueID: value(input.QueueID),
		Limits: limitsOf(input.Limits),
	}))
}

// AlertRuleUpdate is the resolver for the alertRuleUpdate field.
func (r *mutationResolver) AlertRuleUpdate(ctx context.Context, input model.AlertRuleUpdateInput) (*model.AlertRulePayload, error) {
	return alertRulePayload(r.Supervision.ChangeRule(ctx, input.RuleID, limitsOf(input.Limits)))
}

// AlertAcknowledge is the resolver for the alertAcknowledge field.
func (r *mutationResolver) AlertAcknowledge(ctx context.Context, input model.AlertAcknowledgeInput) (*model.AlertPayload, error) {
	a, err := r.Supervision.AcknowledgeAlert(ctx, input.AlertID, value(input.Note))
	errs, err := userErrors(err)
	return &model.AlertPayload{Alert: a, UserErrors: errs}, err
}

// Alerts is the resolver for the alerts field.
func (r *boardResolver) Alerts(ctx context.Context, _ *model.Board) ([]*ent.Alert, error) {
	return r.boardAlerts(ctx)
}

// AcknowledgedBy is the resolver for the acknowledgedBy field.
func (r *alertResolver) AcknowledgedBy(ctx context.Context, obj *ent.Alert) (*model.Operator, error) {
	return r.operator(ctx, obj.AcknowledgedBy)
}

// Note is the resolver for the note field.
func (r *alertResolver) Note(_ context.Context, obj *ent.Alert) (*string, error) {
	return optional.Text(obj.Note), nil
}
