package test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/config"
)

func TestHealthAndMetrics(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(map[string]any{"text": clearQuestion})
	c.hears("ANSWER", 0)
	c.handedOver()
	status, _ := fetch(t, n.URL+"/healthz")
	require.Equal(t, http.StatusOK, status)
	status, body := fetch(t, n.URL+"/readyz")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, string(body), `"ready":true`)
	for _, part := range []string{"database", "events", "knowledge"} {
		require.Contains(t, string(body), `"`+part+`":{"ok":true`)
	}
	soon(t, "the follower has caught up", func() bool {
		_, body = fetch(t, n.URL+"/metrics")
		return strings.Contains(string(body), "ekc_eventlog_lag_events 0\n")
	})
	for _, line := range []string{
		`ekc_graphql_operations_total{operation="chatStart",result="ok",type="mutation"} 1`, `ekc_assistant_turns_total{decision="ANSWER"} 1`,
		`ekc_queue_waiting{queue="chat-line1"} 1`, `ekc_interactions_open{state="QUEUED"} 1`, `ekc_knowledge_search_seconds_count`,
		`ekc_connections_open 0`, `go_sql_open_connections{db_name="core"}`,
	} {
		require.Contains(t, string(body), line)
	}
	require.NotContains(t, string(body), c.id)
}

func TestPagesAreServed(t *testing.T) {
	t.Parallel()
	n := newStore(t).start(t, func(c *config.Config) { c.Introspection = false })
	for _, path := range []string{"/", "/widget/"} {
		status, body := fetch(t, n.URL+path)
		require.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, status, "built, or how to build it")
		require.NotEmpty(t, body, path)
	}
	a := n.nobody().send("{ __schema { types { name } } }", nil)
	require.NotEmpty(t, a.Errors, "introspection is off")
}

// Nothing that a citizen says or is called goes into the log, not even at debug level.
func TestLogsHoldNoPersonalData(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	p := s.launch(t, freeAddress(t), "EKC_LOG_LEVEL=debug", "EKC_LOG_FORMAT=json")
	c := p.nobody().starts(map[string]any{"name": "Аристарх Персоналов", "phone": "+79161112233", "text": "Сверхтайный вопрос о пенсии", "pageUrl": "https://example.org/private"})
	c.handedOver()
	o := p.available("operator1")
	o.takes(c.id)
	o.says(c.id, "Сверхтайный ответ")
	st := c.dial().follow(c.id, "")
	c.say("Ещё одна сверхтайна")
	st.until("the words", isMessage("Ещё одна сверхтайна"))
	p.nobody().refuses("UNAUTHENTICATED", "signIn", "SignInInput", map[string]any{"login": "aristarch.login", "password": "wrong password"})
	require.NoError(t, p.interrupt())
	log := "" // without what is said to the person at the console, which names the server's own addresses
	for line := range strings.Lines(p.output.String()) {
		if strings.HasPrefix(line, "{") {
			log += line
		}
	}
	require.Contains(t, log, `"operation":"chatStart"`, "there is a log")
	for _, private := range []string{
		"Аристарх", "Персоналов", "9161112233", "верхтай", c.token, o.token, "example.org/private", "aristarch", "wrong password", demoPassword, "127.0.0.1:5",
	} {
		require.NotContains(t, log, private)
	}
}

// Two nodes share one embedded cluster; when one is killed the other goes on, and the killed one comes back.
func TestEmbeddedClusterIsShared(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "ekc-e2e-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the server's own account must get in
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	s := store{dataDir: dir}
	address := freeAddress(t)
	first := s.launch(t, address)
	require.Contains(t, first.output.String(), "Demo accounts, made just now")
	second := s.launch(t, freeAddress(t))
	c := first.nobody().starts(map[string]any{"text": clearQuestion})
	c.hears("ANSWER", 0)
	first.kill()
	there := &citizen{client: &client{t: t, url: second.URL, token: c.token}, id: c.id}
	there.handedOver()
	third := s.launch(t, address)
	o := third.available("operator1")
	o.takes(c.id)
	require.NoError(t, second.interrupt())
	o.says(c.id, "Я здесь")
	require.NoError(t, third.interrupt())
}
