package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hash/maphash"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"ekc/telephony/signaling/wire"
)

// Config of a Layer.
type Config struct {
	// Listen serves UDP and TCP on the same port, ListenTLS TLS; empty: not served.
	Listen, ListenTLS string
	TLS               *tls.Config
	// DialTLS gives the configuration of an outgoing connection; nil: TLS is for both.
	DialTLS func() *tls.Config
	// Admit is asked for every packet before it is looked at, and for every connection.
	Admit func(netip.Addr) bool
	// Receive gets each message on one of the shard goroutines: messages with the same Call-ID in order. For a malformed
	// one err is a *wire.Malformed and m is nil. It must not block.
	Receive func(m *wire.Message, err error, flow Flow)
	// Gone is told when a connection is closed.
	Gone func(flow Flow)
}

const (
	shards      = 16
	shardQueue  = 1024
	connections = 4000 // at once
)

// Layer owns sockets and connections.
type Layer struct {
	config Config
	udp    *socket
	tcp    net.Listener
	tls    net.Listener
	seed   maphash.Seed
	queues [shards]chan packet
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup

	mu      sync.Mutex
	streams map[string]*stream

	sent, overflow atomic.Uint64
}

type packet struct {
	m    *wire.Message
	err  error
	flow Flow
}

// Open binds the sockets. Nothing is read before Serve.
func Open(config Config) (*Layer, error) {
	l := &Layer{config: config, seed: maphash.MakeSeed(), streams: map[string]*stream{}}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	for i := range l.queues {
		l.queues[i] = make(chan packet, shardQueue)
	}
	if err := l.open(); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Layer) open() error {
	lc := net.ListenConfig{}
	for try := 0; ; try++ {
		packets, err := lc.ListenPacket(l.ctx, "udp", l.config.Listen)
		if err != nil {
			return fmt.Errorf("listen on UDP: %w", err)
		}
		conn, ok := packets.(*net.UDPConn)
		if !ok {
			return errors.New("listen on UDP: not a UDP socket")
		}
		// With port 0 the port that UDP was given may be taken for TCP: then another one.
		l.tcp, err = lc.Listen(l.ctx, "tcp", conn.LocalAddr().String())
		if err != nil {
			_ = conn.Close()
			if _, port, _ := net.SplitHostPort(l.config.Listen); port == "0" && try < 20 {
				continue
			}
			return fmt.Errorf("listen on TCP: %w", err)
		}
		_ = conn.SetReadBuffer(4 << 20) // a burst of calls must not be lost; the kernel may grant less
		_ = conn.SetWriteBuffer(1 << 20)
		l.udp = &socket{conn: conn, sent: &l.sent}
		break
	}
	if l.config.ListenTLS == "" {
		return nil
	}
	if l.config.TLS == nil {
		return errors.New("listen on TLS: no certificate")
	}
	plain, err := lc.Listen(l.ctx, "tcp", l.config.ListenTLS)
	if err != nil {
		return fmt.Errorf("listen on TLS: %w", err)
	}
	l.tls = tls.NewListener(plain, l.config.TLS)
	return nil
}

// Serve starts reading.
func (l *Layer) Serve() {
	for _, queue := range l.queues {
		l.spawn(func() { l.shard(queue) })
	}
	l.spawn(l.readUDP)
	l.spawn(func() { l.acceptFrom(l.tcp, TCP) })
	if l.tls != nil {
		l.spawn(func() { l.acceptFrom(l.tls, TLS) })
	}
}

func (l *Layer) spawn(f func()) {
	l.wait.Add(1)
	go func() {
		defer l.wait.Done()
		f()
	}()
}

func (l *Layer) shard(queue chan packet) {
	for {
		select {
		case p := <-queue:
			l.config.Receive(p.m, p.err, p.flow)
		case <-l.ctx.Done():
			return
		}
	}
}

func (l *Layer) readUDP() {
	buffer := make([]byte, wire.MaxMessage)
	for {
		n, remote, err := l.udp.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			if l.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			continue // an ICMP error of an earlier packet
		}
		remote = netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())
		if n <= 4 || !l.config.Admit(remote.Addr()) {
			continue // keep-alive, or unwanted
		}
		l.parse(buffer[:n], datagrams{l.udp, remote})
	}
}

// parse reads a message and queues it for its shard; when that is full it is dropped, and repeated by its sender.
func (l *Layer) parse(data []byte, flow Flow) {
	m, err := wire.Parse(data)
	key := ""
	if m != nil {
		key = m.CallID
	}
	queue := l.queues[maphash.String(l.seed, key)%shards]
	select {
	case queue <- packet{m, err, flow}:
	default:
		l.overflow.Add(1)
	}
}

func (l *Layer) acceptFrom(listener net.Listener, network string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			if l.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		remote, err := netip.ParseAddrPort(conn.RemoteAddr().String())
		if err != nil || !l.config.Admit(remote.Addr().Unmap()) {
			_ = conn.Close()
			continue
		}
		s := newStream(l, network, netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port()))
		if !l.add(s) {
			_ = conn.Close()
			continue
		}
		l.spawn(func() { s.accept(conn) })
	}
}

// add registers a connection; false when there are too many, or the layer is closed.
func (l *Layer) add(s *stream) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx.Err() != nil || len(l.streams) >= connections {
		return false
	}
	l.streams[s.network+s.remote.String()] = s
	return true
}

func (l *Layer) gone(s *stream) {
	l.mu.Lock()
	if key := s.network + s.remote.String(); l.streams[key] == s {
		delete(l.streams, key)
	}
	closed := l.ctx.Err() != nil
	l.mu.Unlock()
	if !closed {
		l.config.Gone(s)
	}
}

// Existing returns the flow to a peer if there is one; for UDP there always is.
func (l *Layer) Existing(network string, remote netip.AddrPort) (Flow, bool) {
	if network == UDP {
		return datagrams{l.udp, remote}, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.streams[network+remote.String()]
	return s, ok
}

// Flow returns the flow to a peer, opening a connection where there is none. It does not wait for the connection: messages
// queue, and Gone is told when it fails. serverName is what a TLS certificate must show.
func (l *Layer) Flow(network string, remote netip.AddrPort, serverName string) (Flow, error) {
	if f, ok := l.Existing(network, remote); ok {
		return f, nil
	}
	if network != TCP && network != TLS {
		return nil, fmt.Errorf("transport: no transport %q", network)
	}
	s := newStream(l, network, remote)
	if !l.add(s) {
		return nil, ErrClosed
	}
	l.spawn(func() {
		s.connect(l.ctx, func(ctx context.Context) (net.Conn, error) { return l.dial(ctx, network, remote, serverName) })
	})
	return s, nil
}

func (l *Layer) dial(ctx context.Context, network string, remote netip.AddrPort, serverName string) (net.Conn, error) {
	if network == TCP {
		return (&net.Dialer{}).DialContext(ctx, "tcp", remote.String())
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	switch {
	case l.config.DialTLS != nil:
		config = l.config.DialTLS()
	case l.config.TLS != nil:
		config = l.config.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = serverName
	}
	return (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", remote.String())
}

// Addr is the local address of a transport, invalid when it is not served.
func (l *Layer) Addr(network string) netip.AddrPort {
	var addr net.Addr
	switch {
	case network == UDP:
		addr = l.udp.conn.LocalAddr()
	case network == TCP:
		addr = l.tcp.Addr()
	case network == TLS && l.tls != nil:
		addr = l.tls.Addr()
	default:
		return netip.AddrPort{}
	}
	parsed, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(parsed.Addr().Unmap(), parsed.Port())
}

// Stats are counters of messages sent, and of those dropped because a queue was full.
func (l *Layer) Stats() (sent, overflow uint64) { return l.sent.Load(), l.overflow.Load() }

// Close closes all sockets and waits for the goroutines.
func (l *Layer) Close() {
	l.cancel()
	if l.udp != nil {
		_ = l.udp.conn.Close()
	}
	for _, listener := range []net.Listener{l.tcp, l.tls} {
		if listener != nil {
			_ = listener.Close()
		}
	}
	l.mu.Lock()
	open := make([]*stream, 0, len(l.streams))
	for _, s := range l.streams {
		open = append(open, s)
	}
	l.mu.Unlock()
	for _, s := range open {
		s.close()
	}
	l.wait.Wait()
}
