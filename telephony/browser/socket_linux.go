package browser

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
)

// expedited is DSCP 46, expedited forwarding (RFC 4594 §4.1), as the byte of the header.
const expedited = 46 << 2

// socket is a UDP socket outside of Go's poller: that one would wake a thread for every packet, also while nobody waits for one.
type socket struct {
	four bool
	bell int // an eventfd that ends the waiting

	stopped atomic.Bool

	mu sync.RWMutex // held to read by those who send
	fd int          // -1: closed
}

func openSocket(at netip.AddrPort) (*socket, netip.AddrPort, error) {
	s := &socket{four: at.Addr().Is4()}
	domain, name := unix.AF_INET, unix.Sockaddr(nil)
	if s.four {
		name = &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	} else {
		domain, name = unix.AF_INET6, &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
	}
	var err error
	if s.fd, err = unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return nil, at, fmt.Errorf("browser: socket: %w", err)
	}
	netbatch.SetBuffers(s.fd, socketBuffer)
	if s.four { // a mark is a wish
		_ = unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_TOS, expedited)
	} else {
		_ = unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, expedited)
		_ = unix.SetsockoptInt(s.fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if err := unix.Bind(s.fd, name); err != nil {
		_ = unix.Close(s.fd)
		return nil, at, fmt.Errorf("browser: UDP %v: %w", at, err)
	}
	bound, err := unix.Getsockname(s.fd)
	if err == nil {
		s.bell, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	}
	if err != nil {
		_ = unix.Close(s.fd)
		return nil, at, fmt.Errorf("browser: UDP %v: %w", at, err)
	}
	number := at.Port()
	switch b := bound.(type) {
	case *unix.SockaddrInet4:
		number = uint16(b.Port)
	case *unix.SockaddrInet6:
		number = uint16(b.Port)
	}
	return s, netip.AddrPortFrom(at.Addr(), number), nil
}

// receive takes the packets that are there; with wait it waits for the first. open is false after stop.
func (s *socket) receive(b *inBatch, wait bool) (n int, open bool) {
	n = b.Receive(s.fd)
	if n == 0 && wait {
		ready := [...]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}, {Fd: int32(s.bell), Events: unix.POLLIN}}
		_, _ = unix.Poll(ready[:], -1)
		n = b.Receive(s.fd)
	}
	return n, !s.stopped.Load()
}

// send sends one packet, and tells whether the system has taken it.
func (s *socket) send(b []byte, to netip.AddrPort) bool {
	if len(b) == 0 || s.four && !to.Addr().Unmap().Is4() {
		return false
	}
	var name netbatch.Name
	size := name.Set(to)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.fd >= 0 && netbatch.SendTo(s.fd, b, &name, size)
}

// stop ends receive.
func (s *socket) stop() {
	one := [8]byte{1, 1} // any number in either order of bytes
	s.stopped.Store(true)
	_, _ = unix.Write(s.bell, one[:])
}

// release closes it, after the last receive.
func (s *socket) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = unix.Close(s.fd)
	_ = unix.Close(s.bell)
	s.fd = -1
}

// pause is nanosleep: unlike time.Sleep it needs no other thread to wake this one. keep: see [netbatch.Sleep].
func pause(d time.Duration, keep bool) { netbatch.Sleep(d, keep) }
