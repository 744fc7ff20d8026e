package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
)

// newsroom is a centre with those who keep its base.
type newsroom struct {
	*world
	author, reviewer, other, operator string
}

func newNewsroom(t *testing.T) *newsroom {
	n := &newsroom{world: newWorld(t)}
	manager := access.NewRole{Role: viewer.ContentManager, AgencyID: n.pfr.ID}
	_, n.author = n.account("author", manager)
	_, n.reviewer = n.account("reviewer", manager)
	_, n.other = n.account("other", access.NewRole{Role: viewer.ContentManager, AgencyID: n.mse.ID})
	_, n.operator = n.account("operator", access.NewRole{Role: viewer.Operator, Line: 1})
	return n
}

const versionFields = `recordVersion { id recordId number status revision answer publishOn reviewerId } userErrors { code field message }`

// step moves a version and returns what became of it, with the code of the first user error.
func (n *newsroom) step(token, mutation string, v map[string]any, more map[string]any) (version map[string]any, code any) {
	n.Helper()
	input := map[string]any{"versionId": v["id"], "revision": v["revision"]}
	for name, value := range more {
		input[name] = value
	}
	kind := "RecordMoveInput"
	switch mutation {
	case "recordPublish":
		kind = "RecordPublishInput"
	case "recordEdit":
		kind = "RecordEditInput"
	}
	got := n.ask(token, `mutation($i: `+kind+`!) { r: `+mutation+`(input: $i) { `+versionFields+` } }`, map[string]any{"i": input})
	return n.outcome(got)
}

func (n *newsroom) outcome(got answer) (version map[string]any, code any) {
	n.Helper()
	require.Empty(n, got.Errors, got.raw)
	version, _ = got.path("r", "recordVersion").(map[string]any)
	if errs := got.path("r", "userErrors").([]any); len(errs) > 0 {
		code = errs[0].(map[string]any)["code"]
	}
	return version, code
}

func (n *newsroom) create(token, agencyID string) answer {
	n.Helper()
	return n.ask(token, `mutation($a: ID) { r: recordCreate(input: {agencyId: $a, content: {
		question: "Как заказать выписку о стаже?", answer: "На портале.", topic: "Льготы", tags: ["Выписка"], phrasings: ["где взять выписку о стаже"],
		links: [{title: "Портал", url: "https://example.ru/"}], legalBasis: [{act: "27-ФЗ", article: "ст. 14"}], intent: true}}) {
		record { id openVersion { id number status revision tags links { url } authorIds } } userErrors { code field message } } }`,
		map[string]any{"a": agencyID})
}

func TestRecordsLife(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	got := n.create(n.author, n.pfr.ID)
	require.Empty(t, got.path("r", "userErrors"), got.raw)
	id, v := got.path("r", "record", "id"), got.path("r", "record", "openVersion").(map[string]any)
	require.Equal(t, []any{"выписка"}, v["tags"])

	record := func(token string) any {
		return n.ask(token, `query($i: ID!) { record(id: $i) { id history { totalCount } versions { number } } }`, map[string]any{"i": id}).path("record")
	}
	require.Nil(t, record(n.operator), "a draft is nobody else's")
	require.Nil(t, record(n.other))
	require.NotNil(t, record(n.reviewer))
	_, code := n.step(n.other, "recordSubmit", v, nil)
	require.Equal(t, "NOT_FOUND", code)

	v, code = n.step(n.author, "recordSubmit", v, nil)
	require.Nil(t, code)
	_, code = n.step(n.author, "recordPublish", v, nil)
	require.Equal(t, "FORBIDDEN", code, "their own draft")
	_, code = n.step(n.reviewer, "recordReject", v, nil)
	require.Equal(t, "INVALID", code, "without a reason")
	back, code := n.step(n.reviewer, "recordReject", v, map[string]any{"reason": "нужен срок"})
	require.Nil(t, code)
	content := map[string]any{"question": "Как заказать выписку о стаже?", "answer": "На портале, за один день.", "intent": true}
	_, code = n.step(n.author, "recordEdit", v, map[string]any{"content": content})
	require.Equal(t, "CONFLICT", code, "a revision that is no longer the newest")
	v, code = n.step(n.author, "recordEdit", back, map[string]any{"content": content})
	require.Nil(t, code)
	v, _ = n.step(n.author, "recordSubmit", v, nil)
	v, _ = n.step(n.reviewer, "recordApprove", v, nil)
	require.Equal(t, "APPROVED", v["status"])
	v, code = n.step(n.reviewer, "recordPublish", v, nil)
	require.Nil(t, code)
	require.Equal(t, "PUBLISHED", v["status"])
	require.Eventually(t, func() bool {
		hits := n.ask(n.operator, `{ recordSearch(input: {text: "заказать выписку о стаже"}) { record { versionId } } }`, nil).path("recordSearch").([]any)
		return len(hits) > 0 && hits[0].(map[string]any)["record"].(map[string]any)["versionId"] == v["id"]
	}, 30*time.Second, 10*time.Millisecond)
	shown := record(n.operator).(map[string]any)
	require.Nil(t, shown["history"], "the history is for those who keep the base")
	require.Len(t, shown["versions"], 1)
	require.InDelta(t, 7, record(n.reviewer).(map[string]any)["history"].(map[string]any)["totalCount"], 0)
	n.next(id, v)
}

// next brings a second version, compares it with the first, restores that and archives the record.
func (n *newsroom) next(id any, first map[string]any) {
	draft := func(token string) (map[string]any, any) {
		return n.outcome(n.ask(token, `mutation($i: ID!) { r: recordDraft(input: {recordId: $i}) { `+versionFields+` } }`, map[string]any{"i": id}))
	}
	_, code := draft(n.other)
	require.Equal(n, "FORBIDDEN", code, "a published record is no secret, but theirs")
	v, code := draft(n.reviewer)
	require.Nil(n, code)
	_, code = draft(n.author)
	require.Equal(n, "CONFLICT", code)
	v, code = n.step(n.reviewer, "recordEdit", v, map[string]any{"content": map[string]any{"question": "Как заказать выписку о стаже?", "answer": "На портале, за два дня."}})
	require.Nil(n, code)
	got := n.ask(n.author, `query($a: ID!, $b: ID!) { recordComparison(fromVersionId: $a, toVersionId: $b) { field words { change text } } }`,
		map[string]any{"a": first["id"], "b": v["id"]})
	require.Contains(n, got.raw, `{"change":"added","text":"два"}`)
	got = n.ask(n.operator, `query($a: ID!, $b: ID!) { recordComparison(fromVersionId: $a, toVersionId: $b) { field } }`,
		map[string]any{"a": first["id"], "b": v["id"]})
	require.Equal(n, "NOT_FOUND", got.code(), "a draft")
	list := func(token, status string) answer {
		return n.ask(token, `query($a: ID!) { records(filter: {agencyId: $a, status: `+status+`}) { totalCount } }`, map[string]any{"a": n.pfr.ID})
	}
	require.InDelta(n, 1, list(n.author, "DRAFT").path("records", "totalCount"), 0)
	require.Equal(n, "NOT_FOUND", list(n.operator, "DRAFT").code())
	require.Equal(n, "NOT_FOUND", list(n.other, "DRAFT").code())
	v, _ = n.step(n.reviewer, "recordSubmit", v, nil)
	v, code = n.step(n.author, "recordPublish", v, map[string]any{"on": "2999-01-01"})
	require.Nil(n, code)
	require.Equal(n, "2999-01-01", v["publishOn"])
	v, code = n.step(n.author, "recordPublish", v, nil)
	require.Nil(n, code, "or rather at once")
	restored, code := n.outcome(n.ask(n.author, `mutation($i: ID!) { r: recordRestore(input: {versionId: $i}) { `+versionFields+` } }`,
		map[string]any{"i": first["id"]}))
	require.Nil(n, code)
	require.Equal(n, "На портале, за один день.", restored["answer"])
	_, code = n.step(n.author, "recordDiscard", restored, nil)
	require.Nil(n, code)
	_, code = n.step(n.author, "recordArchive", v, nil)
	require.Nil(n, code)
}

func TestRecordsOfOthersAndByAct(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for _, c := range []struct{ token, agency, code string }{
		{n.author, n.mse.ID, "FORBIDDEN"}, {n.operator, n.pfr.ID, "FORBIDDEN"}, {"", n.pfr.ID, "UNAUTHENTICATED"},
	} {
		_, code := n.outcome(n.create(c.token, c.agency))
		require.Equal(t, c.code, code)
	}
	review := func(token, act string) answer {
		return n.ask(token, `mutation($a: String!) { r: recordsReviewByAct(input: {act: $a, reason: "новая редакция"}) {
			openedIds busyIds userErrors { code } } }`, map[string]any{"a": act})
	}
	require.Empty(t, review(n.other, "400-ФЗ").path("r", "openedIds"), "another agency's")
	require.Contains(t, review(n.operator, "400-ФЗ").raw, "FORBIDDEN")
	require.Contains(t, review(n.author, " ").raw, "INVALID")
	require.Equal(t, []any{"rec-1"}, review(n.author, "400-ФЗ").path("r", "openedIds"))
	require.Equal(t, []any{"rec-1"}, review(n.reviewer, "400-ФЗ").path("r", "busyIds"))
	got := n.ask(n.reviewer, `{ records(filter: {act: "400-ФЗ", article: "ст. 8"}) { nodes: edges { node { id openVersion { id revision status } } } } }`, nil)
	edges := got.path("records", "nodes").([]any)
	require.Len(t, edges, 1, got.raw)
	open := edges[0].(map[string]any)["node"].(map[string]any)["openVersion"].(map[string]any)
	require.Equal(t, "REVIEW", open["status"])
	_, code := n.step(n.author, "recordPublish", open, nil)
	require.Equal(t, "FORBIDDEN", code, "who began the review")
	_, code = n.step(n.reviewer, "recordPublish", open, nil)
	require.Nil(t, code)
}
