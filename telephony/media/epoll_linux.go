package media

import (
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
)

// The measures of the Linux back-end.
const (
	// batch is the number of packets that one recvmmsg takes from a socket. A leg sends 50 a second, so more than one or two
	// on its own port mean that this thread, or the network, was late; a shared port fills whole batches.
	batch = 64
	// events is the number of sockets that one epoll_wait tells of.
	events = 1024
	// crowded is the number of packets of one look from which a thread gathers: below it a packet is answered at once.
	crowded = 4
	// keepStale is how many packets of a backlog are still passed on: 100 ms of sound.
	keepStale = 5
	// drains bounds the batches taken from one socket in a row.
	drains = 8
)

// epoll is a thread's view of its sockets. System calls that cannot block are made without telling the Go scheduler
// (RawSyscall); only longer sleeps are announced.
type epoll struct {
	fd, event int
	asleep    atomic.Bool
	gather    time.Duration
	last      int64 // the time of the last look
	busy      bool
	noPwait2  bool
	shares    bool // the processors of the Go scheduler with the rest of the process
	looks     uint32
	taken     int          // packets of this look
	unsent    []*rawShared // with queued packets
	ready     [events]unix.EpollEvent
	sockets   []socketRef // by file descriptor
	in        *netbatch.Batch
	one       [maxPacket]byte // a packet that came alone, and where from
	oneFrom   netbatch.Name
}

// socketRef is what a descriptor belongs to.
type socketRef struct {
	leg     *Leg
	port    *sharedPort // instead of leg
	sockets *rawShared  // of port
	look    uint32      // the last one that found something
	control bool
	from    netip.AddrPort // of a connected socket: where all of its packets come from
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
	p := &epoll{fd: fd, event: event, gather: o.Gather, shares: o.KeepProcs, in: netbatch.NewBatch(batch, maxPacket)}
	err = unix.EpollCtl(fd, unix.EPOLL_CTL_ADD, event, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(event)})
	if err != nil {
		_ = p.close()
		return nil, fmt.Errorf("epoll: %w", err)
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
	p.flush() // what the wheel has played
	if p.busy && p.gather > 0 {
		rest := p.gather - time.Duration(t.monotonic()-p.last)
		if d = min(d, rest); d > 20*time.Microsecond {
			p.pause(d)
		}
		d = 0
	}
	p.asleep.Store(true)
	if t.mail.pending.Load() || t.inbox.pending.Load() {
		d = 0 // whoever wrote before asleep was set has not woken us
	}
	n := p.look(d, !p.shares && len(t.legs) > 0)
	p.asleep.Store(false)
	before := p.last
	t.now = t.monotonic()
	p.last = t.now
	p.taken = 0
	p.looks++
	stalled := t.now-before > int64(stallLimit) // an idle thread looks every 20 ms
	for i := range n {
		if i&31 == 31 {
			t.now = t.monotonic()
		}
		p.drain(t, int(p.ready[i].Fd), stalled)
	}
	p.busy = p.taken >= crowded
	p.flush()
}

// flush sends what legs of shared ports have queued.
func (p *epoll) flush() {
	for i, s := range p.unsent {
		s.flush()
		p.unsent[i] = nil
	}
	p.unsent = p.unsent[:0]
}

// pause sleeps for the rest of a gathering, below a millisecond or a few; woken early it looks early. Where the thread has a
// processor of the Go scheduler to itself, it keeps it.
func (p *epoll) pause(d time.Duration) { netbatch.Sleep(d, !p.shares) }

// look is epoll_wait, to the nanosecond where the kernel can (5.11). keep: a thread with legs waits without giving up its processor of the Go
// scheduler, for the same reason as in pause; it is never for long.
func (p *epoll) look(d time.Duration, keep bool) int {
	switch {
	case d <= 0:
		return peekEvents(p.fd, p.ready[:])
	case p.noPwait2:
		return awaitEvents(p.fd, p.ready[:], d)
	}
	n, known := awaitEventsExactly(p.fd, p.ready[:], d, keep)
	p.noPwait2 = !known
	return n
}

// drain takes packets of one socket. A leg's own has one packet every 20 ms, so one is taken with the cheapest call, and whether
// there are more is left to the next look, which tells of the socket again (level-triggered). Then it is emptied.
func (p *epoll) drain(t *thread, fd int, stalled bool) {
	if fd == p.event {
		var b [8]byte
		_, _ = unix.Read(fd, b[:])
		return
	}
	ref := &p.sockets[fd]
	again := ref.look == p.looks-1
	ref.look = p.looks
	switch {
	case ref.port != nil:
		p.drainShared(t, fd, *ref, stalled)
		return
	case !again && !stalled && ref.leg != nil:
		p.drainOne(t, fd, ref)
		return
	}
	for range drains {
		if ref.leg == nil || ref.leg.thread.Load() != t {
			return
		}
		n := p.receive(fd)
		for i := range n {
			b, from := p.in.Packet(i)
			t.receive(ref.leg, ref.control, b, from, stalled && i < n-keepStale)
		}
		if n < batch {
			return
		}
	}
}

// drainOne takes one packet.
func (p *epoll) drainOne(t *thread, fd int, ref *socketRef) {
	if ref.from.IsValid() {
		if n, ok := netbatch.ReceiveOne(fd, p.one[:], nil); ok {
			p.taken++
			t.receive(ref.leg, false, p.one[:n], ref.from, false)
		}
		return
	}
	if n, ok := netbatch.ReceiveOne(fd, p.one[:], &p.oneFrom); ok {
		p.taken++
		t.receive(ref.leg, ref.control, p.one[:n], p.oneFrom.Addr(), false)
	}
}

// drainShared takes packets of a shared port. There may be more of them than is good for the others of the thread; the rest
// comes with the next look, and still counts as late.
func (p *epoll) drainShared(t *thread, fd int, ref socketRef, stalled bool) {
	s := ref.sockets
	s.backlog = s.backlog || stalled
	for range drains {
		n := p.receive(fd)
		t.now = t.monotonic()
		for i := range n {
			b, from := p.in.Packet(i)
			ref.port.receive(t, ref.control, b, from, s.backlog)
		}
		if n < batch {
			s.backlog = s.backlog && ref.control
			return
		}
	}
}

func (p *epoll) receive(fd int) int {
	n := p.in.Receive(fd)
	p.taken += n
	return n
}

// add and remove bind a descriptor to a leg or a shared port.
func (p *epoll) add(fd int, ref socketRef) error {
	for fd >= len(p.sockets) {
		p.sockets = append(p.sockets, socketRef{})
	}
	p.sockets[fd] = ref
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

func (p *epoll) remove(fd int) {
	p.sockets[fd] = socketRef{}
	_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, fd, nil) // a closed one is out already
}
