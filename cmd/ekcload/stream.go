package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// frame is a message of the graphql-transport-ws protocol.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// subscription is what a stream asks for. Its document takes the variable $after.
type subscription struct {
	document  string
	variables map[string]any
	// event is called with each event's payload, one at a time; it returns the event's cursor.
	event func(payload json.RawMessage) (cursor string, err error)
	// ready is called when the server has taken the subscription.
	ready func()
}

// stream keeps one subscription alive: it reconnects and resumes after the last cursor.
type stream struct {
	client *client
	sub    subscription
	failed func(what string, err error)

	mu   sync.Mutex
	conn *websocket.Conn
}

// run follows the subscription from a cursor until ctx ends.
func (s *stream) run(ctx context.Context, after string) {
	for ctx.Err() == nil {
		next, err := s.session(ctx, after)
		after = next
		if err != nil && ctx.Err() == nil && !websocket.IsUnexpectedCloseError(err) && !errors.Is(err, errDropped) {
			s.failed("stream", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errDropped = errors.New("dropped on purpose")

// drop cuts the connection as a bad network does.
func (s *stream) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.NetConn().Close()
	}
}

func (s *stream) session(ctx context.Context, after string) (string, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return after, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	variables := map[string]any{"after": nil}
	if after != "" {
		variables["after"] = after
	}
	for k, v := range s.sub.variables {
		variables[k] = v
	}
	payload, err := json.Marshal(map[string]any{"query": s.sub.document, "variables": variables})
	if err != nil {
		return after, err
	}
	if err := conn.WriteJSON(frame{ID: "1", Type: "subscribe", Payload: payload}); err != nil {
		return after, err
	}
	if s.sub.ready != nil {
		s.sub.ready()
	}
	for {
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			if strings.Contains(err.Error(), "use of closed") {
				err = errDropped
			}
			return after, err
		}
		switch f.Type {
		case "ping":
			if err := conn.WriteJSON(frame{Type: "pong"}); err != nil {
				return after, err
			}
		case "next":
			cursor, err := s.next(f.Payload)
			if err != nil {
				return after, err
			}
			if cursor != "" {
				after = cursor
			}
		case "error", "complete":
			return after, fmt.Errorf("subscription ended: %s", f.Payload)
		}
	}
}

func (s *stream) next(payload json.RawMessage) (string, error) {
	var r response
	if err := json.Unmarshal(payload, &r); err != nil {
		return "", err
	}
	if len(r.Errors) > 0 {
		return "", errors.New(r.Errors[0].Message)
	}
	var root map[string]json.RawMessage
	if err := json.Unmarshal(r.Data, &root); err != nil {
		return "", err
	}
	for _, event := range root {
		return s.sub.event(event)
	}
	return "", nil
}

// connect opens the websocket and waits for the acknowledgement.
func (s *stream) connect(ctx context.Context) (*websocket.Conn, error) {
	d := websocket.Dialer{NetDialContext: dialer(s.client.source).DialContext, Subprotocols: []string{"graphql-transport-ws"}}
	conn, answer, err := d.DialContext(ctx, strings.Replace(s.client.endpoint, "http", "ws", 1), nil)
	if answer != nil && answer.Body != nil {
		_ = answer.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	hello, err := json.Marshal(map[string]string{"authorization": "Bearer " + s.client.token})
	if err != nil {
		return nil, err
	}
	if err := conn.WriteJSON(frame{Type: "connection_init", Payload: hello}); err != nil {
		return nil, err
	}
	for {
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			return nil, err
		}
		switch f.Type {
		case "connection_ack":
			return conn, nil
		case "ping":
			if err := conn.WriteJSON(frame{Type: "pong"}); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("connection refused: %s %s", f.Type, f.Payload)
		}
	}
}
