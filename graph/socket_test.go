package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// socket is a client of graphql-transport-ws.
type socket struct {
	t    testing.TB
	conn *websocket.Conn
}

type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

const patience = 15 * time.Second

func (w *world) dial(header http.Header, protocols ...string) (*socket, *http.Response) {
	w.Helper()
	return w.dialTo(w.server.URL, header, protocols...)
}

func (w *world) dialTo(url string, header http.Header, protocols ...string) (*socket, *http.Response) {
	w.Helper()
	dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patience}
	conn, response, err := dialer.Dial(strings.Replace(url, "http", "ws", 1)+"/graphql", header)
	if err != nil {
		require.NotNil(w, response, "%v", err)
		return nil, response
	}
	w.Cleanup(func() { _ = conn.Close() })
	return &socket{w.TB, conn}, response
}

// connect opens a socket with a token.
func (w *world) connect(token string) *socket {
	w.Helper()
	return w.connectTo(w.server.URL, token)
}

func (w *world) connectTo(url, token string) *socket {
	w.Helper()
	s, _ := w.dialTo(url, nil, "graphql-transport-ws")
	payload := "{}"
	if token != "" {
		payload = `{"authorization":"Bearer ` + token + `"}`
	}
	s.send(`{"type":"connection_init","payload":` + payload + `}`)
	require.Equal(w, "connection_ack", s.next().Type)
	return s
}

func (s *socket) send(text string) {
	s.t.Helper()
	require.NoError(s.t, s.conn.WriteMessage(websocket.TextMessage, []byte(text)))
}

func (s *socket) subscribe(id, query string, variables map[string]any) {
	s.t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(s.t, err)
	text, err := json.Marshal(frame{ID: id, Type: "subscribe", Payload: payload})
	require.NoError(s.t, err)
	s.send(string(text))
}

// next is the next message, pings left out.
func (s *socket) next() frame {
	s.t.Helper()
	for {
		var f frame
		require.NoError(s.t, s.conn.SetReadDeadline(time.Now().Add(patience)))
		require.NoError(s.t, s.conn.ReadJSON(&f))
		if f.Type != "ping" {
			return f
		}
	}
}

// ended is the message with which a subscription ends in an error; what it still tells of the moment before is passed over.
func (s *socket) ended() frame {
	s.t.Helper()
	f := s.next()
	for f.Type == "next" {
		f = s.next()
	}
	require.Equal(s.t, "error", f.Type, string(f.Payload))
	return f
}

// event is the data of the next message under the field.
func (s *socket) event(field string) map[string]any {
	s.t.Helper()
	f := s.next()
	require.Equal(s.t, "next", f.Type, string(f.Payload))
	var payload struct {
		Data   map[string]map[string]any
		Errors []any
	}
	require.NoError(s.t, json.Unmarshal(f.Payload, &payload))
	require.Empty(s.t, payload.Errors, string(f.Payload))
	return payload.Data[field]
}

// closed is the code with which the server ended the connection.
func (s *socket) closed() int {
	s.t.Helper()
	for {
		require.NoError(s.t, s.conn.SetReadDeadline(time.Now().Add(patience)))
		if _, _, err := s.conn.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			require.ErrorAs(s.t, err, &closed)
			return closed.Code
		}
	}
}

func TestSocketProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t, short)
	open := func() *socket { s, _ := w.dial(nil, "graphql-transport-ws"); return s }
	ends := func(code int, s *socket, messages ...string) {
		t.Helper()
		for _, m := range messages {
			s.send(m)
		}
		require.Equal(t, code, s.closed(), messages)
	}
	const start = `{"type":"connection_init"}`
	ends(4401, open(), `{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}`)
	ends(4429, open(), start, start)
	ends(4400, open(), start, `{`)
	ends(4400, open(), start, `{"type":"nonsense"}`)
	ends(4400, open(), start, `{"type":"subscribe","payload":{"query":"{ __typename }"}}`)
	ends(4403, open(), `{"type":"connection_init","payload":{"authorization":"Bearer eka_wrong"}}`)
	ends(4400, open(), `{"type":"connection_init","payload":[]}`)
	ends(4408, open())
	s, _ := w.dial(nil, "graphql-ws")
	ends(4406, s)
	s, _ = w.dial(nil)
	ends(4406, s)
	_, token := w.operator("operator", w.line1)
	desk := `{"id":"1","type":"subscribe","payload":{"query":"subscription { desk { cursor } }"}}`
	ends(4409, w.connect(token), desk, desk)
	s = w.connect(token)
	_ = s.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping","payload":{"x":"`+strings.Repeat("x", 1<<20)+`"}}`))
	for err := error(nil); err == nil; { // with 1009, unless the rest of the message met a closed connection
		require.NoError(t, s.conn.SetReadDeadline(time.Now().Add(patience)))
		var f frame
		err = s.conn.ReadJSON(&f)
		require.NotEqual(t, "pong", f.Type)
	}
	_, response := w.dial(http.Header{"Origin": {"https://evil.example"}}, "graphql-transport-ws")
	require.Equal(t, 403, response.StatusCode)
	require.Eventually(t, func() bool { return w.handler.Streams() == 0 }, patience, 10*time.Millisecond)
}

func TestSocketServesOperationsOfEveryKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.operator("operator", w.line1)
	s := w.connect(token)
	s.subscribe("q", "{ viewer { account { login } } }", nil)
	f := s.next()
	require.JSONEq(t, `{"data":{"viewer":{"account":{"login":"operator"}}}}`, string(f.Payload))
	require.Equal(t, frame{ID: "q", Type: "complete"}, s.next())
	s.subscribe("m", "mutation { presenceSet(input: {state: BUSY}) { presence { state } } }", nil)
	require.Contains(t, string(s.next().Payload), "BUSY")
	require.Equal(t, "complete", s.next().Type)
	s.subscribe("e", "{ nothing }", nil)
	f = s.next()
	require.Equal(t, "error", f.Type)
	require.Contains(t, string(f.Payload), "GRAPHQL_VALIDATION_FAILED")
	s.send(`{"type":"ping","payload":{"a":1}}`)
	require.Equal(t, "pong", s.next().Type)
	for i := range 20 {
		s.subscribe(string(rune('A'+i)), "subscription { desk { cursor } }", nil)
	}
	s.subscribe("one too many", "subscription { desk { cursor } }", nil)
	for f = s.next(); f.ID != "one too many"; f = s.next() {
		require.Equal(t, "next", f.Type, "of the other desks")
	}
	require.Equal(t, "error", f.Type)
	require.Contains(t, string(f.Payload), "RATE_LIMITED")
	s.send(`{"id":"A","type":"complete"}`)
	s.subscribe("A", "{ __typename }", nil)
	for f = s.next(); f.ID != "A"; f = s.next() {
		require.Equal(t, "next", f.Type, "of the other desks")
	}
	require.Contains(t, string(f.Payload), "__typename", "the id is free again")
}

func TestSocketOfARevokedToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.operator("operator", w.line1)
	s := w.connect(token)
	s.subscribe("1", "subscription { desk { cursor } }", nil)
	began := time.Now()
	w.ask(token, "mutation { signOutEverywhere { closedSessions } }", nil)
	require.Contains(t, string(s.ended().Payload), "UNAUTHENTICATED")
	require.Equal(t, 4403, s.closed())
	require.Less(t, time.Since(began), 5*time.Second)
}

func TestSocketOfACitizenWhoseTokenWasReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := `mutation { chatStart(input: {idempotencyKey: "0123456789abcdef"}) { token interaction { id } userErrors { message } } }`
	got := w.ask("", start, nil)
	s := w.connect(got.path("chatStart", "token").(string))
	s.subscribe("1", `subscription($i: ID!) { dialogue(interactionId: $i) { cursor } }`, map[string]any{"i": got.path("chatStart", "interaction", "id")})
	again := w.ask("", start, nil)
	require.Equal(t, got.path("chatStart", "interaction", "id"), again.path("chatStart", "interaction", "id"), again.raw)
	s.ended()
	require.Equal(t, 4403, s.closed())
}

func TestCloseTellsEverySubscriber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, token := w.operator("operator", w.line1)
	s := w.connect(token)
	s.subscribe("1", "subscription { desk { cursor } }", nil)
	require.Eventually(t, func() bool { return w.log.Streams() == 1 }, patience, time.Millisecond, "the desk is not followed")
	require.NoError(t, w.handler.Close(t.Context()))
	require.Contains(t, string(s.ended().Payload), `"code":"UNAVAILABLE","cursor":"`)
	require.Equal(t, websocket.CloseGoingAway, s.closed())
}
