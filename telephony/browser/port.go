package browser

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/pion/ice/v4"

	"ekc/telephony/media"
	"ekc/telephony/netbatch"
)

// Sizes of a port.
const (
	socketBuffer = 4 << 20 // bytes, each way: the sound of 1,000 browsers for 200 ms
	maxPacket    = 1600    // bytes; longer ones are cut, and no cipher lets them pass
	controlQueue = 512     // packets of ICE and DTLS that wait for pion; beyond it they are dropped, and sent again
)

// A port with much to do lets packets pile up, so that one turn moves many: waking up, here and on the media thread, is most of what a
// single packet costs. It waits until there should be wantedTurn of them: shorter the more there is to do, and never so long that a
// browser's own jitter buffer, ten times as long, would notice.
const (
	leastGather = time.Millisecond
	mostGather  = 4 * time.Millisecond
	wantedTurn  = 32
)

// nextGather follows the rate of packets, of which n came in the last turn; an eighth at a time, because people speak when they like.
func nextGather(last time.Duration, n int) time.Duration {
	wanted := mostGather
	if n > 0 {
		wanted = min(last*wantedTurn/time.Duration(n), mostGather)
	}
	return min(max(last+(wanted-last)/8, leastGather), mostGather)
}

// port is a UDP socket that all sessions share. Sound, which is nearly everything, is read in batches and goes straight from here to
// its session, found by the browser's address; the rest (STUN and DTLS, RFC 7983), and sound from addresses that are not
// known yet, goes to pion, for which the port is a net.PacketConn.
type port struct {
	socket *socket
	local  netip.AddrPort
	keep   bool // run has a processor of the Go scheduler to itself
	pion   chan *datagram
	spare  sync.Pool // of *datagram
	ended  chan struct{}
	end    sync.Once

	mu    sync.RWMutex
	flows map[netip.AddrPort]*Session
}

// errNotSent is a packet that the system did not take; the next one may fare better.
var errNotSent = errors.New("browser: not sent")

// datagram is a packet for pion.
type datagram struct {
	from netip.AddrPort
	n    int
	data [maxPacket]byte
}

func openPort(ip netip.Addr, number uint16, keep bool) (*port, error) {
	socket, local, err := openSocket(netip.AddrPortFrom(ip.Unmap(), number))
	if err != nil {
		return nil, err
	}
	return &port{
		socket: socket, local: local, keep: keep,
		pion: make(chan *datagram, controlQueue), spare: sync.Pool{New: func() any { return new(datagram) }},
		ended: make(chan struct{}), flows: make(map[netip.AddrPort]*Session),
	}, nil
}

// run reads until the port is closed, on a thread of its own. While packets come close together it turns round every few milliseconds,
// and empties the outbox on the way; otherwise it sleeps until there is one.
func (p *port) run(o *outbox) {
	runtime.LockOSThread() // ends with the goroutine, so that its priority bothers nobody else
	netbatch.RaisePriority()
	defer p.socket.release()
	batch := newInBatch()
	last, wait := time.Now(), mostGather
	busy := false
	for {
		n, open := p.socket.receive(batch, !busy)
		if !open {
			break
		}
		p.sort(batch, n)
		now := time.Now()
		dense := n > 1 || n == 1 && !busy && now.Sub(last) < mostGather
		last = now
		if dense != busy {
			busy = dense
			o.turn(busy)
		}
		if !busy {
			continue
		}
		o.empty()
		if wait = nextGather(wait, n); n < inSize {
			pause(wait, p.keep)
		}
	}
	if busy {
		o.turn(false)
	}
}

// sort takes a batch. What is decrypted is delivered only after the last, so that the media thread is roused once.
func (p *port) sort(batch *inBatch, n int) {
	var sound [inSize]struct {
		leg   *media.Leg
		plain []byte
	}
	heard := 0
	for i := range n {
		b, from := batch.at(i)
		if s, plain := p.take(b, from); plain != nil {
			sound[heard].leg, sound[heard].plain = s.leg, plain
			heard++
		}
	}
	for i := range sound[:heard] {
		_ = sound[i].leg.Deliver(sound[i].plain) // a leg that has ended needs none
	}
}

// take decrypts a packet of sound where it stands, or gives another packet to pion.
func (p *port) take(b []byte, from netip.AddrPort) (*Session, []byte) {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	if isSound(b) {
		p.mu.RLock()
		s := p.flows[from]
		p.mu.RUnlock()
		if s != nil && !s.proveLife() {
			return s, s.decrypt(b)
		}
	}
	d := p.spare.Get().(*datagram)
	d.from, d.n = from, copy(d.data[:], b)
	select {
	case p.pion <- d:
	default:
		p.spare.Put(d)
	}
	return nil, nil
}

// isSound tells SRTP and SRTCP from STUN and DTLS on one port (RFC 7983 §7).
func isSound(b []byte) bool { return len(b) > 0 && b[0] >= 128 && b[0] <= 191 }

// assign lets what comes from an address go to a session, or to pion again when there is none.
func (p *port) assign(from netip.AddrPort, s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flows[from] = s
}

// release ends that, unless the address has gone to another session.
func (p *port) release(from netip.AddrPort, s *Session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flows[from] == s {
		delete(p.flows, from)
	}
}

// ReadFromAddrPort implements ice.AddrPortReaderWriter.
func (p *port) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	select {
	case d := <-p.pion:
		n, from := copy(b, d.data[:d.n]), d.from
		p.spare.Put(d)
		return n, from, nil
	case <-p.ended:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

// WriteToAddrPort implements ice.AddrPortReaderWriter.
func (p *port) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	if !p.socket.send(b, to) {
		return 0, errNotSent
	}
	return len(b), nil
}

// ReadFrom implements net.PacketConn.
func (p *port) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := p.ReadFromAddrPort(b)
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteTo implements net.PacketConn.
func (p *port) WriteTo(b []byte, to net.Addr) (int, error) {
	address, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, errNotSent
	}
	return p.WriteToAddrPort(b, address.AddrPort())
}

// LocalAddr implements net.PacketConn.
func (p *port) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.local) }

// SetDeadline, SetReadDeadline and SetWriteDeadline implement net.PacketConn, and do nothing: pion uses them to interrupt one session's
// write, and they would hit all of them. No write here blocks for long, and reading ends with Close.
func (p *port) SetDeadline(time.Time) error      { return nil }
func (p *port) SetReadDeadline(time.Time) error  { return nil }
func (p *port) SetWriteDeadline(time.Time) error { return nil }

// Close implements net.PacketConn. The socket itself is closed when run ends.
func (p *port) Close() error {
	p.end.Do(func() {
		close(p.ended)
		p.socket.stop()
	})
	return nil
}

var (
	_ net.PacketConn           = (*port)(nil)
	_ ice.AddrPortReaderWriter = (*port)(nil)
)
