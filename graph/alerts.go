package graph

import (
	"context"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/alert"
	"ekc/graph/model"
	"ekc/supervision"
)

// How many alerts a board shows, and how many rules a list.
const (
	manyAlerts = 100
	manyRules  = 500
)

// mayReadAlerts refuses who has no segment to be alerted of.
func mayReadAlerts(ctx context.Context) error {
	if len(granted(viewer.From(ctx), access.ReadAlerts)) == 0 {
		return refusedListing(refused(ctx, access.ReadAlerts))
	}
	return nil
}

// boardAlerts are those that are not over.
func (r *Resolver) boardAlerts(ctx context.Context) ([]*ent.Alert, error) {
	return r.Client.Alert.Query().WithRule().WithAgency().WithRegion().
		Where(alert.StateIn(alert.StateRaised, alert.StateAcknowledged)).Order(ent.Desc(alert.FieldRaisedAt, alert.FieldID)).
		Limit(manyAlerts).All(ctx)
}

// alertsByID reads those of a board's events that the viewer watches.
func (r *Resolver) alertsByID(ctx context.Context, ids []string) (map[string]*ent.Alert, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := r.Client.Alert.Query().WithRule().WithAgency().WithRegion().Where(alert.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*ent.Alert, len(rows))
	for _, a := range rows {
		found[a.ID] = a
	}
	return found, nil
}

func limitsOf(in *model.AlertLimitsInput) supervision.Limits {
	return supervision.Limits{
		Name: in.Name, Threshold: in.Threshold, ClearThreshold: in.ClearThreshold, ForSeconds: in.ForSeconds, QuietSeconds: in.QuietSeconds,
		Active: in.Active,
	}
}

func alertRulePayload(rule *ent.AlertRule, err error) (*model.AlertRulePayload, error) {
	errs, err := userErrors(err)
	return &model.AlertRulePayload{Rule: rule, UserErrors: errs}, err
}
