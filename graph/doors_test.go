package graph_test

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/totp"
	"ekc/access/viewer"
	"ekc/ent/auditentry"
	"ekc/ent/roleassignment"
	"ekc/graph"
	"ekc/internal/coretest"
)

func TestSignInTakesItsSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, root := w.account("root", access.NewRole{Role: viewer.Administrator})
	got := w.ask(root, `mutation { accountCreate(input: {login: "ivanov", displayName: "Иванов", password: "seven green kites",
		role: {role: SUPERVISOR}}) { account { id secondFactor { on required } } userErrors { message } } }`, nil)
	require.Equal(t, false, got.path("accountCreate", "account", "secondFactor", "on"), got.raw)
	step := func(field, input, password string) answer {
		return w.ask("", "mutation { "+field+"(input: {"+input+password+"}) { tokens { accessToken } account { login } challenge { token step } recoveryCodes userErrors { code field } } }", nil)
	}
	got = step("signIn", `login: "ivanov", password: "seven green kites"`, "")
	require.Equal(t, "NEW_PASSWORD", got.path("signIn", "challenge", "step"), got.raw)
	require.Nil(t, got.path("signIn", "tokens"))
	challenge := `challenge: "` + got.path("signIn", "challenge", "token").(string) + `"`
	got = step("signInPassword", challenge, `, new: "seven green kites"`)
	require.Equal(t, "INVALID", got.path("signInPassword", "userErrors").([]any)[0].(map[string]any)["code"], got.raw)
	got = step("signInPassword", challenge, `, new: "eight green kites"`)
	token := got.path("signInPassword", "tokens", "accessToken").(string)
	require.Equal(t, "ivanov", got.path("signInPassword", "account", "login"))

	got = w.ask(token, `mutation { secondFactorBegin(input: {password: "eight green kites"}) { enrolment { uri secret } userErrors { message } } }`, nil)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(got.path("secondFactorBegin", "enrolment", "secret").(string))
	require.NoError(t, err)
	now := totp.StepAt(time.Now())
	got = w.ask(token, `mutation { secondFactorConfirm(input: {code: "`+totp.Code(secret, now)+`"}) { recoveryCodes userErrors { message } } }`, nil)
	codes := got.path("secondFactorConfirm", "recoveryCodes").([]any)
	require.Len(t, codes, 10, got.raw)
	got = step("signIn", `login: "ivanov", password: "eight green kites"`, "")
	require.Equal(t, "CODE", got.path("signIn", "challenge", "step"), got.raw)
	require.Equal(t, "UNAUTHENTICATED", w.ask(got.path("signIn", "challenge", "token").(string), "{ viewer { account { id } } }", nil).code())
	challenge = `challenge: "` + got.path("signIn", "challenge", "token").(string) + `"`
	got = step("signInCode", challenge, `, code: "000000"`)
	require.Nil(t, got.path("signInCode", "tokens"), got.raw)
	got = step("signInCode", challenge, `, code: "`+codes[0].(string)+`"`)
	require.Equal(t, "ivanov", got.path("signInCode", "account", "login"), got.raw)
	require.Equal(t, 1, w.client.AuditEntry.Query().Where(auditentry.Action("factor.refused")).CountX(w.system))
}

func TestAKeyReadsStatisticsOfItsAgency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, segment := w.account("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: w.pfr.ID})
	got := w.ask(segment, `mutation($a: ID!, $e: Time!) { apiKeyCreate(input: {name: "сводка", agencyId: $a, actions: ["base.read_quality", "base.search"],
		expiresAt: $e}) { apiKey { id hint } secret userErrors { message } } }`,
		map[string]any{"a": w.pfr.ID, "e": time.Now().Add(24 * time.Hour)})
	secret, id := got.path("apiKeyCreate", "secret").(string), got.path("apiKeyCreate", "apiKey", "id").(string)
	statistics := `{ knowledgeStatistics(filter: {from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z"}) { from } }`
	require.Empty(t, w.ask(secret, statistics, nil).Errors)
	require.Empty(t, w.ask(secret, `{ gaps { id } deadRecords(days: 1) { totalCount } lowRatedVersions { recordId } }`, nil).Errors)
	require.Empty(t, w.ask(secret, `{ recordSearch(input: {text: "пенсия"}) { probability } }`, nil).Errors)
	for field, code := range map[string]string{
		"accounts { totalCount }": "FORBIDDEN", "interactions { totalCount }": "FORBIDDEN", "board { cursor }": "FORBIDDEN",
		"desk { cursor }": "FORBIDDEN", "auditEntries { totalCount }": "FORBIDDEN", "apiKeys { totalCount }": "FORBIDDEN",
		"sessions { id }": "UNAUTHENTICATED", "skills { totalCount }": "FORBIDDEN",
	} {
		require.Equal(t, code, w.ask(secret, "{ "+field+" }", nil).code(), field)
	}
	got = w.ask(segment, `{ apiKeys { edges { node { id lastUsedAt lastAddress agency { code } } } } }`, nil)
	node := got.path("apiKeys", "edges").([]any)[0].(map[string]any)["node"].(map[string]any)
	require.Equal(t, id, node["id"])
	require.NotNil(t, node["lastUsedAt"])
	require.Equal(t, "127.0.0.1", node["lastAddress"])
	got = w.ask(segment, `mutation($i: ID!) { apiKeyRevoke(input: {apiKeyId: $i}) { apiKey { revokedAt } userErrors { message } } }`, map[string]any{"i": id})
	require.NotNil(t, got.path("apiKeyRevoke", "apiKey", "revokedAt"), got.raw)
	require.Equal(t, "UNAUTHENTICATED", w.ask(secret, statistics, nil).code())
}

// another is a second node on the same database: its own service of access, event log and handler.
func (w *world) another() *httptest.Server {
	w.Helper()
	core, log := coretest.Open(w.TB, w.url)
	service, err := access.New(core.Client, log, access.Options{Hash: access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(w, err)
	handler := graph.NewHandler(graph.Dependencies{
		Client: core.Client, Log: log, Access: service, Interactions: w.interactions, Routing: w.routing, Assistant: w.yana,
		Quality: w.quality, Voice: w.voice, Logger: slog.New(slog.DiscardHandler),
	}, graph.Options{})
	server := httptest.NewServer(handler)
	w.Cleanup(func() {
		closing, done := context.WithTimeout(context.Background(), time.Minute)
		defer done()
		require.NoError(w, handler.Close(closing))
		server.Close()
	})
	return server
}

// A right that ends by the clock makes no event. The stream that rests on it ends all the same, on every node.
func TestRightsThatEndByThemselvesEndStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, token := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	o, operator := w.operator("operator", w.line1)
	id, _ := w.talk(operator)
	second := w.another()
	sockets := map[string]*socket{}
	for name, at := range map[string]*httptest.Server{"one": w.server, "two": second} {
		board, dialogue, desk := w.connectTo(at.URL, token), w.connectTo(at.URL, token), w.connectTo(at.URL, operator)
		board.subscribe("1", "subscription { board { cursor } }", nil)
		dialogue.subscribe("1", "subscription($i: ID!) { dialogue(interactionId: $i) { cursor } }", map[string]any{"i": id})
		desk.subscribe("1", "subscription { desk { cursor } }", nil)
		sockets["board "+name], sockets["dialogue "+name], sockets["desk "+name] = board, dialogue, desk
	}
	for _, s := range sockets { // all of them are there
		s.subscribe("2", "{ __typename }", nil)
		for f := s.next(); f.ID != "2" || f.Type != "complete"; f = s.next() {
			require.NotEqual(t, "error", f.Type, string(f.Payload))
		}
	}
	ends := time.Now().UTC().Add(time.Second)
	w.client.RoleAssignment.Update().Where(roleassignment.AccountIDIn(a.ID, o.ID)).SetValidTo(ends).ExecX(w.system)
	for name, s := range sockets {
		f := s.ended()
		var errs []struct{ Extensions struct{ Code string } }
		require.NoError(t, json.Unmarshal(f.Payload, &errs))
		require.Contains(t, []string{"FORBIDDEN", "NOT_FOUND"}, errs[0].Extensions.Code, name)
	}
	require.False(t, time.Now().Before(ends))
}
