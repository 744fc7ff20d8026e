//go:build !linux

package browser

import (
	"fmt"
	"net"
	"net/netip"
	"time"
)

// inSize is the number of packets of one receive.
const inSize = 1

// socket is a UDP socket of package net.
type socket struct {
	connection *net.UDPConn
	stopping   chan struct{}
}

func openSocket(at netip.AddrPort) (*socket, netip.AddrPort, error) {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, at, fmt.Errorf("browser: UDP %v: %w", at, err)
	}
	// The system may allow less; it says nothing of how much is enough.
	_, _ = c.SetReadBuffer(socketBuffer), c.SetWriteBuffer(socketBuffer)
	number := c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	return &socket{c, make(chan struct{})}, netip.AddrPortFrom(at.Addr(), number), nil
}

// receive waits for a packet; there is no other way to see whether there is one. open is false after stop.
func (s *socket) receive(b *inBatch, _ bool) (n int, open bool) {
	size, from, err := s.connection.ReadFromUDPAddrPort(b.packet.data[:])
	if err != nil {
		select {
		case <-s.stopping:
			return 0, false
		default:
			return 0, true
		}
	}
	b.packet.n, b.packet.from = size, from
	return 1, true
}

// send sends one packet, and tells whether the system has taken it.
func (s *socket) send(b []byte, to netip.AddrPort) bool {
	_, err := s.connection.WriteToUDPAddrPort(b, to)
	return err == nil
}

// stop ends receive.
func (s *socket) stop() {
	close(s.stopping)
	_ = s.connection.Close()
}

// release has nothing left to do.
func (*socket) release() {}

// pause is a sleep.
func pause(d time.Duration, _ bool) { time.Sleep(d) }

// inBatch is one packet at a time.
type inBatch struct{ packet *datagram }

func newInBatch() *inBatch { return &inBatch{new(datagram)} }

func (b *inBatch) at(int) ([]byte, netip.AddrPort) { return b.packet.data[:b.packet.n], b.packet.from }

// outBatch is one packet at a time.
type outBatch struct{ data [maxPacket]byte }

func newOutBatch() *outBatch { return new(outBatch) }

func (b *outBatch) room() []byte { return b.data[:] }

func (b *outBatch) add(way *path, n int) (failed int) {
	if !way.port.socket.send(b.data[:n], way.remote) {
		return 1
	}
	return 0
}

func (*outBatch) flush() int { return 0 }
