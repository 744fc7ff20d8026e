package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"
)

// listen runs a subscription over server-sent events. closing ends it from the client's side.
func (c *client) listen(query string, variables map[string]any) (st *stream, closing func()) {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(c.t, err)
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	require.NoError(c.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, response.StatusCode)
	require.True(c.t, strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream"))
	st = newStream(c.t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(st.events)
		readEvents(response, st)
	}()
	closing = func() {
		_ = response.Body.Close()
		<-done
	}
	c.t.Cleanup(closing)
	return st, closing
}

// readEvents parses the stream (HTML standard, § 9.2) as far as GraphQL over SSE uses it.
func readEvents(response *http.Response, st *stream) {
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	name, data := "", ""
	for lines.Scan() {
		switch line := lines.Text(); {
		case line == "" && name == "complete":
			return
		case line == "" && name == "next":
			st.next([]byte(data))
			name, data = "", ""
		case strings.HasPrefix(line, "event:"):
			name = strings.TrimSpace(strings.TrimPrefix(line, "event:"))
		case strings.HasPrefix(line, "data:"):
			data += strings.TrimSpace(strings.TrimPrefix(line, "data:"))
		}
	}
}
