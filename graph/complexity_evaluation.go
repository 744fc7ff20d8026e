package graph

import (
	"entgo.io/contrib/entgql"

	"ekc/ent/calibration"
	"ekc/graph/model"
)

// evaluationCosts says what the fields of evaluations cost.
func evaluationCosts(c *ComplexityRoot) {
	list := func(n int) func(int) int { return func(child int) int { return 1 + n*child } }
	c.Query.EvaluationForms = func(child int, _ bool) int { return 1 + someChildren*child }
	c.EvaluationForm.Versions = list(fewChildren)
	c.EvaluationFormVersion.Sections, c.EvaluationSection.Criteria = list(fewChildren), list(fewChildren)
	c.Query.Evaluations = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.EvaluationFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Evaluation.Marks, c.Evaluation.Steps = list(fewChildren), list(fewChildren)
	c.Query.EvaluationRules = list(someChildren)
	c.Query.Calibrations = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *calibration.State) int {
		return pageCost(child, first, last, 50)
	}
	c.Calibration.Evaluations, c.CalibrationComparison.Criteria = list(fewChildren), list(fewChildren)
	c.CalibrationComparison.Evaluators = list(fewChildren)
	c.Query.EvaluationResults = func(child int, _ model.EvaluationResultFilter) int { return heavy + manyChildren*child }
}
