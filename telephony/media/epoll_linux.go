package media

import (
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The measures of the Linux back-end.
const (
	// batch is the number of packets that one recvmmsg takes from a socket; a leg sends 50 a second, so more than one or two
	// means that this thread, or the network, was late.
	batch = 32
	// events is the number of sockets that one epoll_wait tells of.
	events = 1024
	// crowded is the number of ready sockets from which a thread gathers: below it a packet is answered at once.
	crowded = 4
	// keepStale is how many packets of a backlog are still passed on: 100 ms of sound.
	keepStale = 5
	// drains bounds the batches taken from one socket in a row.
	drains = 8
)

// mmsghdr is the kernel's, which x/sys does not have.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// epoll is a thread's view of its sockets. System calls that cannot block are made without telling the Go scheduler
// (RawSyscall); only sleeping is announced.
type epoll struct {
	fd, event int
	asleep    atomic.Bool
	gather    time.Duration
	last      int64 // the time of the last look
	busy      bool
	noPwait2  bool
	ready     [events]unix.EpollEvent
	sockets   []socketRef // by file descriptor
	names     [batch][sockaddrSize]byte
	vectors   [batch]unix.Iovec
	messages  [batch]mmsghdr
	buffers   [batch][maxPacket]byte
}

// socketRef is what a descriptor belongs to.
type socketRef struct {
	leg     *Leg
	control bool
}

func newEpoll(o Options) (*epoll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	event, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	p := &epoll{fd: fd, event: event, gather: o.Gather}
	err = unix.EpollCtl(fd, unix.EPOLL_CTL_ADD, event, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(event)})
	if err != nil {
		_ = p.close()
		return nil, fmt.Errorf("epoll: %w", err)
	}
	for i := range p.messages {
		p.vectors[i].Base = &p.buffers[i][0]
		p.vectors[i].SetLen(maxPacket)
		h := &p.messages[i].header
		h.Name, h.Namelen = &p.names[i][0], sockaddrSize
		h.Iov = &p.vectors[i]
		h.SetIovlen(1)
	}
	return p, nil
}

// wake ends a wait. While the thread is not waiting it looks at its mailbox by itself.
func (p *epoll) wake() {
	if p.asleep.Load() {
		one := [8]byte{1}
		_, _ = unix.Write(p.event, one[:]) // full means that it is awake already
	}
}

func (p *epoll) close() error { return errors.Join(unix.Close(p.event), unix.Close(p.fd)) }

// wait looks for packets. A crowded thread first lets them gather, so that one look finds many.
func (p *epoll) wait(t *thread, d time.Duration) {
	if p.busy && p.gather > 0 {
		rest := p.gather - time.Duration(t.monotonic()-p.last)
		if d = min(d, rest); d > 20*time.Microsecond {
			pause := unix.NsecToTimespec(int64(d))
			_ = unix.Nanosleep(&pause, nil) // woken early: looks early
		}
		d = 0
	}
	p.asleep.Store(true)
	if t.mail.pending.Load() || t.inbox.pending.Load() {
		d = 0 // whoever wrote before asleep was set has not woken us
	}
	n := p.look(d)
	p.asleep.Store(false)
	before := p.last
	t.now = t.monotonic()
	p.last = t.now
	p.busy = n >= crowded
	stalled := t.now-before > int64(stallLimit) && p.busy
	for i := range n {
		if i&31 == 31 {
			t.now = t.monotonic()
		}
		p.drain(t, int(p.ready[i].Fd), stalled)
	}
}

// look is epoll_wait, to the nanosecond where the kernel can (5.11).
func (p *epoll) look(d time.Duration) int {
	if d <= 0 {
		n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.ready[0])), events, 0, 0, 0)
		return count(n, e)
	}
	if !p.noPwait2 {
		timeout := unix.NsecToTimespec(int64(d))
		n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(p.fd), uintptr(unsafe.Pointer(&p.ready[0])), events,
			uintptr(unsafe.Pointer(&timeout)), 0, 0)
		if e != unix.ENOSYS {
			return count(n, e)
		}
		p.noPwait2 = true
	}
	ms := (d + time.Millisecond - 1) / time.Millisecond
	n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.ready[0])), events, uintptr(ms), 0, 0)
	return count(n, e)
}

func count(n uintptr, e unix.Errno) int {
	if e != 0 { // EINTR: nothing is ready
		return 0
	}
	return int(n)
}

// drain takes all packets of one socket. It is told of once only (edge-triggered), so it must be emptied: a batch that is
// not full proves it without another system call.
func (p *epoll) drain(t *thread, fd int, stalled bool) {
	if fd == p.event {
		var b [8]byte
		_, _ = unix.Read(fd, b[:])
		return
	}
	ref := p.sockets[fd]
	for range drains {
		if ref.leg == nil || ref.leg.thread != t {
			return
		}
		n := p.take(fd)
		for i := range n {
			m := &p.messages[i]
			from := parseSockaddr(&p.names[i])
			m.header.Namelen = sockaddrSize
			t.receive(ref.leg, ref.control, p.buffers[i][:m.length], from, stalled && i < n-keepStale)
		}
		if n < batch {
			return
		}
	}
}

func (p *epoll) take(fd int) int {
	n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&p.messages[0])), batch, unix.MSG_DONTWAIT, 0, 0)
	return count(n, e)
}

// add and remove bind a descriptor to a leg.
func (p *epoll) add(fd int, ref socketRef) error {
	for fd >= len(p.sockets) {
		p.sockets = append(p.sockets, socketRef{})
	}
	p.sockets[fd] = ref
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(fd)})
}

func (p *epoll) remove(fd int) {
	p.sockets[fd] = socketRef{}
	_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, nil) // a closed one is out already
}

// rawSockets are the two sockets of a leg as bare descriptors.
type rawSockets struct {
	poll         *epoll
	rtp, control int
}

func openRaw(o Options, port uint16) (*rawSockets, error) {
	rtp, err := bindRaw(o, netip.AddrPortFrom(o.LocalIP, port))
	if err != nil {
		return nil, err
	}
	control, err := bindRaw(o, netip.AddrPortFrom(o.LocalIP, port+1))
	if err != nil {
		_ = unix.Close(rtp)
		return nil, err
	}
	return &rawSockets{rtp: rtp, control: control}, nil
}

func bindRaw(o Options, at netip.AddrPort) (int, error) {
	domain, sockaddr := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Port: int(at.Port()), Addr: [4]byte{}})
	if ip := at.Addr().Unmap(); ip.Is4() {
		sockaddr = &unix.SockaddrInet4{Port: int(at.Port()), Addr: ip.As4()}
	} else {
		domain, sockaddr = unix.AF_INET6, &unix.SockaddrInet6{Port: int(at.Port()), Addr: ip.As16()}
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
	err = unix.Bind(fd, sockaddr)
	if err != nil {
		_ = unix.Close(fd)
		return 0, fmt.Errorf("bind %v: %w", at, err)
	}
	return fd, nil
}

func (s *rawSockets) attach(t *thread, l *Leg) error {
	s.poll = t.poll.(*epoll)
	return errors.Join(s.poll.add(s.rtp, socketRef{l, false}), s.poll.add(s.control, socketRef{l, true}))
}

func (s *rawSockets) detach(*thread, *Leg) {
	s.poll.remove(s.rtp)
	s.poll.remove(s.control)
}

// send is one sendto: packets of one leg are 20 ms apart, so there is nothing to batch on its port.
func (s *rawSockets) send(control bool, b []byte, to *destination) bool {
	fd := s.rtp
	if control {
		fd = s.control
	}
	_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)),
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&to.raw[0])), uintptr(to.size))
	return e == 0
}

func (s *rawSockets) close() {
	_ = unix.Close(s.rtp)
	_ = unix.Close(s.control)
}

// raisePriority asks for precedence over the rest of the process; only root, or CAP_SYS_NICE, gets it.
func raisePriority() { _ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), -15) }

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
