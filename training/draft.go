package training

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/courseversion"
	"ekc/internal/fail"
	"ekc/training/lesson"
)

// Limits of a version.
const (
	maxReadings  = 200
	maxExercises = 50
	maxTurns     = 100
	maxQuestions = 200
	maxOptions   = 20
	maxPoints    = 100
	maxQuestion  = 2000
	maxOption    = 500
	maxMinutes   = 1440
	maxAttempts  = 100
)

// Draft is what to write into a draft; nil leaves it. Revision is the one that was read: CONFLICT when somebody has changed it since.
type Draft struct {
	CourseID string
	Revision int
	// RecordIDs are the records that are read, in their order; each is taken as it is published now.
	RecordIDs []string
	// Questions replace all; their ids are given anew.
	Questions []lesson.Question
	// ExerciseIDs are the exercises to keep, in their order.
	ExerciseIDs                                []string
	PassPercent, TimeLimitMinutes, MaxAttempts *int
}

// beginDraft makes the next version, as the one in force is.
func (s *Service) beginDraft(system context.Context, tx *ent.Tx, c *ent.Course, author string) (*ent.CourseVersion, error) {
	create := tx.CourseVersion.Create().SetCourseID(c.ID).SetNumber(c.Published + 1).SetAuthorID(author).SetContent(lesson.Content{}).SetCreatedAt(s.now())
	if c.Published > 0 {
		last, err := tx.CourseVersion.Query().Where(courseversion.CourseID(c.ID), courseversion.Number(c.Published)).Only(system)
		if err != nil {
			return nil, fmt.Errorf("read version: %w", err)
		}
		create.SetContent(last.Content).SetPassPercent(last.PassPercent).SetTimeLimitMinutes(last.TimeLimitMinutes).SetMaxAttempts(last.MaxAttempts)
	}
	made, err := create.Save(system)
	return made, wrap("write version", err)
}

// lockDraft is the draft of a course, begun when there is none, of the revision.
func (s *Service) lockDraft(ctx, system context.Context, tx *ent.Tx, courseID string, revision int) (*ent.Course, *ent.CourseVersion, error) {
	c, err := s.lockCourse(ctx, system, tx, courseID, access.EditCourse)
	if err != nil {
		return nil, nil, err
	}
	draft, err := tx.CourseVersion.Query().Where(courseversion.CourseID(courseID), courseversion.PublishedAtIsNil()).Only(system)
	if ent.IsNotFound(err) {
		draft, err = s.beginDraft(system, tx, c, viewer.From(ctx).AccountID)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read draft: %w", err)
	}
	if draft.Revision != revision {
		return nil, nil, fail.Field("revision", fail.Conflict, "somebody has changed the draft: it is %d now", draft.Revision)
	}
	return c, draft, nil
}

// Write changes the draft of a course, which is begun by it where there is none (its revision is 1 then). Rights as for CreateCourse.
func (s *Service) Write(ctx context.Context, d Draft) (*ent.Course, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	readings, err := s.readings(ctx, d.RecordIDs)
	if err != nil {
		return nil, err
	}
	return s.edit(ctx, d.CourseID, d.Revision, "course.write", func(draft *ent.CourseVersion, update *ent.CourseVersionUpdateOne) error {
		content := draft.Content
		if d.RecordIDs != nil {
			content.Readings = readings
		}
		if d.Questions != nil {
			content.Questions = numbered(d.Questions)
		}
		if d.ExerciseIDs != nil {
			if content.Exercises, err = kept(draft.Content.Exercises, d.ExerciseIDs); err != nil {
				return err
			}
		}
		update.SetContent(content).SetNillablePassPercent(d.PassPercent).SetNillableTimeLimitMinutes(d.TimeLimitMinutes).SetNillableMaxAttempts(d.MaxAttempts)
		return nil
	})
}

func (s *Service) edit(ctx context.Context, courseID string, revision int, audit string,
	change func(*ent.CourseVersion, *ent.CourseVersionUpdateOne) error,
) (*ent.Course, error) {
	var c *ent.Course
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, draft, err := s.lockDraft(ctx, system, tx, courseID, revision)
		if err != nil {
			return err
		}
		c = found
		update := tx.CourseVersion.UpdateOne(draft).AddRevision(1)
		if err := change(draft, update); err != nil {
			return err
		}
		if err := update.Exec(system); err != nil {
			return fmt.Errorf("write draft: %w", err)
		}
		return access.Audit(ctx, tx, audit, courseID, nil)
	})
	if err != nil {
		return nil, err
	}
	return c.Unwrap(), nil
}

func (d Draft) validate() error {
	for _, n := range []struct {
		field       string
		value       *int
		least, most int
	}{
		{"passPercent", d.PassPercent, 1, 100},
		{"timeLimitMinutes", d.TimeLimitMinutes, 1, maxMinutes},
		{"maxAttempts", d.MaxAttempts, 0, maxAttempts},
	} {
		if n.value != nil && (*n.value < n.least || *n.value > n.most) {
			return fail.Field(n.field, fail.Invalid, "must be from %d to %d", n.least, n.most)
		}
	}
	switch {
	case len(d.RecordIDs) > maxReadings:
		return fail.Field("recordIds", fail.Invalid, "at most %d", maxReadings)
	case len(d.Questions) > maxQuestions:
		return fail.Field("questions", fail.Invalid, "at most %d", maxQuestions)
	}
	for i, q := range d.Questions {
		if err := checkQuestion(fmt.Sprintf("questions.%d", i), q); err != nil {
			return err
		}
	}
	return nil
}

// checkQuestion makes sure that a question can be answered: its right options are places in its options, from "0".
func checkQuestion(field string, q lesson.Question) error {
	if err := checkText(field+".text", q.Text, maxQuestion); err != nil {
		return err
	}
	if len(q.Options) < 2 || len(q.Options) > maxOptions {
		return fail.Field(field+".options", fail.Invalid, "from 2 to %d options", maxOptions)
	}
	if q.Points < 1 || q.Points > maxPoints {
		return fail.Field(field+".points", fail.Invalid, "must be from 1 to %d", maxPoints)
	}
	ids := map[string]bool{}
	for i, o := range q.Options {
		if err := checkText(fmt.Sprintf("%s.options.%d", field, i), o.Text, maxOption); err != nil {
			return err
		}
		ids[o.ID] = true
	}
	right := map[string]bool{}
	for _, id := range q.Right {
		if !ids[id] || right[id] {
			return fail.Field(field+".right", fail.Invalid, "names an option that is none, or one twice")
		}
		right[id] = true
	}
	switch {
	case q.Kind == lesson.Single && len(q.Right) != 1:
		return fail.Field(field+".right", fail.Invalid, "one option is right")
	case q.Kind == lesson.Multiple && len(q.Right) == 0:
		return fail.Field(field+".right", fail.Invalid, "at least one option is right")
	case q.Kind == lesson.Order && len(q.Right) != len(q.Options):
		return fail.Field(field+".right", fail.Invalid, "all options stand in their right order")
	}
	return nil
}

// numbered gives questions their ids.
func numbered(questions []lesson.Question) []lesson.Question {
	all := slices.Clone(questions)
	for i := range all {
		all[i].ID = "q" + strconv.Itoa(i+1)
	}
	return all
}

func kept(there []lesson.Exercise, ids []string) ([]lesson.Exercise, error) {
	var all []lesson.Exercise
	for i, id := range ids {
		at := slices.IndexFunc(there, func(e lesson.Exercise) bool { return e.ID == id })
		if at < 0 || slices.Contains(ids[:i], id) {
			return nil, fail.Field(fmt.Sprintf("exerciseIds.%d", i), fail.NotFound, "no such exercise in the draft")
		}
		all = append(all, there[at])
	}
	return all, nil
}

// readings takes records as they are published now.
func (s *Service) readings(ctx context.Context, ids []string) ([]lesson.Reading, error) {
	all := make([]lesson.Reading, 0, len(ids))
	for i, id := range ids {
		r, err := s.o.Base.Published(ctx, id)
		if fail.CodeOf(err) == fail.NotFound {
			return nil, fail.Field(fmt.Sprintf("recordIds.%d", i), fail.NotFound, "no such published record")
		}
		if err != nil {
			return nil, fmt.Errorf("read record: %w", err)
		}
		all = append(all, lesson.Reading{ID: "r" + strconv.Itoa(i+1), RecordID: r.ID, RecordVersionID: r.VersionID, Question: r.Question, Answer: r.Answer})
	}
	return all, nil
}

// Publish puts the draft in force: attempts that begin from now on are of it. INVALID when nothing in it can be passed.
func (s *Service) Publish(ctx context.Context, courseID string, revision int) (*ent.Course, error) {
	var c *ent.Course
	err := s.inTx(ctx, func(system context.Context, tx *ent.Tx) error {
		found, draft, err := s.lockDraft(ctx, system, tx, courseID, revision)
		if err != nil {
			return err
		}
		if worth(draft.Content) == 0 {
			return fail.New(fail.Invalid, "a course needs a question or an exercise to be passed")
		}
		err = tx.CourseVersion.UpdateOne(draft).SetPublishedAt(s.now()).SetPublishedBy(viewer.From(ctx).AccountID).Exec(system)
		if err != nil {
			return fmt.Errorf("publish version: %w", err)
		}
		if c, err = tx.Course.UpdateOne(found).SetPublished(draft.Number).Save(system); err != nil {
			return fmt.Errorf("write course: %w", err)
		}
		return access.Audit(ctx, tx, "course.publish", courseID, map[string]string{"version": strconv.Itoa(draft.Number)})
	})
	if err != nil {
		return nil, err
	}
	return c.Unwrap(), nil
}

// Versions are those of a course, the newest first, for whoever may read what courses hold; none for others.
func (s *Service) Versions(ctx context.Context, c *ent.Course) ([]*ent.CourseVersion, error) {
	if access.Check(ctx, access.ReadCourses, courseScope(c)) != nil {
		return nil, nil
	}
	return s.o.Client.CourseVersion.Query().Where(courseversion.CourseID(c.ID)).Order(ent.Desc(courseversion.FieldNumber)).All(viewer.AsSystem(ctx))
}
