package supervision

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/account"
	"ekc/ent/roleassignment"
	"ekc/internal/fail"
	"ekc/internal/optional"
)

// Limits of a calibration.
const (
	fewestEvaluators   = 2
	mostEvaluators     = 20
	longestCalibration = 31 * day
)

// NewCalibration is a calibration to begin.
type NewCalibration struct {
	// OperatorID is whose work in the interaction is judged; empty: of who talked in it last.
	InteractionID, OperatorID, FormID string
	// EvaluatorIDs are 2 to 20 supervisors who see the interaction; not its operator. The viewer takes part only if named.
	EvaluatorIDs []string
	// DueAt is when it is closed whoever is missing, within 31 days.
	DueAt time.Time
}

// BeginCalibration lets several supervisors judge one talk by one form, none of whom sees what the others give.
func (s *Service) BeginCalibration(ctx context.Context, n NewCalibration) (*ent.Calibration, error) {
	now := s.now()
	if !n.DueAt.After(now) || n.DueAt.Sub(now) > longestCalibration {
		return nil, fail.Field("dueAt", fail.Invalid, "must be within the next 31 days")
	}
	n.EvaluatorIDs = slices.Compact(slices.Sorted(slices.Values(n.EvaluatorIDs)))
	if len(n.EvaluatorIDs) < fewestEvaluators || len(n.EvaluatorIDs) > mostEvaluators {
		return nil, fail.Field("evaluatorIds", fail.Invalid, "name %d to %d evaluators", fewestEvaluators, mostEvaluators)
	}
	var c *ent.Calibration
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		t, err := s.talkOf(ctx, system, tx, access.Calibrate, n.InteractionID, n.OperatorID)
		if err != nil {
			return err
		}
		v, err := s.versionInForce(ctx, system, tx, n.FormID)
		if err != nil {
			return err
		}
		if err := s.mayEvaluate(system, tx, t, n.EvaluatorIDs); err != nil {
			return err
		}
		if c, err = s.writeCalibration(ctx, tx, t, v, n); err != nil {
			return err
		}
		if err := access.Audit(ctx, tx, "calibration.begun", c.ID, map[string]string{"interaction": t.i.ID}); err != nil {
			return err
		}
		return s.tellCalibration(system, tx, c)
	})
	if err != nil {
		return nil, err
	}
	return c.Unwrap(), nil
}

// mayEvaluate makes sure that accounts are supervisors whose segment and line reach the talk's interaction, and not its operator. What is
// not is not told apart.
func (s *Service) mayEvaluate(system context.Context, tx *ent.Tx, t talk, ids []string) error {
	now := s.now()
	roles, err := tx.RoleAssignment.Query().Where(roleassignment.AccountIDIn(ids...),
		roleassignment.RoleIn(roleassignment.RoleSupervisor, roleassignment.RoleAdministrator), roleassignment.ValidFromLTE(now),
		roleassignment.Or(roleassignment.ValidToIsNil(), roleassignment.ValidToGT(now)),
		roleassignment.HasAccountWith(account.Active(true))).All(system)
	if err != nil {
		return fmt.Errorf("read roles: %w", err)
	}
	able := map[string]bool{}
	for _, r := range roles {
		g := viewer.Grant{AgencyID: r.AgencyID, RegionID: r.RegionID}
		if r.Line != nil {
			g.Line = *r.Line
		}
		able[r.AccountID] = able[r.AccountID] || g.Covers(access.InteractionScope(t.i))
	}
	for _, id := range ids {
		if !able[id] || id == t.operatorID {
			return fail.Field("evaluatorIds", fail.NotFound, "%s is no supervisor of the interaction who could evaluate it", id)
		}
	}
	return nil
}

func (s *Service) writeCalibration(ctx context.Context, tx *ent.Tx, t talk, v *ent.EvaluationFormVersion, n NewCalibration) (*ent.Calibration, error) {
	system := viewer.AsSystem(ctx)
	create := tx.Calibration.Create().SetInteractionID(t.i.ID).SetOperatorID(t.operatorID).SetFormVersionID(v.ID).
		SetAuthorID(viewer.From(ctx).AccountID).SetDueAt(n.DueAt.UTC().Truncate(time.Microsecond)).SetCreatedAt(s.now()).
		SetNillableAgencyID(optional.Of(t.i.AgencyID)).SetNillableRegionID(optional.Of(t.i.RegionID)).SetNillableLine(optional.Of(t.i.Line))
	c, err := create.Save(system)
	if err != nil {
		return nil, fmt.Errorf("write calibration: %w", err)
	}
	for _, id := range n.EvaluatorIDs {
		if _, err := s.newEvaluation(system, tx, t, v.FormID, func(e *ent.EvaluationCreate) {
			e.SetCalibrationID(c.ID).SetEvaluatorID(id).SetSealed(true)
		}); err != nil {
			return nil, err
		}
	}
	return c, nil
}
