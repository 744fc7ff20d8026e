package graph

import (
	"entgo.io/contrib/entgql"

	"ekc/graph/model"
)

// joiningCosts are those of sites that join and of training.
func joiningCosts(c *ComplexityRoot) {
	list := func(n int) func(int) int { return func(child int) int { return 1 + n*child } }
	c.Query.RolloutWaves = list(fewChildren)
	c.OnboardingBoard.Sites = list(manyChildren)
	c.OnboardingBoard.Waves = list(fewChildren)
	c.SiteOnboarding.Stages, c.SiteStageState.Checks = list(fewChildren), list(fewChildren)
	c.SiteOnboarding.Confirmations = list(fewChildren)
	page := func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Courses = page
	c.Query.TrainingAssignments = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.TrainingFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Admissions = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.AdmissionFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Course.Versions, c.Queue.RequiredCourses, c.TrainingAssignment.Attempts = list(fewChildren), list(fewChildren), list(fewChildren)
	c.CourseEdition.Readings, c.CourseEdition.Exercises, c.CourseEdition.Questions = list(someChildren), list(fewChildren), list(someChildren)
	c.CourseExercise.Turns, c.CourseQuestion.Options, c.AttemptQuestion.Options = list(someChildren), list(fewChildren), list(fewChildren)
	c.Attempt.Readings, c.Attempt.Exercises, c.Attempt.Questions = list(someChildren), list(fewChildren), list(someChildren)
	c.AttemptExercise.Done = list(someChildren)
}
