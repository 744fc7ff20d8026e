package supervision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/evaluation"
	"ekc/ent/predicate"
)

// decideUntil is the end of the term in which an evaluation that was contested at the time must be decided: the working days of its form, by the
// calendar of deferrals of its region and that region's civil time. A calendar without so many working days gives way to the
// standard week.
func (s *Service) decideUntil(ctx context.Context, e *ent.Evaluation, contested time.Time) (time.Time, error) {
	v, err := s.FormVersion(ctx, e.FormVersionID)
	if err != nil {
		return time.Time{}, err
	}
	system := viewer.AsSystem(ctx)
	t, err := termOf(system, s.o.Client.DeferralRule, e.RegionID)
	if err != nil {
		return time.Time{}, err
	}
	zone, err := zoneOf(system, s.o.Client.Region, e.RegionID)
	if err != nil {
		return time.Time{}, err
	}
	until, ok := t.in(zone).WorkingDays(contested, v.DecideDays)
	if !ok {
		until, _ = term{periods: standardWeek()}.in(zone).WorkingDays(contested, v.DecideDays)
	}
	return until.UTC(), nil
}

// termContests gives a term to what was contested before there were terms, counted from then.
func (s *Service) termContests(ctx context.Context) error {
	without := evaluation.And(evaluation.StateEQ(evaluation.StateContested), evaluation.DecideUntilIsNil(), evaluation.ContestedAtNotNil())
	found, err := s.o.Client.Evaluation.Query().Where(without).Limit(batch).All(ctx)
	if err != nil {
		return fmt.Errorf("look for contests without a term: %w", err)
	}
	var failure error
	for _, e := range found {
		until, err := s.decideUntil(ctx, e, *e.ContestedAt)
		if err == nil {
			err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
				return tx.Evaluation.Update().Where(evaluation.ID(e.ID), without).SetDecideUntil(until).Exec(ctx)
			})
		}
		failure = errors.Join(failure, named("evaluation", e.ID, err))
	}
	return failure
}

// Overdue reports whether an evaluation that was contested was not decided in its term, or is not yet.
func (s *Service) Overdue(e *ent.Evaluation) bool {
	if e.DecideUntil == nil {
		return false
	}
	decided := s.now()
	if e.DecidedAt != nil {
		decided = *e.DecidedAt
	}
	return !decided.Before(*e.DecideUntil)
}

// WaitingTooLong selects evaluations that are contested and should have been decided by now.
func (s *Service) WaitingTooLong() predicate.Evaluation {
	return evaluation.And(evaluation.StateEQ(evaluation.StateContested), evaluation.DecideUntilLTE(s.now()))
}

// contestsDue are the numbers of contested evaluations that should have been decided by now, by agency, region and line.
func (s *Service) contestsDue(ctx context.Context) ([]measured, error) {
	var groups []struct {
		AgencyID sql.NullString `json:"agency_id"`
		RegionID sql.NullString `json:"region_id"`
		Line     sql.NullInt64  `json:"line"`
		Count    int            `json:"count"`
	}
	err := s.o.Client.Evaluation.Query().Where(s.WaitingTooLong()).
		GroupBy(evaluation.FieldAgencyID, evaluation.FieldRegionID, evaluation.FieldLine).Aggregate(ent.Count()).Scan(ctx, &groups)
	if err != nil {
		return nil, fmt.Errorf("measure contests: %w", err)
	}
	found := make([]measured, 0, len(groups))
	for _, g := range groups {
		scope := viewer.Scope{AgencyID: g.AgencyID.String, RegionID: g.RegionID.String, Line: int(g.Line.Int64)}
		found = append(found, measured{scope: scope, value: g.Count})
	}
	return found, nil
}

// contests is the subject of alerts of contests: a rule has one, of all that it watches.
const contests = "contests"

// together is what a rule on contests watches as one.
func together(r *ent.AlertRule, values []measured) []measured {
	sum := measured{subject: contests, scope: viewer.Scope{AgencyID: r.AgencyID, RegionID: r.RegionID}}
	if r.Line != nil {
		sum.scope.Line = *r.Line
	}
	for _, m := range values {
		if watches(r, m) {
			sum.value += m.value
		}
	}
	return []measured{sum}
}
