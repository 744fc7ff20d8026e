package media

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

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
	stalled := t.now-before > int64(stallLimit) // an idle thread looks every 20 ms
	for i := range n {
		if i&31 == 31 {
			t.now = t.monotonic()
		}
		p.drain(t, int(p.ready[i].Fd), stalled)
	}
}

// look is epoll_wait, to the nanosecond where the kernel can (5.11).
func (p *epoll) look(d time.Duration) int {
	switch {
	case d <= 0:
		return peekEvents(p.fd, p.ready[:])
	case p.noPwait2:
		return awaitEvents(p.fd, p.ready[:], d)
	}
	n, known := awaitEventsExactly(p.fd, p.ready[:], d)
	p.noPwait2 = !known
	return n
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
		if ref.leg == nil || ref.leg.thread.Load() != t {
			return
		}
		n := receiveBatch(fd, p.messages[:])
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
