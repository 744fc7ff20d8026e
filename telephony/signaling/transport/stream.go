package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"ekc/telephony/signaling/wire"
)

const (
	streamQueue   = 256              // messages waiting to be written on one connection
	writeTimeout  = 10 * time.Second // a peer that does not read for so long is gone
	idleTimeout   = 15 * time.Minute
	partTimeout   = 30 * time.Second // a message must be complete by then
	dialTimeout   = 5 * time.Second
	pingsInStream = 64 // pings in a row without a message
)

// stream is a TCP or TLS flow. Its writer goroutine connects first when we are the one who calls.
type stream struct {
	layer   *Layer
	network string
	remote  netip.AddrPort
	out     chan []byte
	done    chan struct{}
	once    sync.Once

	mu   sync.Mutex
	conn net.Conn
}

func newStream(l *Layer, network string, remote netip.AddrPort) *stream {
	return &stream{
		layer: l, network: network, remote: remote, out: make(chan []byte, streamQueue), done: make(chan struct{}),
	}
}

func (s *stream) Send(m *wire.Message) error {
	s.layer.sent.Add(1)
	return s.write(m.Bytes())
}

func (s *stream) Ping() error { return s.write([]byte("\r\n\r\n")) }

func (s *stream) write(data []byte) error {
	select {
	case <-s.done:
		return ErrClosed
	default:
	}
	select {
	case s.out <- data:
		return nil
	default:
		s.close()
		return ErrClosed
	}
}

func (s *stream) Reliable() bool         { return true }
func (s *stream) Network() string        { return s.network }
func (s *stream) Remote() netip.AddrPort { return s.remote }

func (s *stream) Alive() bool {
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

// close ends the flow and tells the layer; what waits to be written is lost.
func (s *stream) close() {
	s.once.Do(func() {
		close(s.done)
		s.mu.Lock()
		if s.conn != nil {
			_ = s.conn.Close()
		}
		s.mu.Unlock()
		s.layer.gone(s)
	})
}

// accept serves a connection that a peer opened.
func (s *stream) accept(conn net.Conn) {
	if !s.attach(conn) {
		return
	}
	s.layer.spawn(s.writer)
	s.reader(conn)
}

// attach makes conn the flow's connection, unless the flow has been closed meanwhile.
func (s *stream) attach(conn net.Conn) bool {
	s.mu.Lock()
	s.conn = conn
	s.mu.Unlock()
	if !s.Alive() {
		_ = conn.Close()
		return false
	}
	return true
}

// connect dials, then serves.
func (s *stream) connect(ctx context.Context, dial func(context.Context) (net.Conn, error)) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := dial(ctx)
	if err != nil {
		s.close()
		return
	}
	if !s.attach(conn) {
		return
	}
	s.layer.spawn(s.writer)
	s.reader(conn)
}

func (s *stream) writer() {
	for {
		select {
		case data := <-s.out:
			_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
			if _, err := s.conn.Write(data); err != nil {
				s.close()
				return
			}
		case <-s.done:
			return
		}
	}
}

func (s *stream) reader(conn net.Conn) {
	defer s.close()
	var messages wire.Stream
	buffer := make([]byte, 16<<10)
	waiting := false
	for {
		timeout := idleTimeout
		if waiting {
			timeout = partTimeout
		}
		_ = conn.SetReadDeadline(time.Now().Add(timeout))
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		if !s.layer.config.Admit(s.remote.Addr()) {
			return
		}
		messages.Write(buffer[:n])
		if waiting, err = s.deliver(&messages); err != nil {
			return
		}
	}
}

// deliver hands over all whole messages, and reports whether part of one is left.
func (s *stream) deliver(messages *wire.Stream) (bool, error) {
	for pings := 0; ; {
		data, ping, err := messages.Next()
		switch {
		case errors.Is(err, wire.ErrFraming):
			s.layer.parse(data, s) // answered with 400, where it can be
			return false, err
		case err != nil:
			return false, err
		case ping:
			if pings++; pings > pingsInStream {
				return false, wire.ErrTooLong
			}
			if err := s.write([]byte("\r\n")); err != nil {
				return false, err
			}
		case data == nil:
			return messages.Pending(), nil
		default:
			pings = 0
			s.layer.parse(data, s)
		}
	}
}
