package graph

import (
	"context"
	"slices"
	"strconv"

	"ekc/access"
	"ekc/ent"
	"ekc/ent/admission"
	"ekc/ent/course"
	"ekc/ent/predicate"
	"ekc/ent/queue"
	"ekc/ent/trainingassignment"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/internal/optional"
	"ekc/training"
	"ekc/training/lesson"
)

// mayReadTraining refuses who has no training at all, their own or others'.
func mayReadTraining(ctx context.Context) error {
	return refusedListing(access.CheckObject(ctx, access.ReadTraining, access.Object{Own: true}))
}

// trainingOnDesk tells a trainee of their assignment and admission.
func (r *Resolver) trainingOnDesk(ctx context.Context, e eventlog.Event, cursor string) (model.DeskEvent, error) {
	event := &model.TrainingChanged{Cursor: cursor, At: e.At}
	if id := e.Data[training.DataAssignment]; id != "" {
		a, err := r.Client.TrainingAssignment.Query().WithCourse().Where(trainingassignment.ID(id)).Only(ctx)
		if ignoreMissing(err) != nil {
			return nil, err
		}
		event.Assignment = a
	}
	if id := e.Data[training.DataAdmission]; id != "" {
		a, err := r.Client.Admission.Query().WithCourse().Where(admission.ID(id)).Only(ctx)
		if ignoreMissing(err) != nil {
			return nil, err
		}
		event.Admission = a
	}
	if event.Assignment == nil && event.Admission == nil {
		return nil, nil //nolint:nilnil // nothing to show
	}
	return event, nil
}

func assignmentsLike(f model.TrainingFilter) []predicate.TrainingAssignment {
	all := []predicate.TrainingAssignment{trainingassignment.IDNEQ("")}
	if f.AccountID != nil {
		all = append(all, trainingassignment.AccountID(*f.AccountID))
	}
	if f.CourseID != nil {
		all = append(all, trainingassignment.CourseID(*f.CourseID))
	}
	if f.State != nil {
		all = append(all, trainingassignment.StateEQ(*f.State))
	}
	return all
}

func admissionsLike(f model.AdmissionFilter) []predicate.Admission {
	all := []predicate.Admission{admission.IDNEQ("")}
	if f.AccountID != nil {
		all = append(all, admission.AccountID(*f.AccountID))
	}
	if f.CourseID != nil {
		all = append(all, admission.CourseID(*f.CourseID))
	}
	return all
}

// coursesOf are the courses that a queue asks for, as the viewer sees them.
func (r *Resolver) coursesOf(ctx context.Context, q *ent.Queue) ([]*ent.Course, error) {
	return r.Client.Course.Query().Where(course.HasQueuesWith(queue.ID(q.ID))).WithAgency().WithRegion().Order(ent.Asc(course.FieldTitle, course.FieldID)).All(ctx)
}

// attemptsOf are the attempts of an assignment, the oldest first.
func (r *Resolver) attemptsOf(ctx context.Context, of *ent.TrainingAssignment) ([]*model.Attempt, error) {
	rows, err := r.Training.Attempts(ctx, of)
	if err != nil {
		return nil, err
	}
	shown := make([]*model.Attempt, len(rows))
	for i, row := range rows {
		whole, err := r.Training.WithVersion(ctx, row)
		if err != nil {
			return nil, err
		}
		shown[i] = r.attemptShown(whole)
	}
	return shown, nil
}

// questionsOf reads questions; an option is named by its place from then on.
func questionsOf(in []*model.CourseQuestionInput) []lesson.Question {
	if in == nil {
		return nil
	}
	all := make([]lesson.Question, len(in))
	for i, q := range in {
		all[i] = lesson.Question{Kind: lesson.Kind(q.Kind), Text: q.Text, Points: q.Points}
		for n, text := range q.Options {
			all[i].Options = append(all[i].Options, lesson.Option{ID: strconv.Itoa(n), Text: text})
		}
		for _, n := range q.Right {
			all[i].Right = append(all[i].Right, strconv.Itoa(n))
		}
	}
	return all
}

func editionsShown(versions []*ent.CourseVersion) []*model.CourseEdition {
	shown := make([]*model.CourseEdition, len(versions))
	for i, v := range versions {
		shown[i] = &model.CourseEdition{
			Number: v.Number, Revision: v.Revision, PublishedAt: v.PublishedAt, PassPercent: v.PassPercent, TimeLimitMinutes: v.TimeLimitMinutes,
			MaxAttempts: v.MaxAttempts, Readings: readingsShown(v.Content.Readings), Exercises: make([]*model.CourseExercise, len(v.Content.Exercises)),
			Questions: make([]*model.CourseQuestion, len(v.Content.Questions)),
		}
		for n, e := range v.Content.Exercises {
			shown[i].Exercises[n] = &model.CourseExercise{ID: e.ID, Title: e.Title, Turns: make([]*model.CourseTurn, len(e.Turns))}
			for m, t := range e.Turns {
				shown[i].Exercises[n].Turns[m] = &model.CourseTurn{Citizen: t.Citizen, Reply: t.Reply, RecordIds: append([]string{}, t.RecordIDs...)}
			}
		}
		for n, q := range v.Content.Questions {
			shown[i].Questions[n] = &model.CourseQuestion{
				ID: q.ID, Kind: model.QuestionKind(q.Kind), Text: q.Text, Options: optionsShown(q.Options), RightOptionIds: q.Right, Points: q.Points,
			}
		}
	}
	return shown
}

func readingsShown(readings []lesson.Reading) []*model.CourseReading {
	shown := make([]*model.CourseReading, len(readings))
	for i, r := range readings {
		shown[i] = &model.CourseReading{RecordID: r.RecordID, RecordVersionID: r.RecordVersionID, Question: r.Question, Answer: r.Answer}
	}
	return shown
}

func optionsShown(options []lesson.Option) []*model.QuestionOption {
	shown := make([]*model.QuestionOption, len(options))
	for i, o := range options {
		shown[i] = &model.QuestionOption{ID: o.ID, Text: o.Text}
	}
	return shown
}

// attemptShown is an attempt as the contract has it, without the right answers until it is over; nil of nil.
func (r *Resolver) attemptShown(a *training.Attempt) *model.Attempt {
	if a == nil {
		return nil
	}
	over := r.Training.Over(a.TrainingAttempt)
	shown := &model.Attempt{
		ID: a.ID, Version: a.Version.Number, State: model.AttemptState(a.State), BeganAt: a.CreatedAt, EndsAt: a.EndsAt, EndedAt: a.EndedAt,
		OfPoints: a.OfPoints, PassPercent: a.Version.PassPercent, Readings: readingsShown(a.Version.Content.Readings),
		Exercises: make([]*model.AttemptExercise, len(a.Version.Content.Exercises)), Questions: make([]*model.AttemptQuestion, len(a.Sheet.Questions)),
	}
	if a.EndedAt != nil {
		shown.Points = &a.Points
	}
	for i, e := range a.Version.Content.Exercises {
		shown.Exercises[i] = exerciseShown(e, a.Sheet, over)
	}
	for i, asked := range a.Sheet.Questions {
		at := slices.IndexFunc(a.Version.Content.Questions, func(q lesson.Question) bool { return q.ID == asked.ID })
		shown.Questions[i] = questionShown(a.Version.Content.Questions[at], asked, over)
	}
	return shown
}

func exerciseShown(e lesson.Exercise, sheet lesson.Sheet, over bool) *model.AttemptExercise {
	shown := &model.AttemptExercise{ID: e.ID, Title: e.Title, Turns: len(e.Turns), Done: []*model.AttemptTurn{}}
	for _, step := range sheet.Steps {
		if step.ExerciseID != e.ID {
			continue
		}
		t := e.Turns[step.Turn]
		shown.Done = append(shown.Done, &model.AttemptTurn{
			Citizen: t.Citizen, Text: optional.Text(step.Text), RecordID: optional.Text(step.RecordID), Reply: t.Reply,
			RecordIds: append([]string{}, t.RecordIDs...), Right: step.Right,
		})
	}
	if n := len(shown.Done); !over && n < len(e.Turns) {
		shown.Next = &e.Turns[n].Citizen
	}
	return shown
}

func questionShown(q lesson.Question, asked lesson.Asked, over bool) *model.AttemptQuestion {
	shown := &model.AttemptQuestion{ID: q.ID, Kind: model.QuestionKind(q.Kind), Text: q.Text, Points: q.Points, Answer: asked.Answer}
	for _, id := range asked.Options {
		at := slices.IndexFunc(q.Options, func(o lesson.Option) bool { return o.ID == id })
		shown.Options = append(shown.Options, &model.QuestionOption{ID: id, Text: q.Options[at].Text})
	}
	if over {
		shown.RightOptionIds = q.Right
	}
	return shown
}

func coursePayload(c *ent.Course, err error) (*model.CoursePayload, error) {
	errs, err := userErrors(err)
	return &model.CoursePayload{Course: c, UserErrors: errs}, err
}

func (r *Resolver) attemptPayload(a *training.Attempt, err error) (*model.AttemptPayload, error) {
	errs, err := userErrors(err)
	return &model.AttemptPayload{Attempt: r.attemptShown(a), UserErrors: errs}, err
}

func admissionPayload(a *ent.Admission, err error) (*model.AdmissionPayload, error) {
	errs, err := userErrors(err)
	return &model.AdmissionPayload{Admission: a, UserErrors: errs}, err
}
