package supervision

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/agency"
	"ekc/ent/alertrule"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// Limits are when a rule is broken and when it is well again.
type Limits struct {
	Name string
	// Threshold breaks the rule, ClearThreshold ends it: beyond it on the good side. Seconds, a number, minutes or per cent, by the metric.
	Threshold, ClearThreshold int
	// ForSeconds it must last, 0 to 3,600; QuietSeconds the same is not alerted of again, 0 to 86,400.
	ForSeconds, QuietSeconds int
	Active                   bool
}

// NewRule is a rule to make. What is empty is not bounded.
type NewRule struct {
	Metric             alertrule.Metric
	AgencyID, RegionID string
	Line               *int
	QueueID            string
	Limits
}

// check makes sure that limits make sense for a metric.
func (l *Limits) check(m alertrule.Metric) (err error) {
	if l.Name, err = checked("name", l.Name, 200); err != nil {
		return err
	}
	percent := m == alertrule.MetricServiceLevel || m == alertrule.MetricAbandoned
	switch {
	case l.Threshold < 0 || percent && l.Threshold > 100:
		return fail.Field("threshold", fail.Invalid, "is out of range")
	case l.ClearThreshold < 0 || percent && l.ClearThreshold > 100:
		return fail.Field("clearThreshold", fail.Invalid, "is out of range")
	case below[m] && l.ClearThreshold < l.Threshold:
		return fail.Field("clearThreshold", fail.Invalid, "must not be below the threshold: the metric is bad when it is low")
	case !below[m] && l.ClearThreshold > l.Threshold:
		return fail.Field("clearThreshold", fail.Invalid, "must not be above the threshold: the metric is bad when it is high")
	case alertrule.ForSecondsValidator(l.ForSeconds) != nil:
		return fail.Field("forSeconds", fail.Invalid, "must be from 0 to 3600")
	case alertrule.QuietSecondsValidator(l.QuietSeconds) != nil:
		return fail.Field("quietSeconds", fail.Invalid, "must be from 0 to 86400")
	}
	return nil
}

// MakeRule makes a rule inside the viewer's segment. Lines to carriers belong to no segment, so a rule on them is for administrators.
func (s *Service) MakeRule(ctx context.Context, n NewRule) (*ent.AlertRule, error) {
	scope := viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}
	if n.Line != nil {
		scope.Line = *n.Line
	}
	if err := access.Check(ctx, access.ManageAlerts, scope); err != nil {
		return nil, err
	}
	if alertrule.MetricValidator(n.Metric) != nil {
		return nil, fail.Field("metric", fail.Invalid, "is not a metric")
	}
	if n.Line != nil && *n.Line != 1 && *n.Line != 2 {
		return nil, fail.Field("line", fail.Invalid, "line is 1 or 2")
	}
	if err := n.Limits.check(n.Metric); err != nil {
		return nil, err
	}
	var r *ent.AlertRule
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if err := s.knownPlace(ctx, system, tx, n); err != nil {
			return err
		}
		create := tx.AlertRule.Create().SetName(n.Name).SetMetric(n.Metric).SetNillableLine(n.Line).SetThreshold(n.Threshold).
			SetClearThreshold(n.ClearThreshold).SetForSeconds(n.ForSeconds).SetQuietSeconds(n.QuietSeconds).SetActive(n.Active).
			SetAuthorID(viewer.From(ctx).AccountID).SetCreatedAt(s.now()).
			SetNillableAgencyID(optional.Of(n.AgencyID)).SetNillableRegionID(optional.Of(n.RegionID)).SetNillableQueueID(optional.Of(n.QueueID))
		var err error
		if r, err = create.Save(system); err != nil {
			return fmt.Errorf("write rule: %w", err)
		}
		return access.Audit(ctx, tx, "alert_rule.made", r.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return r.Unwrap(), nil
}

func (s *Service) knownPlace(ctx, system context.Context, tx *ent.Tx, n NewRule) error {
	if n.AgencyID != "" {
		known, err := tx.Agency.Query().Where(agency.ID(n.AgencyID)).Exist(system)
		if err != nil || !known {
			return firstOf(err, fail.Field("agencyId", fail.NotFound, "no such agency"))
		}
	}
	if err := s.knownRegion(system, tx, n.RegionID); err != nil {
		return err
	}
	if n.QueueID == "" {
		return nil
	}
	q, err := tx.Queue.Get(system, n.QueueID)
	if err != nil {
		return orMissing(err, "queueId", "no such queue")
	}
	if access.Check(ctx, access.ReadQueueFigures, access.QueueScope(q)) != nil {
		return fail.Field("queueId", fail.NotFound, "no such queue")
	}
	return nil
}

// ChangeRule changes a rule of the viewer's segment. What it has raised goes on, or ends, by the new limits.
func (s *Service) ChangeRule(ctx context.Context, id string, l Limits) (*ent.AlertRule, error) {
	missing := fail.Field("ruleId", fail.NotFound, "no such rule")
	var r *ent.AlertRule
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		r, err = tx.AlertRule.Query().Where(alertrule.ID(id)).ForUpdate(database.Lock).Only(system)
		if ent.IsNotFound(err) {
			if viewer.From(ctx).Kind == viewer.Nobody {
				return access.Check(ctx, access.ManageAlerts, access.Anywhere)
			}
			return missing
		}
		if err != nil {
			return fmt.Errorf("lock rule: %w", err)
		}
		scope := viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			scope.Line = *r.Line
		}
		if err := access.Check(ctx, access.ManageAlerts, scope); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return missing
			}
			return err
		}
		if err := l.check(r.Metric); err != nil {
			return err
		}
		r, err = tx.AlertRule.UpdateOne(r).SetName(l.Name).SetThreshold(l.Threshold).SetClearThreshold(l.ClearThreshold).
			SetForSeconds(l.ForSeconds).SetQuietSeconds(l.QuietSeconds).SetActive(l.Active).Save(system)
		if err != nil {
			return fmt.Errorf("write rule: %w", err)
		}
		return access.Audit(ctx, tx, "alert_rule.changed", r.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return r.Unwrap(), nil
}
