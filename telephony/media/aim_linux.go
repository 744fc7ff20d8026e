package media

import (
	"net/netip"

	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
)

// A leg on ports of its own gets a third socket when it is known where its party is: on the same RTP port, connected to the party.
// The kernel gives it the party's packets and leaves all others to the first one, so that learning of sources (source.go) is as it
// was; and what is sent on it needs no search for a route, a tenth of what a packet costs.

// aim connects a socket to where the leg sends, once packets have come from there. Where that fails, as for want of descriptors, all
// stays with the first socket.
func (s *rawSockets) aim(t *thread, l *Leg) {
	to := &l.to
	if to.addr == s.aimed || !to.valid() || to.addr != l.rx.source.current {
		return
	}
	s.unaim()
	fd, err := s.beside(t.engine.options, l.port, to)
	if err != nil {
		return
	}
	err = s.poll.add(fd, socketRef{leg: l, from: to.addr})
	if err != nil {
		_ = unix.Close(fd)
		return
	}
	s.direct, s.aimed = fd, to.addr
	var from netbatch.Name
	for range batch { // what came before it was connected may be anybody's
		n, ok := netbatch.ReceiveOne(fd, s.poll.one[:], &from)
		if !ok {
			return
		}
		t.receive(l, false, s.poll.one[:n], from.Addr(), false)
	}
}

// beside opens a socket on the leg's port, which nobody else may do before and after.
func (s *rawSockets) beside(o Options, port uint16, to *destination) (int, error) {
	err := unix.SetsockoptInt(s.rtp, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	if err != nil {
		return -1, err
	}
	defer func() { _ = unix.SetsockoptInt(s.rtp, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0) }()
	fd, err := bindRaw(o, netip.AddrPortFrom(o.LocalIP, port), true)
	if err != nil {
		return -1, err
	}
	if !netbatch.Connect(fd, &to.raw, to.size) {
		_ = unix.Close(fd)
		return -1, unix.EINVAL
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0)
	return fd, nil
}

// unaim closes the third socket; what it still holds comes from where the party no longer is.
func (s *rawSockets) unaim() {
	if s.direct < 0 {
		return
	}
	s.poll.remove(s.direct)
	_ = unix.Close(s.direct)
	s.direct, s.aimed = -1, netip.AddrPort{}
}
