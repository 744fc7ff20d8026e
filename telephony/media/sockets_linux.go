package media

import (
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
)

// rawSockets are the sockets of a leg as bare descriptors.
type rawSockets struct {
	poll         *epoll
	rtp, control int
	direct       int // connected to aimed, on the port of rtp; -1: none
	aimed        netip.AddrPort
}

func openRaw(o Options, port uint16) (*rawSockets, error) {
	rtp, err := bindRaw(o, netip.AddrPortFrom(o.LocalIP, port), false)
	if err != nil {
		return nil, err
	}
	control, err := bindRaw(o, netip.AddrPortFrom(o.LocalIP, port+1), false)
	if err != nil {
		_ = unix.Close(rtp)
		return nil, err
	}
	return &rawSockets{rtp: rtp, control: control, direct: -1}, nil
}

// bindRaw opens a socket; beside another one on the same port only when that allows it too.
func bindRaw(o Options, at netip.AddrPort, beside bool) (int, error) {
	domain, sockaddr := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()})
	if ip := at.Addr().Unmap(); ip.Is4() {
		domain, sockaddr = unix.AF_INET, &unix.SockaddrInet4{Port: int(at.Port()), Addr: ip.As4()}
	}
	fd, err := unix.Socket(domain, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, fmt.Errorf("socket: %w", err)
	}
	if domain == unix.AF_INET {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, o.DSCP<<2) // a mark is a wish
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, o.DSCP<<2)
	}
	if beside {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	err = unix.Bind(fd, sockaddr)
	if err != nil {
		_ = unix.Close(fd)
		return 0, fmt.Errorf("bind %v: %w", at, err)
	}
	return fd, nil
}

func (s *rawSockets) attach(t *thread, l *Leg) error {
	s.poll = t.poll.(*epoll)
	return errors.Join(s.poll.add(s.rtp, socketRef{leg: l}), s.poll.add(s.control, socketRef{leg: l, control: true}))
}

func (s *rawSockets) detach(*thread, *Leg) {
	s.unaim()
	s.poll.remove(s.rtp)
	s.poll.remove(s.control)
}

// send is one system call: packets of one leg are 20 ms apart, so there is nothing to batch on its port.
func (s *rawSockets) send(control bool, b []byte, to *destination) bool {
	if !control && to.addr == s.aimed {
		return netbatch.SendOn(s.direct, b)
	}
	fd := s.rtp
	if control {
		fd = s.control
	}
	return netbatch.SendTo(fd, b, &to.raw, to.size)
}

func (s *rawSockets) close() {
	_ = unix.Close(s.rtp)
	_ = unix.Close(s.control)
}

func newPoller(o Options) (poller, error) {
	if o.Portable {
		return newWaiter(), nil
	}
	return newEpoll(o)
}

func (t *thread) openSockets(port uint16) (transport, error) {
	if t.engine.options.Portable {
		return openConns(t.engine.options, port)
	}
	return openRaw(t.engine.options, port)
}

func (t *thread) openShared(port uint16) (sharedSockets, error) {
	if t.engine.options.Portable {
		return openSharedConns(t.engine.options, port)
	}
	return openSharedRaw(t.engine.options, port)
}
