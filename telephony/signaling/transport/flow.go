package transport

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"

	"ekc/telephony/signaling/wire"
)

// Names of the transports as in Via.
const (
	UDP = "UDP"
	TCP = "TCP"
	TLS = "TLS"
)

// ErrClosed says that a flow is gone.
var ErrClosed = errors.New("transport: flow closed")

// Flow is a way to one peer. UDP flows are values of little cost; TCP and TLS flows are connections.
type Flow interface {
	// Send queues the message; it does not block.
	Send(m *wire.Message) error
	// Ping sends the keep-alive of RFC 5626 §3.5.1.
	Ping() error
	// Reliable is false for UDP.
	Reliable() bool
	// Network is UDP, TCP or TLS.
	Network() string
	// Remote is the peer's address.
	Remote() netip.AddrPort
	// Alive says whether the flow can still carry messages.
	Alive() bool
}

// datagrams is a UDP flow: comparable, so that equal flows are equal.
type datagrams struct {
	socket *socket
	remote netip.AddrPort
}

type socket struct {
	conn *net.UDPConn
	sent *atomic.Uint64
}

func (d datagrams) Send(m *wire.Message) error {
	d.socket.sent.Add(1)
	_, err := d.socket.conn.WriteToUDPAddrPort(m.Bytes(), d.remote)
	return err
}

func (d datagrams) Ping() error {
	_, err := d.socket.conn.WriteToUDPAddrPort([]byte("\r\n\r\n"), d.remote)
	return err
}

func (datagrams) Reliable() bool           { return false }
func (datagrams) Network() string          { return UDP }
func (d datagrams) Remote() netip.AddrPort { return d.remote }
func (datagrams) Alive() bool              { return true }

// Answer is the flow for the response to a request that came over a flow (RFC 3261 §18.2.2, RFC 3581 §4): for UDP the
// source address, with the port of Via when there is no rport – unless Via shows another host, which means that a NAT is
// between and only the source port leads back.
func Answer(f Flow, request *wire.Message) Flow {
	d, ok := f.(datagrams)
	if !ok || request.Via.Params.Has("rport") {
		return f
	}
	if host, err := netip.ParseAddr(request.Via.Host); err != nil || host.Unmap() != d.remote.Addr() {
		return f
	}
	port := request.Via.Port
	if port == 0 {
		port = 5060
	}
	d.remote = netip.AddrPortFrom(d.remote.Addr(), uint16(port))
	return d
}

// Mark notes in the top Via of a request where it came from, so that every response to it says so.
func Mark(f Flow, request *wire.Message) {
	remote := f.Remote()
	request.Received(remote.Addr().String(), strconv.Itoa(int(remote.Port())))
}
