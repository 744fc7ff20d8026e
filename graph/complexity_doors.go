package graph

import (
	"entgo.io/contrib/entgql"

	"ekc/graph/model"
)

// doorCosts are those of signing in and of rights.
func doorCosts(c *ComplexityRoot) {
	c.Query.AccessRequests = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.AccessRequestFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.APIKeys = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Sessions = func(child int, _ *string) int { return 1 + someChildren*child }
	c.Query.AgencyNetworks = func(child int, _ string) int { return 1 + someChildren*child }
	c.Query.Identities = func(child int) int { return 1 + fewChildren*child }
}
