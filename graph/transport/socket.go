package transport

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ekc/internal/fail"
)

// protocol is the only one spoken: https://github.com/graphql/graphql-over-http, rfcs/GraphQLOverWebSocket.md.
const protocol = "graphql-transport-ws"

// Close codes of the protocol.
const (
	closeInvalid      = 4400
	closeUnauthorized = 4401
	closeForbidden    = 4403
	closeNoProtocol   = 4406
	closeInitTimeout  = 4408
	closeDuplicate    = 4409
	closeTooManyInits = 4429
)

const (
	maxReason = 120 // bytes of a close frame's text (RFC 6455 §5.5.1 allows 123)
	maxID     = 128
	maxInit   = 16 << 10 // bytes of a message before it is known who sends it
)

// socket is one websocket. One goroutine reads; every operation runs in one of its own.
type socket struct {
	h      *Handler
	conn   *websocket.Conn
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  Watch
	leave  func() // gives back what the socket counts for its viewer

	writing sync.Mutex

	mu         sync.Mutex
	operations map[string]*operation
	operating  sync.WaitGroup
	keeping    sync.WaitGroup
	closing    sync.Once
}

// operation is what runs under one id.
type operation struct {
	cancel context.CancelFunc
	// dropped says that the client no longer wants it, so it gets nothing more.
	dropped bool
}

type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

var buffers = &sync.Pool{}

func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request, address string) {
	ctx, finish, err := h.begin(r.Context(), address)
	if err != nil {
		h.refuse(w, legacy, statusOf(fail.CodeOf(err)), err)
		return
	}
	defer finish(nil)
	upgrader := websocket.Upgrader{
		Subprotocols: []string{protocol}, HandshakeTimeout: h.o.InitTimeout,
		ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: buffers,
		CheckOrigin: func(*http.Request) bool { return true }, // admitted already
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
			h.refuse(w, legacy, status, fail.New(fail.Invalid, "not a websocket handshake"))
		},
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // answered by the upgrader
	}
	s := &socket{h: h, conn: conn, operations: map[string]*operation{}}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	defer s.end()
	if conn.Subprotocol() != protocol {
		s.close(closeNoProtocol, "Subprotocol not acceptable: speak "+protocol)
		return
	}
	if s.init() {
		s.serve()
	}
}

// init waits for connection_init, which may carry the token, and acknowledges it.
func (s *socket) init() bool {
	s.conn.SetReadLimit(maxInit)
	_ = s.conn.SetReadDeadline(time.Now().Add(s.h.o.InitTimeout))
	first, ok := s.first()
	if !ok {
		return false
	}
	if first.Type != "connection_init" {
		s.close(closeUnauthorized, "Unauthorized: send connection_init first")
		return false
	}
	authorization, err := tokenOf(first.Payload)
	if err != nil {
		s.close(closeInvalid, err.Error())
		return false
	}
	token := ""
	if authorization != "" {
		ctx, given, err := s.h.authorize(s.ctx, authorization)
		if err != nil {
			s.refuse(err)
			return false
		}
		s.ctx, token = ctx, given
	}
	leave, err := s.h.enterAs(s.ctx)
	if err != nil {
		s.refuse(err)
		return false
	}
	s.leave = leave
	s.conn.SetReadLimit(s.h.maxBody(s.ctx))
	s.watch = s.h.o.Watch(s.ctx, token)
	return s.send(message{Type: "connection_ack"}) == nil
}

// first is the message that the client begins with; pings are answered before it.
func (s *socket) first() (message, bool) {
	for {
		m, ok := s.receive(closeInitTimeout, "Connection initialisation timeout")
		if !ok || (m.Type != "ping" && m.Type != "pong") {
			return m, ok
		}
		if !s.handle(m) {
			return m, false
		}
	}
}

// tokenOf reads `authorization` of the payload, in either case.
func tokenOf(payload json.RawMessage) (string, error) {
	var fields map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &fields) != nil {
		return "", fail.New(fail.Invalid, "the payload of connection_init is not an object")
	}
	for _, name := range []string{"authorization", "Authorization"} {
		switch value := fields[name].(type) {
		case nil:
		case string:
			return value, nil
		default:
			return "", fail.New(fail.Invalid, "authorization is not a text")
		}
	}
	return "", nil
}

// refuse closes the socket of a client whose token opens nothing, or could not be checked now.
func (s *socket) refuse(err error) {
	e := present(err)
	if fail.CodeOf(err) == fail.Unauthenticated {
		s.close(closeForbidden, "Forbidden: "+e.Message)
		return
	}
	s.close(websocket.CloseTryAgainLater, e.Message)
}

// serve reads messages until the client or the server ends the connection.
func (s *socket) serve() {
	alive := 3 * s.h.o.PingEvery
	extend := func() { _ = s.conn.SetReadDeadline(time.Now().Add(alive)) }
	s.conn.SetPongHandler(func(string) error { extend(); return nil })
	s.keeping.Go(s.keep)
	for {
		extend()
		m, ok := s.receive(websocket.CloseNormalClosure, "no sign of life")
		if !ok || !s.handle(m) {
			return
		}
	}
}

// keep shows that the server lives, and ends the connection when the token or the server does.
func (s *socket) keep() {
	ticker := time.NewTicker(s.h.o.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			if errors.Is(context.Cause(s.ctx), errStopping) {
				s.operating.Wait() // each tells why it ended
				s.close(websocket.CloseGoingAway, errStopping.Error())
			}
			return
		case <-s.watch.Revoked():
			s.failAll(s.watch.Err())
			s.refuse(s.watch.Err())
			return
		case <-ticker.C:
			// A frame for clients of any kind, a message for pages, which do not see frames.
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(s.h.o.WriteTimeout))
			_ = s.send(message{Type: "ping"})
		}
	}
}

// receive reads one message. When there is none in time the socket is closed with the code and reason.
func (s *socket) receive(timeoutCode int, reason string) (message, bool) {
	kind, text, err := s.conn.ReadMessage()
	if err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			s.close(timeoutCode, reason)
		}
		return message{}, false
	}
	var m message
	if kind != websocket.TextMessage || decode(text, &m) != nil || m.Type == "" {
		s.close(closeInvalid, "Invalid message")
		return message{}, false
	}
	return m, true
}

// handle does what a message asks; false ends the connection.
func (s *socket) handle(m message) bool {
	switch m.Type {
	case "ping":
		return s.send(message{Type: "pong", Payload: m.Payload}) == nil
	case "pong":
		return true
	case "subscribe":
		return s.subscribe(m)
	case "complete":
		s.drop(m.ID)
		return true
	case "connection_init":
		s.close(closeTooManyInits, "Too many initialisation requests")
	default:
		s.close(closeInvalid, "Invalid message: unknown type")
	}
	return false
}

func (s *socket) send(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.conn.SetWriteDeadline(time.Now().Add(s.h.o.WriteTimeout))
	if err := s.conn.WriteMessage(websocket.TextMessage, text); err != nil {
		s.cancel(err)
		_ = s.conn.Close() // wakes the reader
		return err
	}
	return nil
}

// close says why the connection ends, and ends it.
func (s *socket) close(code int, reason string) {
	s.closing.Do(func() {
		// Cut between characters: a frame that is not UTF-8 would fail the connection instead (RFC 6455 §8.1).
		text := strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
		frame := websocket.FormatCloseMessage(code, text)
		_ = s.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(time.Second))
		_ = s.conn.Close()
	})
}

// end waits for everything that runs on the connection.
func (s *socket) end() {
	s.cancel(nil)
	s.close(websocket.CloseNormalClosure, "")
	s.operating.Wait()
	s.keeping.Wait()
	if s.leave != nil {
		s.leave()
	}
	if s.watch != nil {
		s.watch.Release()
	}
}
