package graph_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/auditentry"
	"ekc/graph"
	"ekc/internal/ratelimit"
)

// form is an upload of which the client wrote every part itself.
func form(operations, paths string) string {
	part := func(name, content string) string {
		return "--b\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\n" + content + "\r\n"
	}
	return part(`"operations"`, operations) + part(`"map"`, paths) + part(`"0"; filename="a.txt"`, "слово") + "--b--\r\n"
}

func TestUploadMapsThatLeadNowhere(t *testing.T) { //nolint:paralleltest // it has a folder for temporary files of its own
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	w := newWorld(t)
	id, token := w.chat("")
	query := `"query":"mutation($i: ID!, $f: Upload!) { attachmentUpload(input: {interactionId: $i, file: $f}) { userErrors { code } } }"`
	with := func(variables string) string { return "{" + query + `,"variables":` + variables + "}" }
	for _, c := range []struct{ operations, path string }{
		{with(`{"f":null}`), "variables.f.0"},
		{with(`{"f":null}`), "variables.f.x"},
		{with(`{"f":null}`), "variables.f.0.1.2"},
		{with(`{"f":null}`), "variables"},
		{with(`{"f":null}`), "variables."},
		{with(`{"f":null}`), ""},
		{with(`{"f":"text"}`), "variables.f"},
		{with(`{"f":"text"}`), "variables.f.0"},
		{with(`{"l":[null]}`), "variables.l.1"},
		{with(`{"l":[null]}`), "variables.l.-1"},
		{with(`{"l":[null]}`), "variables.l.99999999999999999999"},
		{with(`{"l":[null]}`), "variables.l.x"},
		{with(`{"l":[[null]]}`), "variables.l.0.7"},
		{with(`null`), "variables.f"},
		{"{" + query + "}", "variables.f"},
	} {
		got := w.send(http.MethodPost, "/graphql", form(c.operations, fmt.Sprintf(`{"0":[%q]}`, c.path)),
			header("Content-Type", "multipart/form-data; boundary=b"), header("Authorization", "Bearer "+token))
		require.Equal(t, 400, got.status, "%s %s: %s", c.path, c.operations, got.raw)
		require.Contains(t, got.raw, "map names no variable", "%s %s", c.path, c.operations)
	}
	got := w.send(http.MethodPost, "/graphql", form(with(`{"i":"`+id+`"}`), `{"0":["variables.f"]}`),
		header("Content-Type", "multipart/form-data; boundary=b"), header("Authorization", "Bearer "+token))
	require.Empty(t, got.Errors, got.raw)
	require.Eventually(t, func() bool { // the last file goes after its answer
		left, err := filepath.Glob(filepath.Join(dir, "ekc-upload-*"))
		return err == nil && len(left) == 0
	}, time.Minute, 20*time.Millisecond, "a file was left behind")
}

func TestFilesOfCitizensAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *graph.Options) { o.RateLimits.Upload = ratelimit.Options{Every: time.Hour, Burst: 2} })
	_, operator := w.operator("operator", w.line1)
	id, citizen := w.talk(operator)
	require.Equal(t, 200, w.upload(citizen, id, "a.txt", []byte("слово")).status)
	require.Equal(t, 200, w.upload(citizen, id, "a.txt", []byte("слово")).status)
	got := w.upload(citizen, id, "a.txt", []byte("слово"))
	require.Equal(t, 429, got.status)
	require.Equal(t, "RATE_LIMITED", got.code())
	_, other := w.chat("")
	require.Equal(t, 429, w.upload(other, id, "a.txt", []byte("слово")).status, "another token of the same address")
	require.Equal(t, 200, w.upload(operator, id, "a.txt", []byte("слово")).status)
}

// fault is an extension that panics, as a fault of the code would.
type fault struct{}

func (fault) ExtensionName() string { return "Fault" }

func (fault) Validate(graphql.ExecutableSchema) error { return nil }

func (fault) MutateOperationParameters(_ context.Context, p *graphql.RawParams) *gqlerror.Error {
	if p.OperationName == "early" {
		panic("at host db7")
	}
	return nil
}

func (fault) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).OperationName == "late" {
		panic("at host db7")
	}
	return next(ctx)
}

func TestAPanicEndsItsOperationOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *graph.Options) { o.Extensions = []graphql.HandlerExtension{fault{}} })
	s := w.connect("")
	for _, name := range []string{"early", "late"} {
		s.send(`{"id":"1","type":"subscribe","payload":{"query":"query ` + name + ` { __typename }","operationName":"` + name + `"}}`)
		f := s.next()
		require.Equal(t, "error", f.Type, name)
		require.Contains(t, string(f.Payload), "INTERNAL", name)
		require.NotContains(t, string(f.Payload), "db7", name)
	}
	s.subscribe("2", "{ __typename }", nil)
	require.Equal(t, "next", s.next().Type)
	got := w.post(`{"query":"query late { __typename }","operationName":"late"}`, header("Accept", "text/event-stream"))
	require.Contains(t, got.raw, "INTERNAL")
	require.NotContains(t, got.raw, "db7")
	require.Equal(t, 200, w.post(typename).status)
	require.Contains(t, w.logged.String(), "at host db7")
}

// A subscription that breaks off in the middle tells no more than a query does.
func TestBrokenStreamsTellNothing(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func() (ent.Value, error){
		"an error": func() (ent.Value, error) { return nil, errors.New("relation of host db7") },
		"a panic":  func() (ent.Value, error) { panic("relation of host db7") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, operator := w.operator("operator", w.line1)
			cursor := w.ask(operator, "{ desk { cursor } }", nil).path("desk", "cursor")
			w.ask(operator, "mutation { presenceSet(input: {state: BUSY}) { userErrors { message } } }", nil)
			w.client.Presence.Intercept(ent.InterceptFunc(func(ent.Querier) ent.Querier {
				return ent.QuerierFunc(func(context.Context, ent.Query) (ent.Value, error) { return broken() })
			}))
			s := w.connect(operator)
			s.subscribe("1", `subscription($a: EventCursor) { desk(after: $a) { cursor } }`, map[string]any{"a": cursor})
			f := s.next()
			require.Equal(t, "error", f.Type, string(f.Payload))
			require.Contains(t, string(f.Payload), "INTERNAL")
			require.Contains(t, string(f.Payload), `"cursor"`)
			require.NotContains(t, string(f.Payload), "relation")
			require.Contains(t, w.logged.String(), "relation of host db7")
		})
	}
}

func TestCitizensLearnNamesAndNoLogins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, operator := w.operator("operator", w.line1)
	_, citizen := w.talk(operator)
	got := w.ask(citizen, `query($id: ID!) { viewer { interaction { operator { id displayName } } } node(id: $id) { ... on Account { login } } }`,
		map[string]any{"id": a.ID})
	require.Equal(t, "Сотрудник operator", got.path("viewer", "interaction", "operator", "displayName"), got.raw)
	require.Nil(t, got.path("node"))
}

func TestWordsAfterATransferAreNotTheOperators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("operator", w.line1)
	_, supervisor := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	id, citizen := w.talk(operator)
	w.say(citizen, id, "до передачи")
	got := w.ask(operator, `mutation($i: ID!, $q: ID!) { interactionTransfer(input: {interactionId: $i, queueId: $q}) { userErrors { message } } }`,
		map[string]any{"i": id, "q": w.line2.ID})
	require.Empty(t, got.path("interactionTransfer", "userErrors"), got.raw)
	w.say(citizen, id, "мой СНИЛС")
	words := func(token string) []any {
		got := w.ask(token, `query($i: ID!) { interaction(id: $i) { messages { edges { node { text } } } } }`, map[string]any{"i": id})
		return column(t, got.path("interaction", "messages"), "text")
	}
	require.Contains(t, words(operator), "до передачи")
	require.NotContains(t, words(operator), "мой СНИЛС")
	require.Contains(t, words(supervisor), "мой СНИЛС")
	require.Contains(t, words(citizen), "мой СНИЛС")
}

func TestPersistedOperationsAreShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	persist := func(text, sent string) answer {
		hash := sha256.Sum256([]byte(text))
		return w.post(fmt.Sprintf(`{"query":%q,"extensions":{"persistedQuery":{"version":1,"sha256Hash":%q}}}`, sent, hex.EncodeToString(hash[:])))
	}
	short, long := "{ __typename }", "{ __typename } #"+strings.Repeat("x", 60_000)
	require.Equal(t, 200, persist(short, short).status)
	require.Equal(t, "Query", persist(short, "").path("__typename"))
	require.Equal(t, "TOO_LARGE", persist(long, long).code())
	require.Equal(t, "PERSISTED_QUERY_NOT_FOUND", persist(long, "").code(), "what is refused must not be kept")
}

func TestForgedCursors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, citizen := w.chat("")
	// The MessagePack of {"i": "x", "v": value}.
	forge := func(value string) string {
		return base64.RawStdEncoding.EncodeToString([]byte("\x82\xa1i\xa1x\xa1v" + value))
	}
	const regions = `query($a: Cursor) { regions(after: $a) { edges { cursor } } }`
	const messages = `query($a: Cursor) { viewer { interaction { messages(after: $a) { edges { cursor } } } } }`
	for name, value := range map[string]string{
		"map": "\x81\xa1a\xa1b", "list": "\x91\x01", "fraction": "\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18", "true": "\xc3",
		"deep": strings.Repeat("\x91", 90_000),
	} {
		for _, query := range []string{regions, messages} {
			got := w.ask(citizen, query, map[string]any{"a": forge(value)})
			require.Equal(t, "INVALID", got.code(), "%s: %.300s", name, got.raw)
		}
	}
	require.Equal(t, "INVALID", w.ask(citizen, messages, map[string]any{"a": forge("\xa3abc")}).code(), "a text for a number")
	literal := forge(strings.Repeat("\x91", 2_000))
	require.Contains(t, w.ask(citizen, `{ regions(after: "`+literal+`") { totalCount } }`, nil).raw, "longer than 512 bytes")
	require.Empty(t, w.ask(citizen, regions, map[string]any{"a": forge("\xa277")}).Errors)
	for _, field := range []string{"Query.regions", "Interaction.messages"} {
		require.Equal(t, 1, w.refusals(field, "INVALID"), "%s is written down once a minute", field)
	}
}

// refusals are the lines of the audit log about a field.
func (w *world) refusals(field, code string) (n int) {
	for _, e := range w.client.AuditEntry.Query().Where(auditentry.Action("request.refused")).AllX(w.system) {
		if e.Detail["field"] == field && e.Detail["code"] == code {
			n++
		}
	}
	return n
}

func TestAClientThatDoesNotReadIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *graph.Options) { o.Transport.WriteTimeout = 300 * time.Millisecond })
	for i := range 100 {
		w.client.Region.Create().SetCode(fmt.Sprintf("x%02d", i)).SetName(strings.Repeat("ж", 200)).SetTimeZone("UTC").ExecX(w.system)
	}
	done := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.handler.ServeHTTP(rw, r)
		close(done)
	}))
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
		return ctx
	}
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	var names strings.Builder
	for i := range 60 {
		fmt.Fprintf(&names, "a%d:name ", i)
	}
	body := `{"query":"{ regions(last: 100) { edges { node { ` + names.String() + `} } } again: regions(first: 100) { edges { node { name } } } }"}`
	body = strings.Replace(body, "a59:name ", "", 1)
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	require.NoError(t, err)
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("the answer is held for a client that does not read")
	}
}

func TestStrangersSendLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("operator", w.line1)
	_, citizen := w.chat("")
	filled := func(n int) string {
		return `{"query":"{ __typename }","variables":{"x":"` + strings.Repeat("x", n) + `"}}`
	}
	as := func(token string) func(*http.Request) { return header("Authorization", "Bearer "+token) }
	require.Equal(t, 413, w.post(filled(200<<10)).status)
	require.Equal(t, 413, w.post(filled(200<<10), as(citizen)).status)
	require.Equal(t, 200, w.post(filled(100<<10), as(citizen)).status)
	require.Equal(t, 200, w.post(filled(200<<10), as(operator)).status)
	ping := func(n int) string { return `{"type":"ping","payload":{"x":"` + strings.Repeat("x", n) + `"}}` }
	pong := func(s *socket, n int) bool {
		if s.conn.WriteMessage(1, []byte(ping(n))) != nil {
			return false
		}
		require.NoError(t, s.conn.SetReadDeadline(time.Now().Add(patience)))
		for {
			var f frame
			if s.conn.ReadJSON(&f) != nil {
				return false
			}
			if f.Type == "pong" {
				return true
			}
		}
	}
	require.True(t, pong(w.connect(operator), 200<<10))
	require.True(t, pong(w.connect(citizen), 100<<10))
	require.False(t, pong(w.connect(citizen), 200<<10))
	stranger, _ := w.dial(nil, "graphql-transport-ws")
	require.True(t, pong(stranger, 10), "before connection_init too")
	require.False(t, pong(stranger, 20<<10))
}

func TestStreamsOfOneToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *graph.Options) { o.Transport.MaxStreamsPerViewer = 2 })
	_, citizen := w.chat("")
	_, other := w.chat("")
	first := w.connect(citizen)
	w.connect(citizen)
	third, _ := w.dial(nil, "graphql-transport-ws")
	third.send(`{"type":"connection_init","payload":{"authorization":"Bearer ` + citizen + `"}}`)
	require.Equal(t, 1013, third.closed())
	require.Equal(t, 429, w.post(typename, header("Accept", "text/event-stream"), header("Authorization", "Bearer "+citizen)).status)
	w.connect(other)
	require.NoError(t, first.conn.Close())
	require.Eventually(t, func() bool { return w.handler.Streams() == 2 }, patience, 10*time.Millisecond)
	w.connect(citizen)
}

func TestSocketEndsWithItsAccessToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	w.client.Session.Update().SetAccessExpiresAt(time.Now().UTC().Add(1500 * time.Millisecond)).ExecX(w.system)
	s := w.connect(token)
	s.subscribe("1", "subscription { board { cursor } }", nil)
	require.Contains(t, string(s.ended().Payload), "UNAUTHENTICATED")
	require.Equal(t, 4403, s.closed())
}

func TestCloseReasonIsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.operator("operator", w.line1)
	s := w.connect(token)
	for range 2 {
		s.subscribe(strings.Repeat("ж", 60), "subscription { desk { cursor } }", nil)
	}
	require.Equal(t, 4409, s.closed())
}
