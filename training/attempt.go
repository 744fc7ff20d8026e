package training

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/courseversion"
	"ekc/ent/trainingassignment"
	"ekc/ent/trainingattempt"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/training/lesson"
)

// maxReply is how long a reply in an exercise may be, in characters.
const maxReply = 4000

// Attempt is one with the version that it is of.
type Attempt struct {
	*ent.TrainingAttempt
	Version *ent.CourseVersion
}

// Over reports whether the attempt has ended, by the clock too: only then are the right answers told.
func (s *Service) Over(a *ent.TrainingAttempt) bool {
	return a.State != trainingattempt.StateRunning || !a.EndsAt.After(s.now())
}

// Begin begins an attempt of the viewer's own assignment, or gives the one that runs. CONFLICT when the assignment has ended, when there
// are no more attempts, or when the course is no longer in force.
func (s *Service) Begin(ctx context.Context, assignmentID string) (*Attempt, error) {
	var begun *Attempt
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		a, err := lockAssignment(system, tx, assignmentID)
		if err != nil {
			return s.hidden(ctx, access.Train, err)
		}
		if err := s.own(ctx, "assignmentId", "no such assignment", a.AccountID); err != nil {
			return err
		}
		if err := s.endRunning(system, tx, a, ifOver); err != nil {
			return err
		}
		running, err := tx.TrainingAttempt.Query().Where(trainingattempt.AssignmentID(a.ID), trainingattempt.StateEQ(trainingattempt.StateRunning)).Only(system)
		if err == nil {
			begun, err = withVersion(system, tx, running)
			return err
		}
		if !ent.IsNotFound(err) {
			return fmt.Errorf("read attempt: %w", err)
		}
		begun, err = s.begin(ctx, system, tx, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return begun, nil
}

// own decides whether what belongs to the account is the viewer's to take.
func (s *Service) own(ctx context.Context, field, none, accountID string) error {
	v := viewer.From(ctx)
	mine := v.Kind == viewer.Account && v.AccountID == accountID
	err := access.CheckObject(ctx, access.Train, access.Object{Own: mine})
	if fail.CodeOf(err) == fail.NotFound || err != nil && fail.CodeOf(err) == fail.Forbidden {
		return fail.Field(field, fail.NotFound, "%s", none)
	}
	if err == nil && !mine {
		return fail.Field(field, fail.NotFound, "%s", none)
	}
	return err
}

func (s *Service) begin(ctx, system context.Context, tx *ent.Tx, a *ent.TrainingAssignment) (*Attempt, error) {
	if a.State != trainingassignment.StateAssigned {
		return nil, fail.New(fail.Conflict, "the assignment is %s", a.State)
	}
	c, err := tx.Course.Get(system, a.CourseID)
	if err != nil {
		return nil, fmt.Errorf("read course: %w", err)
	}
	if c.RetiredAt != nil || c.Published == 0 {
		return nil, fail.New(fail.Conflict, "the course is not in force any more")
	}
	v, err := tx.CourseVersion.Query().Where(courseversion.CourseID(c.ID), courseversion.Number(c.Published)).Only(system)
	if err != nil {
		return nil, fmt.Errorf("read version: %w", err)
	}
	now := s.now()
	made, err := tx.TrainingAttempt.Create().SetAssignmentID(a.ID).SetAccountID(a.AccountID).SetCourseID(c.ID).SetCourseVersionID(v.ID).
		SetEndsAt(now.Add(time.Duration(v.TimeLimitMinutes) * time.Minute)).SetSheet(s.sheetOf(v.Content)).SetOfPoints(worth(v.Content)).
		SetCreatedAt(now).Save(system)
	if err != nil {
		return nil, fmt.Errorf("write attempt: %w", err)
	}
	if err := access.Audit(ctx, tx, "training.begin", made.ID, nil); err != nil {
		return nil, err
	}
	return &Attempt{made.Unwrap(), v.Unwrap()}, s.o.Log.Append(system, tx, trainingEvent(a.AccountID, a.ID, ""))
}

func withVersion(system context.Context, tx *ent.Tx, a *ent.TrainingAttempt) (*Attempt, error) {
	v, err := tx.CourseVersion.Get(system, a.CourseVersionID)
	if err != nil {
		return nil, fmt.Errorf("read version: %w", err)
	}
	return &Attempt{a.Unwrap(), v.Unwrap()}, nil
}

// Answer answers a question of the viewer's own attempt; a later answer takes the place of an earlier one. CONFLICT when it is over.
func (s *Service) Answer(ctx context.Context, attemptID, questionID string, options []string) (*Attempt, error) {
	return s.work(ctx, attemptID, func(c lesson.Content, sheet *lesson.Sheet) error {
		at := slices.IndexFunc(sheet.Questions, func(q lesson.Asked) bool { return q.ID == questionID })
		if at < 0 {
			return fail.Field("questionId", fail.NotFound, "no such question")
		}
		asked := &sheet.Questions[at]
		for i, id := range options {
			if !slices.Contains(asked.Options, id) || slices.Contains(options[:i], id) {
				return fail.Field("optionIds", fail.Invalid, "names an option that is none, or one twice")
			}
		}
		q := c.Questions[slices.IndexFunc(c.Questions, func(q lesson.Question) bool { return q.ID == questionID })]
		switch {
		case q.Kind == lesson.Single && len(options) != 1:
			return fail.Field("optionIds", fail.Invalid, "choose one option")
		case q.Kind == lesson.Order && len(options) != len(q.Options):
			return fail.Field("optionIds", fail.Invalid, "put all options in order")
		case len(options) == 0:
			return fail.Field("optionIds", fail.Invalid, "choose at least one option")
		}
		asked.Answer = slices.Clone(options)
		return nil
	})
}

// Reply replies to the next turn of an exercise of the viewer's own attempt, by picking a record, in words, or both; what was said then,
// and which record answers, is told with the attempt from then on. A turn is replied to once.
func (s *Service) Reply(ctx context.Context, attemptID, exerciseID, text, recordID string) (*Attempt, error) {
	if strings.TrimSpace(text) != "" {
		if err := checkText("text", text, maxReply); err != nil {
			return nil, err
		}
	} else if recordID == "" {
		return nil, fail.Field("text", fail.Invalid, "pick a record or write something")
	}
	if len(recordID) > maxTitle {
		return nil, fail.Field("recordId", fail.Invalid, "is no id")
	}
	return s.work(ctx, attemptID, func(c lesson.Content, sheet *lesson.Sheet) error {
		at := slices.IndexFunc(c.Exercises, func(e lesson.Exercise) bool { return e.ID == exerciseID })
		if at < 0 {
			return fail.Field("exerciseId", fail.NotFound, "no such exercise")
		}
		next := Replied(*sheet, exerciseID)
		if next == len(c.Exercises[at].Turns) {
			return fail.Field("exerciseId", fail.Conflict, "the exercise is done")
		}
		turn := c.Exercises[at].Turns[next]
		good := slices.Contains(turn.RecordIDs, recordID) || len(turn.RecordIDs) == 0 && strings.TrimSpace(text) != ""
		sheet.Steps = append(sheet.Steps, lesson.Step{ExerciseID: exerciseID, Turn: next, Text: text, RecordID: recordID, Right: good})
		return nil
	})
}

// Replied is how many turns of an exercise were replied to.
func Replied(sheet lesson.Sheet, exerciseID string) int {
	n := 0
	for _, step := range sheet.Steps {
		if step.ExerciseID == exerciseID {
			n++
		}
	}
	return n
}

// work changes the sheet of the viewer's own attempt while it runs.
func (s *Service) work(ctx context.Context, attemptID string, change func(lesson.Content, *lesson.Sheet) error) (*Attempt, error) {
	var worked *Attempt
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		a, v, err := s.lockAttempt(ctx, system, tx, attemptID)
		if err != nil {
			return err
		}
		if s.Over(a) {
			return fail.Field("attemptId", fail.Conflict, "the attempt is over")
		}
		sheet := a.Sheet
		if err := change(v.Content, &sheet); err != nil {
			return err
		}
		if a, err = tx.TrainingAttempt.UpdateOne(a).SetSheet(sheet).Save(system); err != nil {
			return fmt.Errorf("write attempt: %w", err)
		}
		worked = &Attempt{a.Unwrap(), v.Unwrap()}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return worked, nil
}

// lockAttempt locks the viewer's own attempt, and its assignment before it.
func (s *Service) lockAttempt(ctx, system context.Context, tx *ent.Tx, id string) (*ent.TrainingAttempt, *ent.CourseVersion, error) {
	none := fail.Field("attemptId", fail.NotFound, "no such attempt")
	a, err := tx.TrainingAttempt.Query().Where(trainingattempt.ID(id)).Only(system)
	if ent.IsNotFound(err) {
		return nil, nil, s.hidden(ctx, access.Train, none)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read attempt: %w", err)
	}
	if err := s.own(ctx, "attemptId", "no such attempt", a.AccountID); err != nil {
		return nil, nil, err
	}
	if _, err := lockAssignment(system, tx, a.AssignmentID); err != nil {
		return nil, nil, err
	}
	if a, err = tx.TrainingAttempt.Query().Where(trainingattempt.ID(id)).ForUpdate(database.Lock).WithVersion().Only(system); err != nil {
		return nil, nil, fmt.Errorf("lock attempt: %w", err)
	}
	return a, a.Edges.Version, nil
}
