package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/roleassignment"
	"ekc/graph"
	"ekc/internal/coretest"
)

// withdrawnWithin bounds how long a stream may outlive a right in the tests: nodes look once a second, and the machine may be busy.
const withdrawnWithin = 10 * time.Second

// second is one more node on the centre's database: its own pool, its own follower of the log, its own memory of tokens.
func (w *world) second() string {
	w.Helper()
	core, log := coretest.Open(w.TB, w.url)
	people, err := access.New(core.Client, log, access.Options{Hash: access.HashParams{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	require.NoError(w, err)
	handler := graph.NewHandler(graph.Dependencies{
		Client: core.Client, Log: log, Access: people, Interactions: w.interactions, Routing: w.routing, Assistant: w.yana, Onboarding: w.onboarding,
		Training: w.training, Quality: w.quality, Files: w.files, Voice: w.voice, Privacy: w.privacy, Supervision: w.supervision,
		Logger: slog.New(slog.DiscardHandler),
	}, graph.Options{})
	server := httptest.NewServer(http.Handler(handler))
	w.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(w, handler.Close(ctx))
		server.Close()
	})
	return server.URL
}

// followed are the streams of a supervisor and of an operator who has an interaction, by the id of the subscription, and how each ends with
// the role.
func followed(interactionID string) (ofSupervisor, ofOperator map[string]string, ends map[string]string) {
	return map[string]string{
			"board": `subscription { board { cursor } }`, "today": `subscription { boardToday { at } }`,
			"interactions": `subscription { boardInteractions { cursor } }`, "onboarding": `subscription { onboarding { cursor } }`,
		}, map[string]string{
			"desk": `subscription { desk { cursor } }`, "dialogue": fmt.Sprintf(`subscription { dialogue(interactionId: %q) { cursor } }`, interactionID),
		}, map[string]string{
			"board": "FORBIDDEN", "today": "FORBIDDEN", "interactions": "FORBIDDEN", "onboarding": "FORBIDDEN", "desk": "FORBIDDEN", "dialogue": "NOT_FOUND",
		}
}

// begin subscribes, and waits until the node serves the last of them.
func begin(s *socket, streams map[string]string) {
	s.t.Helper()
	for id, query := range streams {
		s.subscribe(id, query, nil)
	}
	s.subscribe("probe", "{ __typename }", nil)
	for f := s.next(); f.ID != "probe" || f.Type != "complete"; f = s.next() {
		require.NotEqual(s.t, "error", f.Type, "%s: %s", f.ID, f.Payload)
	}
}

// end waits until every stream has ended, each with its code, and tells how long after the instant the last one did.
func end(s *socket, streams, codes map[string]string, from time.Time) time.Duration {
	s.t.Helper()
	open := len(streams)
	for open > 0 {
		f := s.next()
		if f.Type == "next" {
			continue
		}
		require.Equal(s.t, "error", f.Type, f.ID)
		require.Contains(s.t, string(f.Payload), codes[f.ID], f.ID)
		open--
	}
	took := time.Since(from)
	require.Less(s.t, took, withdrawnWithin)
	return took
}

// A role that is taken on one node, or ends by the clock, ends the streams on every node; the connection stays for what is still allowed.
func TestRolesThatEndStopStreamsOnEveryNode(t *testing.T) {
	t.Parallel()
	for name, withdraw := range map[string]func(w *world, roleID string) time.Time{
		"revoked": func(w *world, roleID string) time.Time {
			at := time.Now()
			_, err := w.access.RevokeRole(w.system, roleID)
			require.NoError(w, err)
			return at
		},
		"ended by the clock": func(w *world, roleID string) time.Time {
			at := time.Now().Add(200 * time.Millisecond).UTC().Truncate(time.Microsecond)
			w.client.RoleAssignment.UpdateOneID(roleID).SetValidTo(at).ExecX(w.system)
			return at
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			nodes := map[string]string{"this node": w.server.URL, "another node": w.second()}
			boss, supervisor := w.account("boss", access.NewRole{Role: viewer.Supervisor})
			anna, operator := w.operator("operator", w.line1)
			id, _ := w.talk(operator)
			ofSupervisor, ofOperator, ends := followed(id)
			for who, c := range map[string]struct {
				account, token string
				streams        map[string]string
			}{"supervisor": {boss.ID, supervisor, ofSupervisor}, "operator": {anna.ID, operator, ofOperator}} {
				sockets := map[string]*socket{}
				for node, url := range nodes {
					sockets[node] = w.connectTo(url, c.token)
					begin(sockets[node], c.streams)
				}
				role := w.client.RoleAssignment.Query().Where(roleassignment.AccountID(c.account)).OnlyIDX(w.system)
				at := withdraw(w, role)
				for node, s := range sockets {
					t.Logf("role of the %s %s: streams on %s ended after %v", who, name, node, end(s, c.streams, ends, at))
					s.subscribe("after", "{ __typename }", nil)
					require.Equal(t, "next", s.next().Type, "the session goes on")
				}
			}
		})
	}
}

// A session, an account or a key that ends closes its connections on every node.
func TestSessionsThatEndCloseConnectionsOnEveryNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, root := w.account("root", access.NewRole{Role: viewer.Administrator})
	nodes := map[string]string{"this node": w.server.URL, "another node": w.second()}
	board := map[string]string{"board": `subscription { board { cursor } }`}
	supervisor := func(login string) (id, token string) {
		a, token := w.account(login, access.NewRole{Role: viewer.Supervisor})
		return a.ID, token
	}
	locked, ofLocked := supervisor("locked")
	hidden, ofHidden := supervisor("hidden")
	signedOut, ofSignedOut := supervisor("signed.out")
	_, ofOwn := supervisor("own")
	as := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Account, AccountID: "acc_root", Grants: []viewer.Grant{{Role: viewer.Administrator}}})
	key, secret, err := w.access.CreateKey(as, access.NewKey{Name: "k", Actions: access.KeyActions(), ExpiresAt: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	for _, c := range []struct {
		what, token string
		streams     map[string]string
		end         func() answer
	}{
		{"account made inactive", ofLocked, board, w.posts(root, "accountUpdate", fmt.Sprintf("accountId: %q, active: false", locked))},
		{"account made inactive past the API", ofHidden, board, func() answer {
			w.client.Account.UpdateOneID(hidden).SetActive(false).ExecX(w.system)
			return answer{t: t}
		}},
		{"sessions closed by an administrator", ofSignedOut, board, w.posts(root, "accountSessionsRevoke", fmt.Sprintf("accountId: %q", signedOut))},
		{"signed out", ofOwn, board, func() answer { return w.ask(ofOwn, "mutation { signOut { closedSessions } }", nil) }},
		{"key revoked", secret, nil, w.posts(root, "apiKeyRevoke", fmt.Sprintf("apiKeyId: %q", key.ID))},
	} {
		sockets := map[string]*socket{}
		for node, url := range nodes {
			sockets[node] = w.connectTo(url, c.token)
			begin(sockets[node], c.streams)
		}
		at := time.Now()
		got := c.end()
		require.NotContains(t, got.raw, `"code"`, c.what)
		for node, s := range sockets {
			end(s, c.streams, map[string]string{"board": "UNAUTHENTICATED"}, at)
			require.Equal(t, 4403, s.closed(), "%s, %s", c.what, node)
			took := time.Since(at)
			require.Less(t, took, withdrawnWithin)
			t.Logf("%s: closed on %s after %v", c.what, node, took)
		}
	}
}

// Wrong passwords lock who would sign in, on every node, and nothing that is open: whoever knows a login could end the work of its owner else.
func TestALockAfterWrongPasswordsLeavesWhatIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.second()
	boss, supervisor := w.account("boss", access.NewRole{Role: viewer.Supervisor})
	_, marker := w.account("marker", access.NewRole{Role: viewer.Supervisor})
	sockets, markers := map[string]*socket{}, map[string]*socket{}
	for _, url := range []string{w.server.URL, other} {
		sockets[url], markers[url] = w.connectTo(url, supervisor), w.connectTo(url, marker)
		begin(sockets[url], map[string]string{"board": `subscription { board { cursor } }`})
	}
	signIn := func(url, with string) string {
		got := w.askAt(url, "", `mutation($p: String!) { signIn(input: {login: "boss", password: $p}) { userErrors { code } } }`, map[string]any{"p": with})
		errs := got.path("signIn", "userErrors").([]any)
		if len(errs) == 0 {
			return ""
		}
		return errs[0].(map[string]any)["code"].(string)
	}
	for range 5 {
		require.Equal(t, "UNAUTHENTICATED", signIn(w.server.URL, "wrong green kites"))
	}
	require.NotNil(t, w.client.Account.GetX(w.system, boss.ID).LockedUntil)
	for _, url := range []string{w.server.URL, other} {
		require.Equal(t, "UNAUTHENTICATED", signIn(url, password), "also with the right one, on each node")
	}
	w.ask(marker, "mutation { signOut { closedSessions } }", nil)
	for url, m := range markers { // by then each node has looked up the rights of everybody
		require.Equal(t, 4403, m.closed())
		sockets[url].subscribe("after", "{ __typename }", nil)
		require.Equal(t, "next", sockets[url].next().Type)
	}
	_, operator := w.operator("operator", w.line1)
	require.NotContains(t, w.posts(operator, "presenceSet", "state: BUSY")().raw, `"code"`)
	for _, s := range sockets {
		f := s.next()
		for f.ID != "board" { // the end of the question before
			f = s.next()
		}
		require.Equal(t, "next", f.Type, string(f.Payload))
	}
	w.client.Account.UpdateOneID(boss.ID).SetLockedUntil(time.Now().Add(-time.Second)).ExecX(w.system)
	require.Empty(t, signIn(other, password), "a lock ends by the clock")
}

// posts is a mutation with one input that is written out, to be sent later.
func (w *world) posts(token, field, input string) func() answer {
	return func() answer {
		return w.ask(token, "mutation { "+field+"(input: {"+input+"}) { userErrors { code } } }", nil)
	}
}
