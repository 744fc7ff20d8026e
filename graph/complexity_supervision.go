package graph

import (
	"time"

	"entgo.io/contrib/entgql"

	"ekc/ent/alert"
	"ekc/graph/model"
)

// supervisionCosts says what the fields of supervision cost.
func supervisionCosts(c *ComplexityRoot) {
	list := func(n int) func(int) int { return func(child int) int { return 1 + n*child } }
	c.Query.Deferrals = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.DeferralFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.DeferralTerms = list(someChildren)
	c.Desk.Deferrals, c.Board.Deferrals = list(fewChildren), list(manyChildren)
	c.Deferral.Steps = list(fewChildren)
	c.Query.Incidents = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.IncidentFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.IncidentStatistics = func(child int, _, _ time.Time) int { return heavy + fewChildren*child }
	c.Query.Directives = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *string) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Alerts = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *alert.State, _ *string) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.AlertRules, c.Board.Alerts, c.Desk.Directives = list(manyChildren), list(someChildren), list(fewChildren)
	c.Board.Interactions, c.InteractionsSnapshot.Interactions = list(manyChildren), list(manyChildren)
	c.BoardToday.Queues = list(someChildren)
	c.Board.Incidents, c.Incident.Comments, c.Incident.Related = list(manyChildren), list(fewChildren), list(fewChildren)
}
