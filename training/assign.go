package training

import (
	"context"
	"fmt"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/trainingassignment"
	"ekc/internal/database"
	"ekc/internal/fail"
)

// maxTrainees is how many people one call assigns a course to.
const maxTrainees = 200

// Assign tells people to pass a course, for supervisors who reach them and the course; to whom it is assigned already stays as it is.
// due may be zero. CONFLICT when the course is not published, or retired.
func (s *Service) Assign(ctx context.Context, courseID string, accountIDs []string, due *time.Time) ([]*ent.TrainingAssignment, error) {
	if len(accountIDs) == 0 || len(accountIDs) > maxTrainees {
		return nil, fail.Field("accountIds", fail.Invalid, "name 1 to %d people", maxTrainees)
	}
	if due != nil && !due.After(s.now()) {
		return nil, fail.Field("dueAt", fail.Invalid, "is over already")
	}
	var all []*ent.TrainingAssignment
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		all = nil
		c, err := s.assignable(ctx, system, tx, courseID)
		if err != nil {
			return err
		}
		for i, id := range accountIDs {
			if err := s.mayTo(ctx, tx, access.AssignTraining, fmt.Sprintf("accountIds.%d", i), id); err != nil {
				return err
			}
			made, err := s.assign(ctx, system, tx, c, id, due)
			if err != nil {
				return err
			}
			all = append(all, made)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i] = all[i].Unwrap()
	}
	return all, nil
}

// assignable locks a course that the viewer may assign now. Whoever assigns sees the course by its title, not what is in it.
func (s *Service) assignable(ctx, system context.Context, tx *ent.Tx, courseID string) (*ent.Course, error) {
	c, err := s.lockCourse(ctx, system, tx, courseID, access.AssignTraining)
	switch {
	case err != nil:
		return nil, err
	case c.Published == 0 || c.RetiredAt != nil:
		return nil, fail.Field("courseId", fail.Conflict, "the course is not in force")
	}
	return c, nil
}

func (s *Service) assign(ctx, system context.Context, tx *ent.Tx, c *ent.Course, accountID string, due *time.Time) (*ent.TrainingAssignment, error) {
	there, err := tx.TrainingAssignment.Query().Where(trainingassignment.AccountID(accountID), trainingassignment.CourseID(c.ID),
		trainingassignment.StateEQ(trainingassignment.StateAssigned)).Only(system)
	if err == nil || !ent.IsNotFound(err) {
		return there, wrap("read assignment", err)
	}
	made, err := tx.TrainingAssignment.Create().SetAccountID(accountID).SetCourseID(c.ID).SetAuthorID(viewer.From(ctx).AccountID).SetNillableDueAt(due).
		SetCreatedAt(s.now()).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write assignment: %w", err)
	}
	if err := access.Audit(ctx, tx, "training.assign", made.ID, map[string]string{"account": accountID, "course": c.ID}); err != nil {
		return nil, err
	}
	return made, s.o.Log.Append(system, tx, trainingEvent(accountID, made.ID, ""))
}

// WithdrawAssignment ends an assignment that is not passed yet, with an attempt that runs; rights as for Assign.
func (s *Service) WithdrawAssignment(ctx context.Context, id string) (*ent.TrainingAssignment, error) {
	var ended *ent.TrainingAssignment
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, err := lockAssignment(system, tx, id)
		if err != nil {
			return s.hidden(ctx, access.AssignTraining, err)
		}
		if err := s.mayTo(ctx, tx, access.AssignTraining, "assignmentId", found.AccountID); err != nil {
			return err
		}
		if found.State != trainingassignment.StateAssigned {
			return fail.New(fail.Conflict, "the assignment is %s", found.State)
		}
		if err := s.endRunning(system, tx, found, whatever); err != nil {
			return err
		}
		if ended, err = tx.TrainingAssignment.UpdateOne(found).SetState(trainingassignment.StateWithdrawn).SetEndedAt(s.now()).Save(system); err != nil {
			return fmt.Errorf("write assignment: %w", err)
		}
		if err := access.Audit(ctx, tx, "training.withdraw", id, nil); err != nil {
			return err
		}
		return s.o.Log.Append(system, tx, trainingEvent(found.AccountID, found.ID, ""))
	})
	if err != nil {
		return nil, err
	}
	return ended.Unwrap(), nil
}

func lockAssignment(system context.Context, tx *ent.Tx, id string) (*ent.TrainingAssignment, error) {
	found, err := tx.TrainingAssignment.Query().Where(trainingassignment.ID(id)).ForUpdate(database.Lock).Only(system)
	if ent.IsNotFound(err) {
		return nil, fail.Field("assignmentId", fail.NotFound, "no such assignment")
	}
	return found, wrap("lock assignment", err)
}

// hidden is what somebody is told of what does not exist: as of what they may not see.
func (s *Service) hidden(ctx context.Context, action access.Action, err error) error {
	if fail.CodeOf(err) == fail.NotFound && viewer.From(ctx).Kind == viewer.Nobody {
		return access.Check(ctx, action, access.Anywhere)
	}
	return err
}
