package transaction

import (
	"sync"
	"time"

	"ekc/telephony/signaling/wire"
)

type serverState int

const (
	proceeding serverState = iota // no final response yet
	accepted                      // a 2xx to INVITE: repeats of it are the dialog's (RFC 6026 §7.1)
	completed                     // a final response is being repeated, or repeats of the request are answered with it
	confirmed                     // ACK of a refusal came
	terminated
)

// Server is a request's transaction on our side.
type Server struct {
	table   *Table
	key     string
	request *wire.Message
	flow    Flow
	invite  bool

	mu       sync.Mutex
	state    serverState
	last     *wire.Message
	interval time.Duration
	resend   timer // G, and the 100 that must come within 200 ms
	end      timer // H, I, J, L
}

func newServer(t *Table, key string, m *wire.Message, flow Flow) *Server {
	return &Server{table: t, key: key, request: m, flow: flow, invite: m.Method == "INVITE"}
}

// Request is the request that started it.
func (s *Server) Request() *wire.Message { return s.request }

// Flow is where it came from.
func (s *Server) Flow() Flow { return s.flow }

// begin starts the timer of 100 Trying (RFC 3261 §17.2.1).
func (s *Server) begin() {
	if !s.invite {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == proceeding && s.last == nil {
		s.resend.start(200*time.Millisecond, func() { s.Trying() })
	}
}

// Trying sends 100 unless something was sent already.
func (s *Server) Trying() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == proceeding && s.last == nil {
		s.last = wire.Reply(s.request, 100, "", "")
		_ = s.flow.Send(s.last)
	}
}

// Respond sends a response. After a final one further ones are ignored, except repeats of a 2xx to INVITE. The error is
// that of the flow.
func (s *Server) Respond(m *wire.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == accepted && m.Status >= 200 && m.Status < 300:
		return s.flow.Send(m)
	case s.state != proceeding:
		return nil
	}
	s.resend.stop()
	s.last = m
	err := s.flow.Send(m)
	limit := s.table.timers.Limit()
	switch {
	case m.Status < 200:
	case s.invite && m.Status < 300:
		s.state = accepted
		s.end.start(limit, s.terminate) // L
	case s.invite:
		s.state = completed
		s.end.start(limit, s.terminate) // H
		if !s.flow.Reliable() {
			s.interval = s.table.timers.T1
			s.resend.start(s.interval, s.again)
		}
	default:
		s.state = completed
		if s.flow.Reliable() {
			limit = 0
		}
		s.end.start(limit, s.terminate) // J
	}
	return err
}

// again repeats a refusal until its ACK comes (timer G).
func (s *Server) again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != completed || !s.invite {
		return
	}
	s.table.retransmitted.Add(1)
	_ = s.flow.Send(s.last)
	s.interval = min(2*s.interval, s.table.timers.T2)
	s.resend.start(s.interval, s.again)
}

// repeat answers a repeated request with the last response.
func (s *Server) repeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil && (s.state == proceeding || s.state == completed) {
		_ = s.flow.Send(s.last)
	}
}

// acknowledged takes an ACK: true for that of a refusal, false for that of a 2xx, which is the dialog's.
func (s *Server) acknowledged() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state {
	case accepted:
		return false
	case completed:
		s.state = confirmed
		s.resend.stop()
		wait := s.table.timers.T4
		if s.flow.Reliable() {
			wait = 0
		}
		s.end.start(wait, s.terminate) // I
	}
	return true
}

func (s *Server) terminate() {
	s.stop()
	s.table.dropServer(s.key)
}

func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = terminated
	s.resend.stop()
	s.end.stop()
}
