package supervision

import (
	"context"
	"errors"
	"fmt"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/calibration"
	"ekc/ent/evaluation"
	"ekc/internal/database"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/supervision/scorecard"
)

// KindCalibration says that a calibration began, was closed or concluded. It names in its data, as "calibration", the calibration.
const KindCalibration = "calibration.changed"

// DataCalibration is the key of the event's data.
const DataCalibration = "calibration"

// Calibrate gives what the viewer, one of those named, makes of the talk; once. The last one closes the calibration. CONFLICT when they
// have given it or the calibration is closed.
func (s *Service) Calibrate(ctx context.Context, id string, sheet Sheet) (*ent.Calibration, error) {
	comment, err := optionalWords("comment", sheet.Comment, maxJudged)
	if err != nil {
		return nil, err
	}
	sheet.Comment = comment
	return s.changeCalibration(ctx, id, "calibration.given", func(system context.Context, tx *ent.Tx, c *ent.Calibration) (*ent.Calibration, error) {
		mine, err := tx.Evaluation.Query().Where(evaluation.CalibrationID(id), evaluation.EvaluatorID(viewer.From(ctx).AccountID)).Only(system)
		switch {
		case ent.IsNotFound(err):
			return nil, fail.New(fail.Forbidden, "you are not among the evaluators")
		case err != nil:
			return nil, fmt.Errorf("read evaluation: %w", err)
		case c.State != calibration.StateOpen:
			return nil, fail.New(fail.Conflict, "the calibration is %s", c.State)
		case mine.State != evaluation.StateDrawn:
			return nil, notNow(mine)
		}
		v, err := s.FormVersion(ctx, c.FormVersionID)
		if err != nil {
			return nil, err
		}
		if _, err := s.give(ctx, tx, mine, v, sheet); err != nil {
			return nil, err
		}
		missing, err := tx.Evaluation.Query().Where(evaluation.CalibrationID(id), evaluation.StateEQ(evaluation.StateDrawn)).Exist(system)
		if err != nil || missing {
			return c, err
		}
		return s.closeCalibration(system, tx, c)
	})
}

// Conclude says what a calibration came to; one that is open is closed by it. Supervisors of its segment, administrators.
func (s *Service) Conclude(ctx context.Context, id, conclusion string) (*ent.Calibration, error) {
	conclusion, err := words("conclusion", conclusion, maxJudged)
	if err != nil {
		return nil, err
	}
	return s.changeCalibration(ctx, id, "calibration.concluded", func(system context.Context, tx *ent.Tx, c *ent.Calibration) (*ent.Calibration, error) {
		if c.State == calibration.StateOpen {
			if c, err = s.closeCalibration(system, tx, c); err != nil {
				return nil, err
			}
		}
		c, err := tx.Calibration.UpdateOne(c).SetConclusion(conclusion).SetConcludedBy(viewer.From(ctx).AccountID).Save(system)
		if err != nil {
			return nil, fmt.Errorf("write calibration: %w", err)
		}
		return c, s.tellCalibration(system, tx, c)
	})
}

// changeCalibration changes a calibration of the viewer's segment that it has locked, and with it all of its evaluations.
func (s *Service) changeCalibration(ctx context.Context, id, audit string,
	change func(context.Context, *ent.Tx, *ent.Calibration) (*ent.Calibration, error),
) (*ent.Calibration, error) {
	if viewer.From(ctx).Kind == viewer.Nobody {
		return nil, access.Check(ctx, access.Calibrate, access.Anywhere)
	}
	var c *ent.Calibration
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		seen, err := s.o.Client.Calibration.Query().Where(calibration.ID(id)).Exist(ctx)
		if err != nil || !seen {
			return firstOf(err, fail.Field("calibrationId", fail.NotFound, "no such calibration"))
		}
		found, err := tx.Calibration.Query().Where(calibration.ID(id)).ForUpdate(database.Lock).Only(system)
		if err != nil {
			return fmt.Errorf("lock calibration: %w", err)
		}
		scope := viewer.Scope{AgencyID: found.AgencyID, RegionID: found.RegionID}
		if found.Line != nil {
			scope.Line = *found.Line
		}
		if err := access.CheckObject(ctx, access.Calibrate, access.Object{Scope: scope, Seen: true}); err != nil {
			return err
		}
		if c, err = change(system, tx, found); err != nil {
			return err
		}
		return access.Audit(ctx, tx, audit, id, nil)
	})
	if err != nil {
		return nil, err
	}
	return c.Unwrap(), nil
}

// closeCalibration shows everybody what was given, and ends what was not.
func (s *Service) closeCalibration(system context.Context, tx *ent.Tx, c *ent.Calibration) (*ent.Calibration, error) {
	given := evaluation.CalibrationID(c.ID)
	if err := tx.Evaluation.Update().Where(given, evaluation.StateEQ(evaluation.StateDrawn)).SetState(evaluation.StateSkipped).Exec(system); err != nil {
		return nil, fmt.Errorf("end evaluations: %w", err)
	}
	if err := tx.Evaluation.Update().Where(given).SetSealed(false).Exec(system); err != nil {
		return nil, fmt.Errorf("unseal evaluations: %w", err)
	}
	c, err := tx.Calibration.UpdateOne(c).SetState(calibration.StateClosed).SetClosedAt(s.now()).Save(system)
	if err != nil {
		return nil, fmt.Errorf("close calibration: %w", err)
	}
	return c, s.tellCalibration(system, tx, c)
}

func (s *Service) tellCalibration(system context.Context, tx *ent.Tx, c *ent.Calibration) error {
	return s.o.Log.Append(system, tx, eventlog.Event{Kind: KindCalibration, Data: map[string]string{DataCalibration: c.ID}})
}

// closeDue closes calibrations whose term is over.
func (s *Service) closeDue(ctx context.Context) error {
	due := calibration.And(calibration.StateEQ(calibration.StateOpen), calibration.DueAtLTE(s.now()))
	ids, err := s.o.Client.Calibration.Query().Where(due).Order(ent.Asc(calibration.FieldDueAt)).Limit(batch).IDs(ctx)
	if err != nil {
		return fmt.Errorf("look for calibrations: %w", err)
	}
	var failure error
	for _, id := range ids {
		err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			c, err := tx.Calibration.Query().Where(calibration.ID(id), due).ForUpdate(database.LockOrSkip).Only(ctx)
			if ent.IsNotFound(err) {
				return nil
			}
			if err != nil {
				return err
			}
			_, err = s.closeCalibration(ctx, tx, c)
			return err
		})
		failure = errors.Join(failure, named("calibration", id, err))
	}
	return failure
}

// Comparison is how the evaluators of a closed calibration, which the viewer sees, have marked; nil while it is open, and when nobody has.
func (s *Service) Comparison(ctx context.Context, c *ent.Calibration) (*scorecard.Comparison, error) {
	if c.State != calibration.StateClosed {
		return nil, nil //nolint:nilnil // null in the contract
	}
	rows, err := s.o.Client.Evaluation.Query().Where(evaluation.CalibrationID(c.ID), evaluation.StateEQ(evaluation.StateGiven)).
		Order(ent.Asc(evaluation.FieldEvaluatorID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read evaluations: %w", err)
	}
	v, err := s.FormVersion(ctx, c.FormVersionID)
	if err != nil {
		return nil, err
	}
	sheets := make([]scorecard.Sheet, len(rows))
	for i, e := range rows {
		sheets[i] = scorecard.Sheet{EvaluatorID: e.EvaluatorID, Marks: e.Marks}
	}
	return v.Content.Compare(sheets), nil
}

// Progress is how many supervisors a calibration names and how many of them have given their marks; it tells nobody what they are.
func (s *Service) Progress(ctx context.Context, id string) (named, done int, err error) {
	states, err := s.o.Client.Evaluation.Query().Where(evaluation.CalibrationID(id)).Select(evaluation.FieldState).Strings(viewer.AsSystem(ctx))
	if err != nil {
		return 0, 0, fmt.Errorf("count evaluations: %w", err)
	}
	for _, state := range states {
		if state == string(evaluation.StateGiven) {
			done++
		}
	}
	return len(states), done, nil
}
