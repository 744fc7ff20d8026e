package test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// socket is a websocket that speaks graphql-transport-ws.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
	done chan struct{}

	mu      sync.Mutex
	last    int
	streams map[string]*stream
	// closed is why the reading ended.
	closed error
}

// stream is one subscription: over a websocket or over server-sent events.
type stream struct {
	t *testing.T
	// events are what comes; the channel is closed at the end.
	events chan event
	// failures is what the server said before it ended the stream.
	failures []failure
}

// event is one event of any subscription; fields that it does not have stay empty.
type event struct {
	Kind        string `json:"__typename"`
	Cursor      string
	Message     *said
	Interaction *state
	Offer       *struct {
		ID, State   string
		Interaction struct{ ID string }
	}
	Presence *struct {
		State    string
		Operator struct{ ID string }
	}
	Queue *struct {
		Code    string
		Figures struct{ Waiting, Active int }
	}
	Author   string
	State    string
	Position *int

	InteractionID string
	FromDraft     bool
	Suggestions   []struct{ Record struct{ Question string } }
}

type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial opens a websocket and waits for its acknowledgement.
func (c *client) dial() *socket {
	c.t.Helper()
	s, closed := c.tryDial()
	require.NoError(c.t, closed)
	return s
}

// tryDial opens a websocket; the error is why the server closed it instead of acknowledging.
func (c *client) tryDial() (*socket, error) {
	c.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: patience}
	conn, response, err := dialer.DialContext(c.t.Context(), strings.Replace(c.url, "http", "ws", 1)+"/graphql", http.Header{})
	require.NoError(c.t, err)
	_ = response.Body.Close()
	s := &socket{t: c.t, conn: conn, done: make(chan struct{}), streams: map[string]*stream{}}
	c.t.Cleanup(s.drop)
	payload := map[string]string{}
	if c.token != "" {
		payload["authorization"] = "Bearer " + c.token
	}
	s.write("", "connection_init", payload)
	require.NoError(c.t, conn.SetReadDeadline(time.Now().Add(patience)))
	var f frame
	if err := conn.ReadJSON(&f); err != nil {
		close(s.done)
		return nil, err
	}
	require.Equal(c.t, "connection_ack", f.Type)
	require.NoError(c.t, conn.SetReadDeadline(time.Time{}))
	go s.read()
	return s, nil
}

func (s *socket) write(id, kind string, payload any) {
	s.t.Helper()
	body, err := json.Marshal(payload)
	require.NoError(s.t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NoError(s.t, s.conn.WriteJSON(frame{ID: id, Type: kind, Payload: body}))
}

// read hands frames to their streams until the connection ends.
func (s *socket) read() {
	defer close(s.done)
	for {
		var f frame
		err := s.conn.ReadJSON(&f)
		s.mu.Lock()
		if err != nil {
			s.closed = err
			for _, st := range s.streams {
				close(st.events)
			}
			s.streams = nil
			s.mu.Unlock()
			return
		}
		st := s.streams[f.ID]
		if f.Type == "ping" {
			_ = s.conn.WriteJSON(frame{Type: "pong"})
		}
		if st != nil && (f.Type == "complete" || f.Type == "error") {
			delete(s.streams, f.ID)
		}
		s.mu.Unlock()
		if st != nil {
			st.take(f)
		}
	}
}

// take puts what came into the stream.
func (st *stream) take(f frame) {
	switch f.Type {
	case "next":
		st.next(f.Payload)
	case "error":
		_ = json.Unmarshal(f.Payload, &st.failures) // an unreadable one shows as no failure
		close(st.events)
	case "complete":
		close(st.events)
	}
}

// next takes one execution result.
func (st *stream) next(payload []byte) {
	var result struct {
		Data   map[string]event
		Errors []failure
	}
	if err := json.Unmarshal(payload, &result); err != nil {
		st.failures = append(st.failures, failure{Message: "unreadable: " + err.Error()})
		return
	}
	st.failures = append(st.failures, result.Errors...)
	for _, e := range result.Data {
		st.events <- e
	}
}

// subscribe starts a subscription.
func (s *socket) subscribe(query string, variables map[string]any) *stream {
	s.t.Helper()
	s.mu.Lock()
	s.last++
	id := strconv.Itoa(s.last)
	st := newStream(s.t)
	if s.streams == nil {
		s.mu.Unlock()
		require.Fail(s.t, "the websocket is closed")
	}
	s.streams[id] = st
	s.mu.Unlock()
	s.write(id, "subscribe", map[string]any{"query": query, "variables": variables})
	return st
}

func newStream(t *testing.T) *stream { return &stream{t: t, events: make(chan event, 4096)} }

// drop breaks the connection as a lost network does, without a word.
func (s *socket) drop() {
	_ = s.conn.NetConn().Close()
	<-s.done
}

// until reads events up to the first that fits, and returns all that were read.
func (st *stream) until(what string, fits func(event) bool) []event {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(st.t.Context(), patience)
	defer cancel()
	var seen []event
	for {
		select {
		case e, open := <-st.events:
			if !open {
				require.Failf(st.t, "the stream has ended", "waiting for %s; it said %v", what, st.failures)
			}
			seen = append(seen, e)
			if fits(e) {
				return seen
			}
		case <-ctx.Done():
			require.Failf(st.t, "too long", "waiting for %s; %d events came: %v", what, len(seen), seen)
		}
	}
}

// ends waits until the server ends the stream and returns what it said.
func (st *stream) ends() []failure {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(st.t.Context(), patience)
	defer cancel()
	for {
		select {
		case _, open := <-st.events:
			if !open {
				return st.failures
			}
		case <-ctx.Done():
			require.Fail(st.t, "the stream does not end")
		}
	}
}

const dialogueEvents = `subscription($id: ID!, $after: EventCursor) { dialogue(interactionId: $id, after: $after) { __typename cursor
	... on MessageAdded { message { ` + messageFields + ` } }
	... on InteractionChanged { interaction { ` + stateFields + ` } }
	... on Typing { author }
	... on QueuePositionChanged { position } } }`

const deskEvents = `subscription($after: EventCursor) { desk(after: $after) { __typename cursor
	... on MessageAdded { message { ` + messageFields + ` } }
	... on InteractionChanged { interaction { ` + stateFields + ` } }
	... on OfferChanged { offer { id state interaction { id } } }
	... on PresenceChanged { presence { state operator { id } } } } }`

const boardEvents = `subscription($after: EventCursor) { board(after: $after) { __typename cursor
	... on PresenceChanged { presence { state operator { id } } }
	... on QueueChanged { queue { code figures { waiting active } } } } }`

// follow subscribes to the dialogue from a cursor on; an empty one means from now on.
func (s *socket) follow(interactionID, after string) *stream {
	s.t.Helper()
	variables := map[string]any{"id": interactionID}
	if after != "" {
		variables["after"] = after
	}
	return s.subscribe(dialogueEvents, variables)
}

// desk subscribes to the desk from a cursor on.
func (s *socket) desk(after string) *stream {
	s.t.Helper()
	variables := map[string]any{}
	if after != "" {
		variables["after"] = after
	}
	return s.subscribe(deskEvents, variables)
}

// isMessage tells of a message with the text.
func isMessage(text string) func(event) bool {
	return func(e event) bool { return e.Kind == "MessageAdded" && e.Message.Text == text }
}

// texts are the words of the messages among the events.
func texts(events []event) []string {
	var all []string
	for _, e := range events {
		if e.Kind == "MessageAdded" {
			all = append(all, e.Message.Text)
		}
	}
	return all
}
