package supervision

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/evaluationrule"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// DrawLimits are how much a rule draws.
type DrawLimits struct {
	Name string
	// PerOperator is how many of each operator in each period, 1 to 50.
	PerOperator int
	// LeastTalkSeconds leaves out shorter talks, 0 to 3,600.
	LeastTalkSeconds int
	// RatedAtMost keeps only those that the citizen rated no better, 1 to 5; nil: whatever the rating.
	RatedAtMost *int
	Active      bool
}

func (l *DrawLimits) check() (err error) {
	if l.Name, err = checked("name", l.Name, maxName); err != nil {
		return err
	}
	switch {
	case evaluationrule.PerOperatorValidator(l.PerOperator) != nil:
		return fail.Field("perOperator", fail.Invalid, "must be from 1 to 50")
	case evaluationrule.LeastTalkSecondsValidator(l.LeastTalkSeconds) != nil:
		return fail.Field("leastTalkSeconds", fail.Invalid, "must be from 0 to 3600")
	case l.RatedAtMost != nil && evaluationrule.RatedAtMostValidator(*l.RatedAtMost) != nil:
		return fail.Field("ratedAtMost", fail.Invalid, "must be from 1 to 5")
	}
	return nil
}

// NewDrawRule is a rule of what is drawn to be evaluated. What is empty is not bounded.
type NewDrawRule struct {
	FormID             string
	AgencyID, RegionID string
	Line               *int
	QueueID            string
	Channel            *evaluationrule.Channel
	Period             evaluationrule.Period
	DrawLimits
}

// MakeDrawRule makes a rule inside the viewer's segment. It draws for the first time when the present period is over.
func (s *Service) MakeDrawRule(ctx context.Context, n NewDrawRule) (*ent.EvaluationRule, error) {
	scope := viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}
	if n.Line != nil {
		scope.Line = *n.Line
	}
	if err := access.Check(ctx, access.ManageEvaluation, scope); err != nil {
		return nil, err
	}
	switch {
	case evaluationrule.PeriodValidator(n.Period) != nil:
		return nil, fail.Field("period", fail.Invalid, "is not a period")
	case n.Line != nil && *n.Line != 1 && *n.Line != 2:
		return nil, fail.Field("line", fail.Invalid, "line is 1 or 2")
	case n.Channel != nil && evaluationrule.ChannelValidator(*n.Channel) != nil:
		return nil, fail.Field("channel", fail.Invalid, "is not a channel")
	}
	if err := n.DrawLimits.check(); err != nil {
		return nil, err
	}
	var r *ent.EvaluationRule
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if _, err := s.versionInForce(ctx, system, tx, n.FormID); err != nil {
			return err
		}
		place := NewRule{AgencyID: n.AgencyID, RegionID: n.RegionID, QueueID: n.QueueID}
		if err := s.knownPlace(ctx, system, tx, place); err != nil {
			return err
		}
		var err error
		if r, err = s.writeDrawRule(ctx, tx, n); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "evaluation_rule.made", r.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	return r.Unwrap(), nil
}

func (s *Service) writeDrawRule(ctx context.Context, tx *ent.Tx, n NewDrawRule) (*ent.EvaluationRule, error) {
	create := tx.EvaluationRule.Create().SetName(n.Name).SetFormID(n.FormID).SetNillableLine(n.Line).SetNillableChannel(n.Channel).
		SetPeriod(n.Period).SetPerOperator(n.PerOperator).SetLeastTalkSeconds(n.LeastTalkSeconds).SetNillableRatedAtMost(n.RatedAtMost).
		SetActive(n.Active).SetDrawnTo(beginOf(n.Period, s.now())).SetAuthorID(viewer.From(ctx).AccountID).SetCreatedAt(s.now()).
		SetNillableAgencyID(optional.Of(n.AgencyID)).SetNillableRegionID(optional.Of(n.RegionID)).SetNillableQueueID(optional.Of(n.QueueID))
	r, err := create.Save(viewer.AsSystem(ctx))
	if err != nil {
		return nil, fmt.Errorf("write rule: %w", err)
	}
	return r, nil
}

// ChangeDrawRule changes how much a rule of the viewer's segment draws from the present period on.
func (s *Service) ChangeDrawRule(ctx context.Context, id string, l DrawLimits) (*ent.EvaluationRule, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	var r *ent.EvaluationRule
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := tx.EvaluationRule.Query().Where(evaluationrule.ID(id)).ForUpdate(database.Lock).Only(system)
		if err != nil && !ent.IsNotFound(err) {
			return fmt.Errorf("lock rule: %w", err)
		}
		if err := s.mayManage(ctx, "ruleId", "no such rule", found != nil, func() viewer.Scope { return drawScope(found) }); err != nil {
			return err
		}
		update := tx.EvaluationRule.UpdateOne(found).SetName(l.Name).SetPerOperator(l.PerOperator).SetLeastTalkSeconds(l.LeastTalkSeconds).
			SetActive(l.Active)
		if l.RatedAtMost == nil {
			update.ClearRatedAtMost()
		} else {
			update.SetRatedAtMost(*l.RatedAtMost)
		}
		if l.Active && !found.Active { // what went by while it was out of use is not made up for
			update.SetDrawnTo(beginOf(found.Period, s.now()))
		}
		if r, err = update.Save(system); err != nil {
			return fmt.Errorf("write rule: %w", err)
		}
		return access.Audit(ctx, tx, "evaluation_rule.changed", id, nil)
	})
	if err != nil {
		return nil, err
	}
	return r.Unwrap(), nil
}

func drawScope(r *ent.EvaluationRule) viewer.Scope {
	scope := viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}
	if r.Line != nil {
		scope.Line = *r.Line
	}
	return scope
}

// centre is where periods begin at midnight.
var centre = time.FixedZone("Europe/Moscow", 3*60*60)

// beginOf is when the period began that an instant lies in; weeks begin on Monday.
func beginOf(p evaluationrule.Period, at time.Time) time.Time {
	y, m, d := at.In(centre).Date()
	switch p {
	case evaluationrule.PeriodMonth:
		d = 1
	case evaluationrule.PeriodWeek:
		d -= (int(at.In(centre).Weekday()) + 6) % 7
	}
	return time.Date(y, m, d, 0, 0, 0, 0, centre).UTC()
}

// endOf is when the period ends that begins at an instant.
func endOf(p evaluationrule.Period, began time.Time) time.Time {
	y, m, d := began.In(centre).Date()
	switch p {
	case evaluationrule.PeriodMonth:
		m++
	case evaluationrule.PeriodWeek:
		d += 7
	default:
		d++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, centre).UTC()
}
