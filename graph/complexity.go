package graph

import (
	"entgo.io/contrib/entgql"

	"ekc/ent/citizenrequest"
	"ekc/graph/model"
)

// Lists that are not paged count as if they held so many.
const (
	fewChildren  = 5
	someChildren = 20
	manyChildren = 60
)

// costs says what fields cost. A plain field costs 1 and what is below it; a connection costs what is below it for each
// item it may hold; other lists count as few, some or many.
func costs() ComplexityRoot {
	var c ComplexityRoot
	list := func(n int) func(int) int { return func(child int) int { return 1 + n*child } }
	page := func(standard int) func(int, *entgql.Cursor[string], *int, *entgql.Cursor[string], *int) int {
		return func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int) int {
			return pageCost(child, first, last, standard)
		}
	}
	c.Query.Agencies, c.Query.Regions, c.Query.Sites = page(50), page(maxPage), page(50)
	c.Query.Dispositions, c.Query.Skills = page(maxPage), page(maxPage)
	c.Query.Accounts = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.AccountFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Interactions = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.InteractionFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Queues = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.QueueFilter) int {
		return pageCost(child, first, last, maxPage)
	}
	c.Query.AuditEntries = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.AuditFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.DestructionActs = func(child int, _ *entgql.Cursor[string], first *int, _ *string) int {
		return pageCost(child, first, nil, 50)
	}
	c.Query.LegalHolds = func(child int, _ *entgql.Cursor[string], first *int, _ *bool) int {
		return pageCost(child, first, nil, 50)
	}
	c.Query.CitizenRequests = func(child int, _ *entgql.Cursor[string], first *int, _ *citizenrequest.State) int {
		return pageCost(child, first, nil, 50)
	}
	c.DestructionAct.Counts, c.DestructionAct.Objects = list(someChildren), func(child int, _ string) int { return 1 + someChildren*child }
	c.Query.Records = func(child int, _ *entgql.Cursor[string], first *int, _ *model.RecordFilter) int {
		return pageCost(child, first, nil, 50)
	}
	c.Query.Nodes = func(child int, ids []string) int { return 1 + min(len(ids), maxPage+1)*max(child, 1) }
	c.Query.RecordSearch = func(child int, in model.RecordSearchInput) int { return 50 + bounded(in.First, 10)*child }
	c.Query.PauseReasons, c.Query.BusinessHours = list(someChildren), list(someChildren)
	c.Record.Versions, c.Query.RecordComparison = list(manyChildren), func(child int, _, _ string) int { return 1 + someChildren*child }
	c.Record.OpenVersion = func(child int) int { return fewChildren + child }
	c.Record.History = func(child int, _ *entgql.Cursor[string], first *int) int { return pageCost(child, first, nil, 50) }
	c.Query.LowRatedVersions = func(child int, first *int) int { return 20 + bounded(first, 50)*child }
	c.Query.Gaps = func(child int, _ *model.GapFilter, first *int) int { return 50 + bounded(first, someChildren)*child }
	c.Query.Proposals = func(child int, _ *entgql.Cursor[string], first *int, _ *model.ProposalState) int {
		return pageCost(child, first, nil, 50)
	}
	improvementCosts(&c)
	supervisionCosts(&c)
	evaluationCosts(&c)
	doorCosts(&c)
	joiningCosts(&c)
	c.Interaction.Messages = page(maxPage)
	c.Interaction.Segments, c.Interaction.Offers = list(fewChildren), list(fewChildren)
	c.Interaction.RoutingTraces, c.Interaction.AssistantTurns = list(fewChildren), list(fewChildren)
	c.Interaction.Suggestions = func(child int, first *int) int { return 50 + bounded(first, fewChildren)*child }
	c.SuggestionsChanged.Suggestions = list(fewChildren)
	c.Query.AssistantTurn = func(child int, _ string) int { return fewChildren + child }
	c.AssistantTurn.Explanation = func(child int) int { return fewChildren + child }
	c.AssistantTurn.Replay = func(child int) int { return 100 + child }
	c.Account.Queues, c.Queue.Members = list(someChildren), list(someChildren)
	c.Query.Callbacks = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *model.CallbackFilter) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.Phones = func(child int, _ *entgql.Cursor[string], first *int, _ *entgql.Cursor[string], last *int, _ *string) int {
		return pageCost(child, first, last, 50)
	}
	c.Query.LiveCalls, c.Query.ServiceNumbers = list(manyChildren), list(someChildren)
	c.Query.Trunks, c.Query.Menus, c.Query.Sounds = list(someChildren), list(someChildren), list(someChildren)
	c.Interaction.Calls, c.Interaction.Recordings, c.Interaction.Callbacks = list(fewChildren), list(fewChildren), list(fewChildren)
	c.Call.Legs, c.Menu.Versions, c.Phone.Devices = list(fewChildren), list(someChildren), list(fewChildren)
	c.Desk.Offers, c.Desk.Interactions = list(fewChildren), list(someChildren)
	c.Board.Queues, c.Board.Operators = list(manyChildren), list(manyChildren)
	return c
}

func pageCost(child int, first, last *int, standard int) int {
	if first == nil {
		first = last
	}
	return 1 + bounded(first, standard)*child
}

// bounded reads a size that was asked for; one out of range costs the most and is refused later.
func bounded(n *int, standard int) int {
	if n == nil {
		return standard
	}
	if *n < 0 || *n > maxPage {
		return maxPage
	}
	return *n
}
