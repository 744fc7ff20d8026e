package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/auditentry"
)

// What stands in a filter is compared as it stands: no wildcard, no quote and no operator of the database means anything.
func TestFiltersAreNoLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, root := w.account("root", access.NewRole{Role: viewer.Administrator})
	w.account("ivan_petrov", access.NewRole{Role: viewer.Operator})
	accounts := func(text string) answer {
		return w.ask(root, `query($t: String) { accounts(filter: {text: $t}) { totalCount } }`, map[string]any{"t": text})
	}
	require.EqualValues(t, 1, accounts("n_p").path("accounts", "totalCount"))
	for _, text := range []string{"%", "i%v", "r__t", `\`, `' OR '1'='1`, `"; DROP TABLE accounts; --`, "$1", "{{.}}", "root' --", "a\u2028b"} {
		got := accounts(text)
		require.EqualValues(t, 0, got.path("accounts", "totalCount"), "%q: %s", text, got.raw)
	}
	require.EqualValues(t, 1, accounts("r\x00oot").path("accounts", "totalCount"), "NUL, which no database keeps, is left out")
	for _, id := range []string{"%", "' OR 1=1 --", "acc_%", "../../etc", "acc_01ARZ3NDEKTSV4RRFFQ69G5FAV' --"} {
		for _, query := range []string{
			`query($i: ID!) { node(id: $i) { id } }`, `query($i: ID!) { interaction(id: $i) { id } }`,
			`query($i: ID) { auditEntries(filter: {objectId: $i}) { totalCount } }`,
			`query($i: ID) { accessRequests(filter: {accountId: $i}) { totalCount } }`,
			`query($i: ID!) { agencyNetworks(agencyId: $i) { id } }`,
		} {
			got := w.ask(root, query, map[string]any{"i": id})
			require.NotContains(t, got.raw, "INTERNAL", "%s %s", query, id)
			require.NotContains(t, got.raw, `"totalCount":1`, "%s %s", query, id)
		}
	}
	for _, text := range []string{"' | !x", "пенсия:*", "a & b) --", `\\`, "%%%"} {
		got := w.ask(root, `query($t: String!) { recordSearch(input: {text: $t}) { probability } }`, map[string]any{"t": text})
		require.NotContains(t, got.raw, "INTERNAL", text)
	}
}

// An id of one kind opens nothing of another, and nothing that its owner's kind may not see.
func TestIDsOfAnotherKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, operator := w.operator("operator", w.line1)
	id, citizen := w.talk(operator)
	for _, wrong := range []string{a.ID, w.line1.ID, w.pfr.ID, "int_" + a.ID[4:], id + "x", id[:len(id)-1]} {
		got := w.ask(citizen, `query($i: ID!) { interaction(id: $i) { id } }`, map[string]any{"i": wrong})
		require.Nil(t, got.path("interaction"), "%s: %s", wrong, got.raw)
		got = w.ask(citizen, `mutation($i: ID!) { chatEnd(input: {interactionId: $i}) { userErrors { code } } }`, map[string]any{"i": wrong})
		require.Equal(t, "NOT_FOUND", got.path("chatEnd", "userErrors").([]any)[0].(map[string]any)["code"], wrong)
	}
	require.Equal(t, 1, w.refusals("Mutation.chatEnd", "NOT_FOUND"), "written down, once a minute")
}

// What an input does not name cannot be set through it.
func TestMassAssignment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, segment := w.account("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: w.pfr.ID})
	role := map[string]any{"role": "OPERATOR", "agencyId": w.pfr.ID}
	good := map[string]any{"login": "new.one", "displayName": "x", "password": "seven green kites", "role": role}
	for name, value := range map[string]any{
		"id": "acc_x", "active": true, "roles": []any{role}, "passwordHash": "x", "mustChangePassword": false, "certificateSubject": "CN=x",
		"createdAt": time.Now(), "lockedUntil": nil,
	} {
		input := map[string]any{name: value}
		for key, v := range good {
			input[key] = v
		}
		got := w.ask(segment, `mutation($i: AccountCreateInput!) { accountCreate(input: $i) { account { id } userErrors { code } } }`, map[string]any{"i": input})
		require.NotEmpty(t, got.Errors, "%s: %s", name, got.raw)
	}
	require.Zero(t, w.client.AuditEntry.Query().Where(auditentry.Action("account.create"), auditentry.ActorIDNEQ("")).CountX(w.system))
	got := w.ask(segment, `mutation($i: AccessRequestCreateInput!) { accessRequestCreate(input: $i) { userErrors { code } } }`,
		map[string]any{"i": map[string]any{"reason": "r", "role": role, "state": "APPROVED"}})
	require.NotEmpty(t, got.Errors, got.raw)
}

// Codes and challenges are guessed in vain, from one address too, and each guess is written down.
func TestGuessesAtTheSecondStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, root := w.account("root", access.NewRole{Role: viewer.Administrator})
	w.ask(root, `mutation { accountCreate(input: {login: "ivanov", displayName: "x", password: "seven green kites", role: {role: OPERATOR}}) { userErrors { code } } }`, nil)
	limited := false
	for range 40 {
		got := w.ask("", `mutation { signIn(input: {login: "ivanov", password: "a wrong password"}) { tokens { accessToken } challenge { token } userErrors { code } } }`, nil)
		require.Nil(t, got.path("signIn", "challenge"), got.raw)
		limited = limited || got.path("signIn", "userErrors").([]any)[0].(map[string]any)["code"] == "RATE_LIMITED"
	}
	require.True(t, limited)
	refused := w.client.AuditEntry.Query().Where(auditentry.Action("session.refused")).CountX(w.system)
	require.GreaterOrEqual(t, refused, 30)
	require.Equal(t, 1, w.client.AuditEntry.Query().Where(auditentry.Action("account.lock")).CountX(w.system))
	for _, challenge := range []string{"", "eks_", "eks_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "eka_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "' --"} {
		got := w.ask("", `mutation($c: String!) { signInPassword(input: {challenge: $c, new: "eight green kites"}) { tokens { accessToken } userErrors { code } } }`,
			map[string]any{"c": challenge})
		require.Nil(t, got.path("signInPassword", "tokens"), got.raw)
	}
}

// What a role may not is refused and written down, whatever the alias; a thousand attempts are one line a minute.
func TestRefusalsAreAudited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, operator := w.operator("operator", w.line1)
	id, citizen := w.talk(operator)
	for _, alias := range []string{"a", "b", "c"} {
		got := w.ask(operator, `mutation { `+alias+`: legalHoldPlace(input: {phone: "89261234567", reason: "x"}) { userErrors { message } } }`, nil)
		require.Empty(t, got.Errors, got.raw)
		require.NotEmpty(t, w.ask(operator, `{ `+alias+`: destructionActs { totalCount } }`, nil).Errors)
	}
	require.Equal(t, 1, w.refusals("Mutation.legalHoldPlace", "FORBIDDEN"))
	require.Equal(t, 1, w.refusals("Query.destructionActs", "FORBIDDEN"))
	for _, e := range w.client.AuditEntry.Query().Where(auditentry.Action("request.refused")).AllX(w.system) {
		require.Equal(t, a.ID, e.ActorID)
	}
	for range 2 {
		got := w.upload(citizen, id, "payload.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"))
		require.Equal(t, "INVALID", got.path("attachmentUpload", "userErrors").([]any)[0].(map[string]any)["code"], got.raw)
	}
	require.Equal(t, 1, w.refusals("Mutation.attachmentUpload", "INVALID"))
	entry := w.client.AuditEntry.Query().Where(auditentry.Action("request.refused"), auditentry.ActorID("")).OnlyX(w.system)
	require.Equal(t, id, entry.Detail["citizen_of"])
}
