package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/assistant/recordfile"
	"ekc/ent/auditentry"
	"ekc/interaction"
	"ekc/internal/voice"
)

// intruder is a centre, its segment administrator, an operator and a citizen who try what they may not.
type intruder struct {
	*world
	segment, operator, citizen, interaction string
}

func newIntruder(t *testing.T) *intruder {
	t.Helper()
	w := &intruder{world: newWorld(t)}
	_, w.segment = w.account("segment", access.NewRole{Role: viewer.SegmentAdministrator, AgencyID: w.pfr.ID})
	_, w.operator = w.world.operator("operator", w.line1)
	w.interaction, w.citizen = w.chat("")
	return w
}

// twice does something twice, and requires one line of the audit log about the field and code: repeats within a minute make no more.
func (w *intruder) twice(field, code string, try func() answer) {
	w.Helper()
	before := w.refusals(field, code)
	var got answer
	for range 2 {
		got = try()
	}
	require.Equal(w, before+1, w.refusals(field, code), "%s %s: %s", field, code, got.raw)
}

func TestRightsBeyondOnesOwnAreRefusedAndAudited(t *testing.T) {
	t.Parallel()
	w := newIntruder(t)
	account := `login: "new.one", displayName: "x", password: "seven green kites", role: `
	w.twice("Mutation.accountCreate", "FORBIDDEN", w.posts(w.segment, "accountCreate", account+`{role: ADMINISTRATOR}`))
	victim := w.client.Account.Query().FirstIDX(w.system)
	w.twice("Mutation.roleGrant", "FORBIDDEN", w.posts(w.segment, "roleGrant", fmt.Sprintf(`accountId: %q, role: {role: OPERATOR, agencyId: %q}`, victim, w.mse.ID)))
	w.twice("Mutation.roleGrant", "NOT_FOUND", w.posts(w.segment, "roleGrant", fmt.Sprintf(`accountId: "acc_none", role: {role: OPERATOR, agencyId: %q}`, w.pfr.ID)))
	w.twice("Mutation.accountUpdate", "FORBIDDEN", w.posts(w.operator, "accountUpdate", fmt.Sprintf(`accountId: %q, active: false`, victim)))
	key := fmt.Sprintf(`name: "k", agencyId: %q, expiresAt: %q, actions: `, w.pfr.ID, soon())
	w.twice("Mutation.apiKeyCreate", "INVALID", w.posts(w.segment, "apiKeyCreate", key+`["account.manage"]`))
	w.twice("Mutation.apiKeyCreate", "FORBIDDEN", w.posts(w.segment, "apiKeyCreate", strings.Replace(key, w.pfr.ID, w.mse.ID, 1)+`["base.search"]`))
	// Fields that the input does not have, in the text and in the variables.
	w.twice("Input.unknown", "INVALID", w.posts(w.segment, "accountCreate", account+fmt.Sprintf(`{role: OPERATOR, agencyId: %q}, active: true`, w.pfr.ID)))
	w.twice("Input.unknown", "INVALID", func() answer {
		return w.ask(w.operator, `mutation($i: MessageSendInput!) { messageSend(input: $i) { userErrors { code } } }`,
			map[string]any{"i": map[string]any{"interactionId": w.interaction, "text": "x", "author": "SYSTEM"}})
	})
	require.Zero(t, w.client.AuditEntry.Query().Where(auditentry.Action("account.create"), auditentry.ActorIDNEQ("")).CountX(w.system))
}

func TestForgedIDsAndCursorsAreAudited(t *testing.T) {
	t.Parallel()
	w := newIntruder(t)
	other, owner := w.chat("")
	query := func(token, text string) func() answer { return func() answer { return w.ask(token, text, nil) } }
	w.twice("Query.interaction", "NOT_FOUND", query(w.citizen, fmt.Sprintf(`{ interaction(id: %q) { id } }`, other)))
	w.twice("Query.node", "NOT_FOUND", query(w.operator, fmt.Sprintf(`{ node(id: %q) { id } }`, other)))
	w.twice("Query.nodes", "NOT_FOUND", query(w.operator, fmt.Sprintf(`{ nodes(ids: [%q, "int_x' --"]) { id } }`, w.pfr.ID)))
	w.twice("Query.regions", "INVALID", query("", `{ regions(after: "forged") { totalCount } }`))
	w.twice("Mutation.chatEnd", "NOT_FOUND", w.posts(w.citizen, "chatEnd", fmt.Sprintf(`interactionId: %q`, other)))
	s := w.connect(w.citizen)
	s.subscribe("1", fmt.Sprintf(`subscription { dialogue(interactionId: %q) { __typename } }`, other), nil)
	s.ended()
	require.Equal(t, 1, w.refusals("Subscription.dialogue", "NOT_FOUND"))
	before := w.client.AuditEntry.Query().CountX(w.system)
	require.Empty(t, w.ask(owner, fmt.Sprintf(`{ interaction(id: %q) { id } }`, other), nil).Errors)
	require.Equal(t, before, w.client.AuditEntry.Query().CountX(w.system), "what is found is no attempt")
}

func TestTokensThatOpenNothingAreAudited(t *testing.T) {
	t.Parallel()
	w := newIntruder(t)
	reasons := func() map[string]int {
		counts := map[string]int{}
		for _, e := range w.client.AuditEntry.Query().Where(auditentry.Action("token.refused")).AllX(w.system) {
			counts[e.Detail["reason"]]++
		}
		return counts
	}
	w.client.Session.Update().SetAccessExpiresAt(time.Now().Add(-time.Second)).ExecX(w.system)
	_, keyless := w.account("another", access.NewRole{Role: viewer.Operator})
	require.Equal(t, 401, w.ask(w.segment, "{ __typename }", nil).status)
	require.Empty(t, reasons(), "every access token comes to its end")
	for _, prefix := range []string{access.AccessPrefix, access.CitizenPrefix, access.KeyPrefix} {
		guess, _ := access.NewToken(prefix)
		require.Equal(t, 401, w.ask(guess, "{ __typename }", nil).status, prefix)
	}
	require.Equal(t, map[string]int{"unknown": 1}, reasons(), "once a minute for an address")
	w.ask(keyless, "mutation { signOut { closedSessions } }", nil)
	require.Equal(t, 401, w.ask(keyless, "{ __typename }", nil).status)
	require.Equal(t, map[string]int{"unknown": 1, "withdrawn": 1}, reasons())
	refresh, _ := access.NewToken(access.RefreshPrefix)
	w.twice("Mutation.tokenRefresh", "UNAUTHENTICATED", w.posts("", "tokenRefresh", fmt.Sprintf(`refreshToken: %q`, refresh)))
	w.twice("Mutation.signInPassword", "UNAUTHENTICATED", w.posts("", "signInPassword", `challenge: "eks_x", new: "eight green kites"`))
}

func TestRacesOnAnApprovalAreAudited(t *testing.T) {
	t.Parallel()
	w := newIntruder(t)
	_, root := w.account("root", access.NewRole{Role: viewer.Administrator})
	_, head := w.account("head", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: w.pfr.ID})
	who, end := w.client.Account.Query().FirstIDX(w.system), time.Now().Add(time.Hour)
	request := w.client.AccessRequest.Create().SetAccountID(who).SetAskerID(who).SetRole("SUPERVISOR").SetAgencyID(w.pfr.ID).SetReason("r").
		SetWantedTo(end).SetExpiresAt(end).SaveX(w.system).ID
	var both sync.WaitGroup
	for _, token := range []string{root, head} {
		both.Go(func() {
			w.ask(token, `mutation($r: ID!) { accessRequestDecide(input: {accessRequestId: $r, approve: true}) { userErrors { code } } }`, map[string]any{"r": request})
		})
	}
	both.Wait()
	approved := w.client.AuditEntry.Query().Where(auditentry.Action("access_request.approve")).CountX(w.system)
	require.Equal(t, 1, approved)
	require.Equal(t, 1, w.refusals("Mutation.accessRequestDecide", "CONFLICT"), "who came second")
}

func TestForgedLinksAreAudited(t *testing.T) {
	t.Parallel()
	w := newIntruder(t)
	get := func(path string) func() answer { return func() answer { return w.send(http.MethodGet, path, "") } }
	for kind, path := range map[string]string{
		"Link.attachments": interaction.AttachmentPath, "Link.recordFiles": recordfile.Path, "Link.recordings": voice.RecordingPath,
	} {
		w.twice(kind, "NOT_FOUND", get(path+"att_none?expires=99999999999&signature=guessed"))
		require.Equal(t, http.StatusNotFound, get(path+"none")().status, kind)
	}
	entry := w.client.AuditEntry.Query().Where(auditentry.Action("request.refused")).FirstX(w.system)
	require.NotEmpty(t, entry.Address)
}

func TestRequestsThatNoClientSendsAreAudited(t *testing.T) {
	t.Parallel()
	w := newIntruder(t)
	send := func(body string, headers ...func(*http.Request)) func() answer {
		return func() answer { return w.send(http.MethodPost, "/graphql", body, headers...) }
	}
	form, citizen := header("Content-Type", "multipart/form-data; boundary=b"), header("Authorization", "Bearer "+w.citizen)
	w.twice("Upload", "INVALID", send("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n{}\r\n--b--\r\n", form, citizen))
	w.twice("Upload", "UNAUTHENTICATED", send("--b--\r\n", form, header("GraphQL-Require-Preflight", "1")))
	w.twice("Origin", "FORBIDDEN", send(`{"query": "{ __typename }"}`, header("Origin", "https://evil.example"), citizen))
	before := w.client.AuditEntry.Query().CountX(w.system)
	require.Empty(t, send(`{"query": "{ __typename }"}`, header("Content-Type", "application/json"), citizen)().Errors)
	require.Equal(t, before, w.client.AuditEntry.Query().CountX(w.system))
}
