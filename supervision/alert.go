package supervision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/alert"
	"ekc/ent/alertrule"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// KindAlert says that an alert was raised, acknowledged, cleared or has another value. It names in its data, as "alert", the alert.
const KindAlert = "alert.changed"

// DataAlert is the key of the event's data.
const DataAlert = "alert"

// alertsLock lets one node at a time judge; "EKCA".
const alertsLock = 0x454b4341

// watchRules measures what the rules watch and raises and clears alerts. One node does it at a time; where two would, the second finds
// everything done.
func (s *Service) watchRules(ctx context.Context) error {
	rules, err := s.o.Client.AlertRule.Query().Order(ent.Asc(alertrule.FieldID)).All(ctx)
	if err != nil || len(rules) == 0 {
		return err
	}
	metrics := map[alertrule.Metric]bool{}
	for _, r := range rules {
		if r.Active {
			metrics[r.Metric] = true
		}
	}
	values, err := s.measure(ctx, metrics)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		mine, err := alone(ctx, tx, alertsLock)
		if err != nil || !mine {
			return err
		}
		open, err := tx.Alert.Query().Where(alert.StateNEQ(alert.StateCleared)).All(ctx)
		if err != nil {
			return fmt.Errorf("read alerts: %w", err)
		}
		var failure error
		for _, r := range rules {
			failure = errors.Join(failure, named("alert rule", r.ID, s.applyRule(ctx, tx, r, values[r.Metric], open)))
		}
		return failure
	})
}

// alone takes a lock until tx ends; false when another transaction has it.
func alone(ctx context.Context, tx *ent.Tx, key int64) (mine bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, key)
	if err != nil {
		return false, fmt.Errorf("lock alerts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(&mine); err != nil {
			return false, err
		}
	}
	return mine, rows.Err()
}

// watches reports whether a rule is about a subject.
func watches(r *ent.AlertRule, m measured) bool {
	return (r.QueueID == "" || r.QueueID == m.queueID) && (r.AgencyID == "" || r.AgencyID == m.scope.AgencyID) &&
		(r.RegionID == "" || r.RegionID == m.scope.RegionID) && (r.Line == nil || *r.Line == m.scope.Line)
}

func (s *Service) applyRule(ctx context.Context, tx *ent.Tx, r *ent.AlertRule, values []measured, all []*ent.Alert) error {
	now := s.now()
	if r.Metric == alertrule.MetricContestDue && r.Active {
		values = together(r, values)
	}
	open := map[string]*ent.Alert{}
	for _, a := range all {
		if a.RuleID == r.ID {
			open[a.Subject] = a
		}
	}
	for _, m := range values {
		if !watches(r, m) {
			continue
		}
		at := situation{rule: r, open: open[m.subject], value: m.value, known: true, now: now}
		delete(open, m.subject)
		if at.open == nil && !broken(r, m.value) {
			continue
		}
		var err error
		if at.last, err = lastAlert(ctx, tx, r.ID, m.subject); err != nil {
			return err
		}
		if err := s.carryOut(ctx, tx, at, m); err != nil {
			return err
		}
	}
	for _, a := range open { // gone, or nothing to measure any more
		if err := s.carryOut(ctx, tx, situation{rule: r, open: a, value: a.Value, now: now}, measured{subject: a.Subject}); err != nil {
			return err
		}
	}
	return nil
}

// lastAlert is when a rule alerted of a subject before; zero when it never did.
func lastAlert(ctx context.Context, tx *ent.Tx, ruleID, subject string) (time.Time, error) {
	last, err := tx.Alert.Query().Where(alert.RuleID(ruleID), alert.Subject(subject), alert.RaisedAtNotNil()).Order(ent.Desc(alert.FieldRaisedAt)).First(ctx)
	if ent.IsNotFound(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read last alert: %w", err)
	}
	return *last.RaisedAt, nil
}

// carryOut writes what was judged. An alert that is due at once is raised with its beginning.
func (s *Service) carryOut(ctx context.Context, tx *ent.Tx, at situation, m measured) (err error) {
	a := at.open
	what := judge(at)
	if what == begin {
		if a, err = beginAlert(ctx, tx, at, m); err != nil {
			return err
		}
		at.open = a
		what = judge(at)
	}
	if what == nothing {
		return nil
	}
	if what == forget {
		return tx.Alert.DeleteOneID(a.ID).Exec(ctx)
	}
	change := tx.Alert.UpdateOne(a)
	if at.known {
		change.SetValue(at.value).SetWorst(worse(at.rule.Metric, a.Worst, at.value))
	}
	switch what {
	case raise:
		change.SetState(alert.StateRaised).SetRaisedAt(at.now)
	case clearIt:
		change.SetState(alert.StateCleared).SetClearedAt(at.now)
	}
	if a, err = change.Save(ctx); err != nil {
		return fmt.Errorf("write alert: %w", err)
	}
	if a.State == alert.StatePending || what == update {
		return nil // seconds that go by are no news
	}
	return s.o.Log.Append(ctx, tx, alertEvent(a))
}

func beginAlert(ctx context.Context, tx *ent.Tx, at situation, m measured) (*ent.Alert, error) {
	create := tx.Alert.Create().SetRuleID(at.rule.ID).SetSubject(m.subject).SetState(alert.StatePending).SetValue(m.value).SetWorst(m.value).
		SetCreatedAt(at.now).
		SetNillableAgencyID(optional.Of(m.scope.AgencyID)).SetNillableRegionID(optional.Of(m.scope.RegionID)).SetNillableLine(optional.Of(m.scope.Line))
	a, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("write alert: %w", err)
	}
	return a, nil
}

func alertEvent(a *ent.Alert) eventlog.Event {
	return eventlog.Event{Kind: KindAlert, Data: map[string]string{DataAlert: a.ID}}
}

// AcknowledgeAlert says that the viewer, a supervisor of what it is about, has seen an alert; note may be empty. CONFLICT when it was
// acknowledged or cleared before.
func (s *Service) AcknowledgeAlert(ctx context.Context, id, note string) (*ent.Alert, error) {
	note, err := optionalWords("note", note, maxReason)
	if err != nil {
		return nil, err
	}
	missing := fail.Field("alertId", fail.NotFound, "no such alert")
	var a *ent.Alert
	err = s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		a, err = tx.Alert.Query().Where(alert.ID(id), alert.StateNEQ(alert.StatePending)).ForUpdate(database.Lock).Only(system)
		if ent.IsNotFound(err) {
			if viewer.From(ctx).Kind == viewer.Nobody {
				return access.Check(ctx, access.AcknowledgeAlert, access.Anywhere)
			}
			return missing
		}
		if err != nil {
			return fmt.Errorf("lock alert: %w", err)
		}
		scope := viewer.Scope{AgencyID: a.AgencyID, RegionID: a.RegionID}
		if err := access.Check(ctx, access.AcknowledgeAlert, scope); err != nil {
			if fail.CodeOf(err) == fail.NotFound {
				return missing
			}
			return err
		}
		if a.State != alert.StateRaised {
			return fail.New(fail.Conflict, "the alert is %s", a.State)
		}
		a, err = tx.Alert.UpdateOne(a).SetState(alert.StateAcknowledged).SetAcknowledgedAt(s.now()).
			SetAcknowledgedBy(viewer.From(ctx).AccountID).SetNote(note).Save(system)
		if err != nil {
			return fmt.Errorf("write alert: %w", err)
		}
		if err := access.Audit(ctx, tx, "alert.acknowledged", id, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, alertEvent(a))
	})
	if err != nil {
		return nil, err
	}
	return a.Unwrap(), nil
}
