package graph_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/graph"
	"ekc/internal/ratelimit"
)

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

const typename = `{"query":"{ __typename }"}`

func TestStatusAndMediaTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		name, body string
		change     func(*http.Request)
		status     int
		mediaType  string
	}{
		{"no Accept", typename, header("X-A", "b"), 200, "application/graphql-response+json; charset=utf-8"},
		{"any", typename, header("Accept", "*/*"), 200, "application/graphql-response+json; charset=utf-8"},
		{"legacy", typename, header("Accept", "application/json"), 200, "application/json; charset=utf-8"},
		{"best of two", typename, header("Accept", "application/graphql-response+json;q=0.5, application/json"), 200, "application/json; charset=utf-8"},
		{"refused by weight", typename, header("Accept", "application/json;q=0"), 406, "application/json; charset=utf-8"},
		{"not acceptable", typename, header("Accept", "text/html"), 406, "application/json; charset=utf-8"},
		{"invalid document", `{"query":"{ nothing }"}`, header("X-A", "b"), 400, "application/graphql-response+json; charset=utf-8"},
		{"invalid document, legacy", `{"query":"{ nothing }"}`, header("Accept", "application/json"), 200, "application/json; charset=utf-8"},
		{"syntax", `{"query":"{"}`, header("X-A", "b"), 400, "application/graphql-response+json; charset=utf-8"},
		{"not JSON", `{"query":`, header("Accept", "application/json"), 400, "application/json; charset=utf-8"},
		{"no query", `{}`, header("Accept", "application/json"), 400, "application/json; charset=utf-8"},
		{"query of a wrong type", `{"query":7}`, header("Accept", "application/json"), 400, "application/json; charset=utf-8"},
		{"variables of a wrong type", `{"query":"{ __typename }","variables":[]}`, header("Accept", "application/json"), 400, "application/json; charset=utf-8"},
		{"something follows", typename + `{}`, header("Accept", "application/json"), 400, "application/json; charset=utf-8"},
		{"batch", "[" + typename + "]", header("Accept", "application/json"), 400, "application/json; charset=utf-8"},
		{"wrong content type", typename, header("Content-Type", "text/plain"), 415, "application/graphql-response+json; charset=utf-8"},
		{"form", typename, header("Content-Type", "application/x-www-form-urlencoded"), 415, "application/graphql-response+json; charset=utf-8"},
		{"no content type", typename, func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "application/graphql-response+json; charset=utf-8"},
		{"charset", typename, header("Content-Type", "application/json; charset=windows-1251"), 415, "application/graphql-response+json; charset=utf-8"},
		{"UTF-8", typename, header("Content-Type", "application/json; charset=UTF-8"), 200, "application/graphql-response+json; charset=utf-8"},
		{"subscription", `{"query":"subscription { desk { cursor } }"}`, header("X-A", "b"), 400, "application/graphql-response+json; charset=utf-8"},
	} {
		got := w.post(c.body, c.change)
		require.Equal(t, c.status, got.status, "%s: %s", c.name, got.raw)
		require.Equal(t, c.mediaType, got.header.Get("Content-Type"), c.name)
		if c.status != 200 {
			require.NotEmpty(t, got.Errors, c.name)
			require.NotEmpty(t, got.code(), c.name)
			require.NotContains(t, got.raw, `"data"`, c.name)
		}
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead} {
		got := w.send(method, "/graphql", typename)
		require.Equal(t, 405, got.status, method)
		require.Equal(t, "GET, POST, OPTIONS", got.header.Get("Allow"), method)
	}
	get := func(query string, changes ...func(*http.Request)) answer {
		return w.send(http.MethodGet, "/graphql?"+query, "", changes...)
	}
	require.Equal(t, "Query", get("query="+url.QueryEscape("{ __typename }")).path("__typename"))
	got := get("query=" + url.QueryEscape(`query($id: ID!) { node(id: $id) { id } }`) + "&variables=" + url.QueryEscape(`{"id":"`+w.pfr.ID+`"}`))
	require.Equal(t, w.pfr.ID, got.path("node", "id"))
	got = get("query=" + url.QueryEscape("mutation { signOut { closedSessions } }"))
	require.Equal(t, 405, got.status)
	require.Equal(t, "POST", got.header.Get("Allow"))
	require.Equal(t, 400, get("query="+url.QueryEscape("{ __typename }")+"&variables=x").status)
	require.Equal(t, 400, get("").status)
	require.Equal(t, 400, get("query="+url.QueryEscape("{ __typename }"), header("Sec-Fetch-Mode", "no-cors")).status, "an image")
	require.Equal(t, 200, get("query="+url.QueryEscape("{ __typename }"), header("Sec-Fetch-Mode", "no-cors"), header("GraphQL-Require-Preflight", "1")).status)
}

func TestTooLargeAndTooDeep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.post(`{"query":"{ __typename }","variables":{"x":"` + strings.Repeat("x", 1<<20) + `"}}`)
	require.Equal(t, 413, got.status)
	require.Equal(t, "TOO_LARGE", got.code())
	ask := func(query string) answer { return w.ask("", query, nil) }
	refused := func(name string, a answer, status int, code string) {
		t.Helper()
		require.Equal(t, status, a.status, "%s: %.300s", name, a.raw)
		require.Equal(t, code, a.code(), name)
		require.Less(t, len(a.raw), 2000, name)
	}
	refused("text", ask("{ __typename #"+strings.Repeat("x", 40_000)+"\n}"), 413, "TOO_LARGE")
	refused("one field many times", ask("{ viewer { account { "+strings.Repeat("id ", 1_000)+"} } }"), 400, "INVALID")
	refused("the same in fragments", ask("{ viewer { account { "+strings.Repeat("...f ", 200)+"} } } fragment f on Account { id login ...g } fragment g on Account { id ...f }"), 400, "INVALID")
	refused("the same inline", ask("{ "+strings.Repeat("... on Query { viewer { account { id } } } ", 100)+"}"), 400, "INVALID")
	refused("tokens", ask("{ "+strings.Repeat("a ", 10_000)+"}"), 400, "GRAPHQL_PARSE_FAILED")
	refused("brackets", ask(strings.Repeat("{ a ", 3_000)), 400, "GRAPHQL_PARSE_FAILED")
	deep := `{ queues { edges { node { overflowQueue { overflowQueue { overflowQueue { overflowQueue { overflowQueue {
		overflowQueue { overflowQueue { overflowQueue { overflowQueue { id } } } } } } } } } } } } }`
	refused("depth", ask(deep), 400, "INVALID")
	var aliases, roots strings.Builder
	for i := range 100 {
		fmt.Fprintf(&aliases, "a%d: code ", i)
		fmt.Fprintf(&roots, "r%d: viewer { account { id } } ", i)
	}
	refused("aliases", ask("{ agencies { edges { node { "+aliases.String()+"} } } }"), 400, "INVALID")
	refused("root fields", ask("{ "+roots.String()+"}"), 400, "INVALID")
	refused("complexity", ask(`{ interactions(first: 100) { edges { node { messages(first: 100) { edges { node { id text } } } } } } }`), 400, "INVALID")
	bomb := "query { ...a }\n"
	for i, names := 0, "abcdefghijklmno"; i < len(names)-1; i++ {
		bomb += fmt.Sprintf("fragment %c on Query { x%d: agencies { edges { node { id } } } ...%c ...%c }\n", names[i], i, names[i+1], names[i+1])
	}
	refused("fragments", ask(bomb+"fragment o on Query { __typename }"), 400, "INVALID")
	refused("circle of fragments", ask("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"), 400, "GRAPHQL_VALIDATION_FAILED")
	require.Equal(t, 200, ask("{ __typename }").status)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.operator("operator", w.line1)
	require.Equal(t, "operator", w.ask(token, "{ viewer { account { login } } }", nil).path("viewer", "account", "login"))
	require.Nil(t, w.ask("", "{ viewer { account { login } } }", nil).path("viewer", "account"))
	for name, value := range map[string]string{
		"wrong": "Bearer eka_wrong", "foreign": "Bearer abc", "no scheme": token, "other scheme": "Basic " + token,
		"empty": "Bearer ", "citizen's of nothing": "Bearer ekc_" + token[4:],
	} {
		got := w.post(typename, header("Authorization", value))
		require.Equal(t, 401, got.status, name)
		require.Equal(t, "UNAUTHENTICATED", got.code(), name)
		require.Contains(t, got.header.Get("WWW-Authenticate"), "Bearer", name)
	}
	w.ask(token, "mutation { signOut { closedSessions } }", nil)
	require.Equal(t, 401, w.ask(token, "{ __typename }", nil).status)
}

func TestSignedInPayloadIsReadAsTheOneWhoCameIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.operator("operator", w.line1)
	got := w.ask("", `mutation { signIn(input: {login: "OPERATOR", password: "`+password+`"}) {
		tokens { accessToken } account { login lastSignInAt roles { role line } queues { code } presence { state operator { displayName } } }
		userErrors { message code } } viewer: __typename }`, nil)
	require.Equal(t, "chat-1", got.path("signIn", "account", "queues").([]any)[0].(map[string]any)["code"], got.raw)
	require.Equal(t, "AVAILABLE", got.path("signIn", "account", "presence", "state"))
	require.NotNil(t, got.path("signIn", "account", "lastSignInAt"))
	got = w.ask("", `mutation { signIn(input: {login: "operator", password: "wrong"}) { tokens { accessToken } account { id } userErrors { field message code } } }`, nil)
	require.Nil(t, got.path("signIn", "account"))
	require.Equal(t, "UNAUTHENTICATED", got.path("signIn", "userErrors").([]any)[0].(map[string]any)["code"])
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *graph.Options) { o.Transport.AllowedOrigins = []string{"https://agency.example"} })
	got := w.post(typename, header("Origin", "https://agency.example"))
	require.Equal(t, 200, got.status)
	require.Equal(t, "https://agency.example", got.header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, got.header.Get("Access-Control-Allow-Credentials"))
	require.Contains(t, got.header.Get("Vary"), "Origin")
	require.Equal(t, 200, w.post(typename, header("Origin", w.server.URL)).status, "its own")
	for _, origin := range []string{"https://evil.example", "null", "https://agency.example.evil.example", "http://agency.example"} {
		got = w.post(typename, header("Origin", origin))
		require.Equal(t, 403, got.status, origin)
		require.Empty(t, got.header.Get("Access-Control-Allow-Origin"), origin)
	}
	got = w.send(http.MethodOptions, "/graphql", "", header("Origin", "https://agency.example"), header("Access-Control-Request-Method", "POST"))
	require.Equal(t, 204, got.status)
	require.Contains(t, got.header.Get("Access-Control-Allow-Headers"), "Authorization")
	require.Equal(t, 403, w.send(http.MethodOptions, "/graphql", "", header("Origin", "https://evil.example")).status)
	open := newWorld(t, func(o *graph.Options) { o.Transport.AllowedOrigins = []string{"*"} })
	require.Equal(t, "*", open.post(typename, header("Origin", "https://any.example")).header.Get("Access-Control-Allow-Origin"))
}

func TestIntrospectionOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *graph.Options) { o.Introspection = false })
	require.NotEmpty(t, w.ask("", "{ __schema { types { name } } }", nil).Errors)
	require.Nil(t, w.ask("", `{ __type(name: "Query") { name } }`, nil).Data["__type"])
	require.Equal(t, "Query", w.ask("", "{ __typename }", nil).path("__typename"))
	for _, query := range []string{"{ agencie { totalCount } }", `{ node(idd: "x") { id } }`, "{ agencies }", "{ node(id: 1) { ... on Agenci { id } } }"} {
		got := w.ask("", query, nil)
		require.NotEmpty(t, got.Errors, query)
		require.NotContains(t, got.raw, "Did you mean", query)
	}
	on := newWorld(t)
	require.Contains(t, on.ask("", "{ agencie { totalCount } }", nil).raw, "Did you mean")
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	slow := ratelimit.Options{Every: time.Hour, Burst: 3}
	w := newWorld(t, func(o *graph.Options) {
		o.RateLimits.ChatStart, o.RateLimits.Anonymous = slow, ratelimit.Options{Every: time.Hour, Burst: 6}
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	ask := func(address, query string) answer {
		return w.post(`{"query":"`+query+`"}`, header("X-Forwarded-For", address))
	}
	start := "mutation { a: chatStart(input: {}) { token } b: chatStart(input: {}) { token } }"
	require.Equal(t, 200, ask("192.0.2.1", start).status)
	got := ask("192.0.2.1", start)
	require.Equal(t, 429, got.status, "two more than the third")
	require.Equal(t, "RATE_LIMITED", got.code())
	require.NotEmpty(t, got.header.Get("Retry-After"))
	require.Equal(t, 200, ask("192.0.2.2", start).status, "another address")
	for range 4 {
		require.Equal(t, 200, ask("192.0.2.1", "{ __typename }").status)
	}
	require.Equal(t, 429, ask("192.0.2.1", "{ __typename }").status)
	_, token := w.operator("operator", w.line1)
	for range 8 {
		require.Equal(t, 200, w.ask(token, "{ __typename }", nil).status, "who has an account is not limited by address")
	}
}

// upload sends an attachmentUpload in the form of the multipart request specification.
func (w *world) upload(token, id, name string, content []byte, changes ...func(*http.Request)) answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(w, form.WriteField("operations", fmt.Sprintf(`{"query":"mutation($i: ID!, $f: Upload!) { attachmentUpload(input: {interactionId: $i, file: $f}) { attachment { id fileName mediaType size url } userErrors { field message code } } }","variables":{"i":%q,"f":null}}`, id)))
	require.NoError(w, form.WriteField("map", `{"0":["variables.f"]}`))
	part, err := form.CreateFormFile("0", name)
	require.NoError(w, err)
	_, err = part.Write(content)
	require.NoError(w, err)
	require.NoError(w, form.Close())
	return w.send(http.MethodPost, "/graphql", body.String(), append([]func(*http.Request){
		header("Content-Type", form.FormDataContentType()),
		func(r *http.Request) {
			if token != "" {
				r.Header.Set("Authorization", "Bearer "+token)
			}
		},
	}, changes...)...)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.chat("")
	got := w.upload(token, id, "записка.txt", []byte("Добрый день\n"))
	require.Equal(t, "записка.txt", got.path("attachmentUpload", "attachment", "fileName"), got.raw)
	require.Contains(t, got.path("attachmentUpload", "attachment", "url"), "/attachments/")
	got = w.upload(token, id, "big.txt", bytes.Repeat([]byte("x"), 10<<20+1))
	require.Equal(t, 413, got.status)
	require.Equal(t, "TOO_LARGE", got.code())
	require.Equal(t, 200, w.upload(token, id, "full.txt", bytes.Repeat([]byte("x"), 10<<20)).status)
	require.Equal(t, 400, w.upload("", id, "a.txt", []byte("x")).status, "a page could send it without asking")
	require.Equal(t, 401, w.upload("", id, "a.txt", []byte("x"), header("GraphQL-Require-Preflight", "1")).status)
	other, _ := w.chat("")
	got = w.upload(token, other, "a.txt", []byte("x"))
	require.Equal(t, "NOT_FOUND", got.path("attachmentUpload", "userErrors").([]any)[0].(map[string]any)["code"], got.raw)
	for name, body := range map[string]string{
		"no parts": "--b--\r\n", "wrong first part": "--b\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n",
		"not a form": "x",
	} {
		got = w.send(http.MethodPost, "/graphql", body, header("Content-Type", "multipart/form-data; boundary=b"), header("Authorization", "Bearer "+token))
		require.Equal(t, 400, got.status, name)
	}
}
