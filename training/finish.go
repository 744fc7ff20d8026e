package training

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/trainingassignment"
	"ekc/ent/trainingattempt"
	"ekc/internal/fail"
)

// sweepBatch is how many attempts one sweep ends at most.
const sweepBatch = 200

// Finish ends the viewer's own attempt and judges it: whoever passes is admitted. CONFLICT when it is over already.
func (s *Service) Finish(ctx context.Context, attemptID string) (*Attempt, error) {
	var done *Attempt
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		a, v, err := s.lockAttempt(ctx, system, tx, attemptID)
		if err != nil {
			return err
		}
		if s.Over(a) {
			return fail.Field("attemptId", fail.Conflict, "the attempt is over")
		}
		points := mark(v.Content, a.Sheet)
		state := trainingattempt.StateFailed
		if passes(points, a.OfPoints, v.PassPercent) {
			state = trainingattempt.StatePassed
		}
		if a, err = s.end(system, tx, a, v, state, points); err != nil {
			return err
		}
		if err := access.Audit(ctx, tx, "training.finish", a.ID, map[string]string{"state": string(state)}); err != nil {
			return err
		}
		done = &Attempt{a.Unwrap(), v.Unwrap()}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.o.Wake()
	return done, nil
}

// end writes how an attempt ended, and what follows for its assignment, which is locked.
func (s *Service) end(system context.Context, tx *ent.Tx, a *ent.TrainingAttempt, v *ent.CourseVersion, state trainingattempt.State, points int,
) (*ent.TrainingAttempt, error) {
	now := s.now()
	ended, err := tx.TrainingAttempt.UpdateOne(a).SetState(state).SetPoints(points).SetEndedAt(now).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write attempt: %w", err)
	}
	outcome, admissionID := trainingassignment.StateAssigned, ""
	if state == trainingattempt.StatePassed {
		outcome = trainingassignment.StatePassed
		if admissionID, err = s.admit(system, tx, ended, now); err != nil {
			return nil, err
		}
	} else if v.MaxAttempts > 0 {
		tried, err := tx.TrainingAttempt.Query().Where(trainingattempt.AssignmentID(a.AssignmentID)).Count(system)
		if err != nil {
			return nil, fmt.Errorf("count attempts: %w", err)
		}
		if tried >= v.MaxAttempts {
			outcome = trainingassignment.StateFailed
		}
	}
	if outcome != trainingassignment.StateAssigned {
		if err := tx.TrainingAssignment.UpdateOneID(a.AssignmentID).SetState(outcome).SetEndedAt(now).Exec(system); err != nil {
			return nil, fmt.Errorf("write assignment: %w", err)
		}
	}
	return ended, s.o.Log.Append(system, tx, trainingEvent(a.AccountID, a.AssignmentID, admissionID))
}

// admit admits whoever has passed, for as long as the course says, and returns the id of the admission.
func (s *Service) admit(system context.Context, tx *ent.Tx, a *ent.TrainingAttempt, now time.Time) (string, error) {
	c, err := tx.Course.Get(system, a.CourseID)
	if err != nil {
		return "", fmt.Errorf("read course: %w", err)
	}
	create := tx.Admission.Create().SetAccountID(a.AccountID).SetCourseID(a.CourseID).SetAttemptID(a.ID).SetValidFrom(now).SetCreatedAt(now)
	if c.ValidityDays > 0 {
		create.SetValidTo(now.AddDate(0, 0, c.ValidityDays))
	}
	made, err := create.Save(system)
	if err != nil {
		return "", fmt.Errorf("write admission: %w", err)
	}
	return made.ID, nil
}

// Which attempt endRunning ends.
const (
	whatever = false
	ifOver   = true
)

// endRunning ends the attempt of a locked assignment that runs, or only if its time is over.
func (s *Service) endRunning(system context.Context, tx *ent.Tx, of *ent.TrainingAssignment, onlyOver bool) error {
	a, err := tx.TrainingAttempt.Query().Where(trainingattempt.AssignmentID(of.ID), trainingattempt.StateEQ(trainingattempt.StateRunning)).WithVersion().
		ForUpdate().Only(system)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read attempt: %w", err)
	}
	if onlyOver && !s.Over(a) {
		return nil
	}
	if _, err = s.end(system, tx, a, a.Edges.Version, trainingattempt.StateExpired, mark(a.Edges.Version.Content, a.Sheet)); err != nil {
		return err
	}
	fresh, err := tx.TrainingAssignment.Get(system, of.ID)
	if err != nil {
		return fmt.Errorf("read assignment: %w", err)
	}
	of.State = fresh.State
	return nil
}

// Sweep ends attempts whose time is over.
func (s *Service) Sweep(ctx context.Context) error {
	var over []*ent.TrainingAttempt
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) (err error) {
		over, err = tx.TrainingAttempt.Query().Where(trainingattempt.StateEQ(trainingattempt.StateRunning), trainingattempt.EndsAtLTE(s.now())).
			Order(ent.Asc(trainingattempt.FieldEndsAt)).Limit(sweepBatch).All(system)
		return wrap("look for attempts that are over", err)
	})
	for _, a := range over {
		err = errors.Join(err, s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
			of, err := lockAssignment(system, tx, a.AssignmentID)
			if err != nil {
				return err
			}
			return s.endRunning(system, tx, of, ifOver)
		}))
	}
	return err
}
