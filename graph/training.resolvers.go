package graph

import (
	"context"

	"entgo.io/contrib/entgql"

	"ekc/ent"
	"ekc/ent/course"
	"ekc/graph/model"
	"ekc/internal/optional"
	"ekc/training"
)

// Courses is the resolver for the courses field.
func (r *queryResolver) Courses(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int) (*ent.CourseConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = signedIn(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Course.Query().Where(course.IDNEQ("")).Paginate(ctx, after, first, before, last, ent.WithCourseOrder(newestCourses))
}

// TrainingAssignments is the resolver for the trainingAssignments field.
func (r *queryResolver) TrainingAssignments(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.TrainingFilter) (*ent.TrainingAssignmentConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayReadTraining(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.TrainingAssignment.Query().Where(assignmentsLike(value(filter))...).
		Paginate(ctx, after, first, before, last, ent.WithTrainingAssignmentOrder(newestAssignments))
}

// TrainingAttempt is the resolver for the trainingAttempt field.
func (r *queryResolver) TrainingAttempt(ctx context.Context, id string) (*model.Attempt, error) {
	if err := mayReadTraining(ctx); err != nil {
		return nil, err
	}
	found, err := r.Training.Attempt(ctx, id)
	return r.attemptShown(found), orMissing(err)
}

// Admissions is the resolver for the admissions field.
func (r *queryResolver) Admissions(ctx context.Context, after *entgql.Cursor[string], first *int, before *entgql.Cursor[string], last *int, filter *model.AdmissionFilter) (*ent.AdmissionConnection, error) {
	first, last, err := pageOf(after, before, first, last, 50)
	if err == nil {
		err = mayReadTraining(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.Client.Admission.Query().Where(admissionsLike(value(filter))...).
		Paginate(ctx, after, first, before, last, ent.WithAdmissionOrder(newestAdmissions))
}

// CourseCreate is the resolver for the courseCreate field.
func (r *mutationResolver) CourseCreate(ctx context.Context, input model.CourseCreateInput) (*model.CoursePayload, error) {
	if input.Line != nil && *input.Line == 0 {
		*input.Line = -1 // no line, and not both
	}
	return coursePayload(r.Training.CreateCourse(ctx, training.NewCourse{
		Title: input.Title, AgencyID: value(input.AgencyID), RegionID: value(input.RegionID), Line: value(input.Line),
		Onboarding: input.Onboarding, ValidityDays: input.ValidityDays,
	}))
}

// CourseChange is the resolver for the courseChange field.
func (r *mutationResolver) CourseChange(ctx context.Context, input model.CourseChangeInput) (*model.CoursePayload, error) {
	return coursePayload(r.Training.ChangeCourse(ctx, input.CourseID, training.CourseChange{
		Title: input.Title, Onboarding: input.Onboarding, ValidityDays: input.ValidityDays, Retired: input.Retired,
	}))
}

// CourseWrite is the resolver for the courseWrite field.
func (r *mutationResolver) CourseWrite(ctx context.Context, input model.CourseWriteInput) (*model.CoursePayload, error) {
	return coursePayload(r.Training.Write(ctx, training.Draft{
		CourseID: input.CourseID, Revision: input.Revision, RecordIDs: input.RecordIds, Questions: questionsOf(input.Questions),
		ExerciseIDs: input.ExerciseIds, PassPercent: input.PassPercent, TimeLimitMinutes: input.TimeLimitMinutes, MaxAttempts: input.MaxAttempts,
	}))
}

// CourseExerciseAdd is the resolver for the courseExerciseAdd field.
func (r *mutationResolver) CourseExerciseAdd(ctx context.Context, input model.CourseExerciseAddInput) (*model.CoursePayload, error) {
	return coursePayload(r.Training.AddExercise(ctx, input.CourseID, input.Revision, input.InteractionID, input.Title))
}

// CoursePublish is the resolver for the coursePublish field.
func (r *mutationResolver) CoursePublish(ctx context.Context, input model.CoursePublishInput) (*model.CoursePayload, error) {
	return coursePayload(r.Training.Publish(ctx, input.CourseID, input.Revision))
}

// TrainingAssign is the resolver for the trainingAssign field.
func (r *mutationResolver) TrainingAssign(ctx context.Context, input model.TrainingAssignInput) (*model.TrainingAssignPayload, error) {
	made, err := r.Training.Assign(ctx, input.CourseID, input.AccountIds, input.DueAt)
	errs, err := userErrors(err)
	return &model.TrainingAssignPayload{Assignments: made, UserErrors: errs}, err
}

// TrainingWithdraw is the resolver for the trainingWithdraw field.
func (r *mutationResolver) TrainingWithdraw(ctx context.Context, input model.TrainingAssignmentInput) (*model.TrainingAssignmentPayload, error) {
	ended, err := r.Training.WithdrawAssignment(ctx, input.AssignmentID)
	errs, err := userErrors(err)
	return &model.TrainingAssignmentPayload{Assignment: ended, UserErrors: errs}, err
}

// AttemptBegin is the resolver for the attemptBegin field.
func (r *mutationResolver) AttemptBegin(ctx context.Context, input model.TrainingAssignmentInput) (*model.AttemptPayload, error) {
	return r.attemptPayload(r.Training.Begin(ctx, input.AssignmentID))
}

// AttemptReply is the resolver for the attemptReply field.
func (r *mutationResolver) AttemptReply(ctx context.Context, input model.AttemptReplyInput) (*model.AttemptPayload, error) {
	return r.attemptPayload(r.Training.Reply(ctx, input.AttemptID, input.ExerciseID, value(input.Text), value(input.RecordID)))
}

// AttemptAnswer is the resolver for the attemptAnswer field.
func (r *mutationResolver) AttemptAnswer(ctx context.Context, input model.AttemptAnswerInput) (*model.AttemptPayload, error) {
	return r.attemptPayload(r.Training.Answer(ctx, input.AttemptID, input.QuestionID, input.OptionIds))
}

// AttemptFinish is the resolver for the attemptFinish field.
func (r *mutationResolver) AttemptFinish(ctx context.Context, input model.AttemptInput) (*model.AttemptPayload, error) {
	return r.attemptPayload(r.Training.Finish(ctx, input.AttemptID))
}

// AdmissionGrant is the resolver for the admissionGrant field.
func (r *mutationResolver) AdmissionGrant(ctx context.Context, input model.AdmissionGrantInput) (*model.AdmissionPayload, error) {
	return admissionPayload(r.Training.Grant(ctx, input.CourseID, input.AccountID, input.Reason, input.ValidTo))
}

// AdmissionRevoke is the resolver for the admissionRevoke field.
func (r *mutationResolver) AdmissionRevoke(ctx context.Context, input model.AdmissionRevokeInput) (*model.AdmissionPayload, error) {
	return admissionPayload(r.Training.Revoke(ctx, input.AdmissionID, input.Reason))
}

// Versions is the resolver for the versions field.
func (r *courseResolver) Versions(ctx context.Context, obj *ent.Course) ([]*model.CourseEdition, error) {
	versions, err := r.Training.Versions(ctx, obj)
	return editionsShown(versions), err
}

// Trainee is the resolver for the trainee field.
func (r *trainingAssignmentResolver) Trainee(ctx context.Context, obj *ent.TrainingAssignment) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Author is the resolver for the author field.
func (r *trainingAssignmentResolver) Author(ctx context.Context, obj *ent.TrainingAssignment) (*model.Operator, error) {
	return r.operator(ctx, obj.AuthorID)
}

// Attempts is the resolver for the attempts field.
func (r *trainingAssignmentResolver) Attempts(ctx context.Context, obj *ent.TrainingAssignment) ([]*model.Attempt, error) {
	return r.attemptsOf(ctx, obj)
}

// Holder is the resolver for the holder field.
func (r *admissionResolver) Holder(ctx context.Context, obj *ent.Admission) (*model.Operator, error) {
	return r.operator(ctx, obj.AccountID)
}

// Exception is the resolver for the exception field.
func (r *admissionResolver) Exception(_ context.Context, obj *ent.Admission) (bool, error) {
	return obj.AttemptID == "", nil
}

// GrantedBy is the resolver for the grantedBy field.
func (r *admissionResolver) GrantedBy(ctx context.Context, obj *ent.Admission) (*model.Operator, error) {
	return r.operator(ctx, obj.GrantedBy)
}

// Reason is the resolver for the reason field.
func (r *admissionResolver) Reason(_ context.Context, obj *ent.Admission) (*string, error) {
	return optional.Text(obj.Reason), nil
}

// InForce is the resolver for the inForce field.
func (r *admissionResolver) InForce(_ context.Context, obj *ent.Admission) (bool, error) {
	return r.Training.InForce(obj), nil
}

// Revocation is the resolver for the revocation field.
func (r *admissionResolver) Revocation(_ context.Context, obj *ent.Admission) (*string, error) {
	return optional.Text(obj.Revocation), nil
}

// RequiredCourses is the resolver for the requiredCourses field.
func (r *queueResolver) RequiredCourses(ctx context.Context, obj *ent.Queue) ([]*ent.Course, error) {
	return r.coursesOf(ctx, obj)
}
