package supervision

import (
	"context"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/businesshours"
	"ekc/ent/deferralrule"
	"ekc/ent/region"
	"ekc/internal/fail"
)

// NewTerm says within what working time deferred enquiries are answered.
type NewTerm struct {
	// RegionID is the region; empty: all that have no rule of their own.
	RegionID string
	// BusinessHoursID is the working calendar, whose hours are read in the citizen's zone; empty takes the rule away.
	BusinessHoursID string
	// WorkMinutes of working time, 1 to 4,800; WarnMinutes of working time before its end supervisors are warned, not more than WorkMinutes.
	WorkMinutes, WarnMinutes int
}

// SetTerm sets, changes or takes away the term for a region, or for all. What is deferred already is reckoned anew, as it is when the
// calendar changes. For administrators.
func (s *Service) SetTerm(ctx context.Context, n NewTerm) (*ent.DeferralRule, error) {
	if err := access.Check(ctx, access.SetDeferralTerm, access.Anywhere); err != nil {
		return nil, err
	}
	switch {
	case deferralrule.WorkMinutesValidator(n.WorkMinutes) != nil:
		return nil, fail.Field("workMinutes", fail.Invalid, "must be from 1 to 4800")
	case n.WarnMinutes < 0 || n.WarnMinutes > n.WorkMinutes:
		return nil, fail.Field("warnMinutes", fail.Invalid, "must be from 0 to workMinutes")
	}
	var rule *ent.DeferralRule
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		if err := s.knownRegion(system, tx, n.RegionID); err != nil {
			return err
		}
		if _, err := tx.DeferralRule.Delete().Where(deferralrule.RegionKey(n.RegionID)).Exec(system); err != nil {
			return fmt.Errorf("take the term away: %w", err)
		}
		if n.BusinessHoursID != "" {
			var err error
			if rule, err = s.writeTerm(system, tx, n); err != nil {
				return err
			}
		}
		return access.Audit(ctx, tx, "deferral.set_term", n.RegionID, map[string]string{"business_hours": n.BusinessHoursID})
	})
	if ent.IsConstraintError(err) {
		return nil, fail.New(fail.Conflict, "somebody else has just set it")
	}
	if err != nil || rule == nil {
		return nil, err
	}
	return rule.Unwrap(), nil
}

func (s *Service) knownRegion(system context.Context, tx *ent.Tx, id string) error {
	if id == "" {
		return nil
	}
	known, err := tx.Region.Query().Where(region.ID(id)).Exist(system)
	if err == nil && !known {
		return fail.Field("regionId", fail.NotFound, "no such region")
	}
	return err
}

// writeTerm writes a rule whose calendar has enough working time, also from the longest holidays on.
func (s *Service) writeTerm(system context.Context, tx *ent.Tx, n NewTerm) (*ent.DeferralRule, error) {
	hours, err := tx.BusinessHours.Query().Where(businesshours.ID(n.BusinessHoursID)).Only(system)
	if ent.IsNotFound(err) {
		return nil, fail.Field("businessHoursId", fail.NotFound, "no such timetable")
	}
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	t, err := newTermOf(n.WorkMinutes, n.WarnMinutes, hours)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(system, tx.Region, n.RegionID)
	if err != nil {
		return nil, err
	}
	if _, _, err := t.reckon(s.now(), zone); err != nil {
		return nil, fail.Field("businessHoursId", fail.Conflict, "has not so much working time")
	}
	made, err := tx.DeferralRule.Create().SetRegionKey(n.RegionID).SetBusinessHoursID(n.BusinessHoursID).SetWorkMinutes(n.WorkMinutes).
		SetWarnMinutes(n.WarnMinutes).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write term: %w", err)
	}
	return made, nil
}

// Terms lists the rules; the one for all regions comes first. Any account.
func (s *Service) Terms(ctx context.Context) ([]*ent.DeferralRule, error) {
	if err := access.Check(ctx, access.ReadReference, access.Anywhere); err != nil {
		return nil, err
	}
	return s.o.Client.DeferralRule.Query().WithBusinessHours().Order(ent.Asc(deferralrule.FieldRegionKey)).All(viewer.AsSystem(ctx))
}
