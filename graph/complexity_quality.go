package graph

import (
	"entgo.io/contrib/entgql"

	"ekc/ent/recall"
	"ekc/ent/recallperson"
	"ekc/graph/model"
)

// heavy is what a question costs that reads a period or runs many searches.
const heavy = 500

// improvementCosts says what the fields cost that make the base better.
func improvementCosts(c *ComplexityRoot) {
	c.Query.KnowledgeStatistics = func(child int, _ model.KnowledgeStatisticsFilter) int { return heavy + someChildren*child }
	c.KnowledgeStatistics.MostTold = func(child int, first *int) int { return heavy + bounded(first, someChildren)*child }
	c.Query.DeadRecords = func(child int, _ int, first *int) int { return heavy + bounded(first, 50)*child }
	c.Query.AnswerSamples = func(child int, first *int) int { return 1 + bounded(first, someChildren)*child }
	c.Query.SampledAnswers = func(child int, _ string, _ *bool, _ *entgql.Cursor[string], first *int) int {
		return pageCost(child, first, nil, 50)
	}
	c.Query.Recalls = func(child int, _ *entgql.Cursor[string], first *int, _ *string, _ *recall.State) int {
		return pageCost(child, first, nil, 50)
	}
	c.Recall.People = func(child int, _ *entgql.Cursor[string], first *int, _ *recallperson.State) int {
		return pageCost(child, first, nil, 50)
	}
	c.Query.BenchCases = func(child int, _, _ *string, _ *entgql.Cursor[string], first *int) int {
		return pageCost(child, first, nil, 50)
	}
	c.Query.RecordTopics = func(child int, _ *string, _ *bool) int { return 1 + maxPage*child }
	c.Query.RecordTags = func(child int, _ *string) int { return 1 + maxPage*child }
	c.Query.KnowledgeVectors = func(child int) int { return heavy + fewChildren*child }
	c.RecordVersionPayload.Warnings = func(child int) int { return 10*heavy + someChildren*child }
	c.Query.BenchRun = func(child int, _, _ *string, _ *int) int { return 10*heavy + maxPage*child/2 }
}
