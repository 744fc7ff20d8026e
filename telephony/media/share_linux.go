package media

import (
	"errors"

	"golang.org/x/sys/unix"
)

// The measures of a shared port.
const (
	// outBatch is the number of packets that one sendmmsg takes. Beyond a few dozen nothing is saved any more, and the thread
	// would be in the kernel for longer.
	outBatch = 64
	// outPacket is the longest packet that is queued: 60 ms of sound with SRTP. Longer ones are sent at once.
	outPacket = 576
	// sharedBuffer is what is asked of the kernel, in bytes; without CAP_NET_ADMIN it gives net.core.rmem_max at most.
	sharedBuffer = 8 << 20
	// legBuffer is the share of a leg, in bytes as the kernel counts them (with its own overhead, up to 2 KB a packet): 100 ms.
	legBuffer = 5 * 2048
)

// rawShared are the sockets of a shared port, and the packets that wait for the end of the round.
type rawShared struct {
	*rawSockets
	home     *thread
	backlog  bool // the socket was not empty when the thread came late, and has not been since
	queued   int
	names    [outBatch][sockaddrSize]byte
	packets  [outBatch][outPacket]byte
	vectors  [outBatch]unix.Iovec
	messages [outBatch]mmsghdr
}

func openSharedRaw(o Options, port uint16) (sharedSockets, error) {
	sockets, err := openRaw(o, port)
	if err != nil {
		return nil, err
	}
	for _, force := range []int{unix.SO_RCVBUFFORCE, unix.SO_SNDBUFFORCE} {
		if unix.SetsockoptInt(sockets.rtp, unix.SOL_SOCKET, force, sharedBuffer) != nil {
			plain := map[int]int{unix.SO_RCVBUFFORCE: unix.SO_RCVBUF, unix.SO_SNDBUFFORCE: unix.SO_SNDBUF}[force]
			_ = unix.SetsockoptInt(sockets.rtp, unix.SOL_SOCKET, plain, sharedBuffer) // what there is decides the capacity
		}
	}
	s := &rawShared{rawSockets: sockets}
	for i := range s.messages {
		s.vectors[i].Base = &s.packets[i][0]
		h := &s.messages[i].header
		h.Name, h.Iov = &s.names[i][0], &s.vectors[i]
		h.SetIovlen(1)
	}
	return s, nil
}

func (s *rawShared) capacity() int {
	size, err := unix.GetsockoptInt(s.rtp, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err != nil {
		return 1
	}
	return max(1, size/legBuffer)
}

func (s *rawShared) attach(t *thread, p *sharedPort) error {
	s.home, s.poll = t, t.poll.(*epoll)
	return errors.Join(s.poll.add(s.rtp, socketRef{port: p, sockets: s}), s.poll.add(s.control, socketRef{port: p, sockets: s, control: true}))
}

// detach sends what is still queued: the last words of the port's last leg.
func (s *rawShared) detach(t *thread) {
	s.flush()
	s.rawSockets.detach(t, nil)
}

// queue copies a packet behind those that wait: the bytes may lie in a buffer that is about to be used again.
func (s *rawShared) queue(b []byte, to *destination) bool {
	if len(b) > outPacket {
		s.flush()
		return s.send(false, b, to)
	}
	if s.queued == outBatch {
		s.flush()
	}
	if s.queued == 0 {
		s.poll.unsent = append(s.poll.unsent, s)
	}
	i := s.queued
	s.queued++
	copy(s.packets[i][:], b)
	s.vectors[i].SetLen(len(b))
	s.names[i] = to.raw
	s.messages[i].header.Namelen = to.size
	return true
}

// flush sends what is queued. A packet that the kernel refuses is left out; when it has no room for more, the rest is lost, as on
// a port of one's own: sound does not wait.
func (s *rawShared) flush() {
	for next := 0; next < s.queued; {
		n, err := sendBatch(s.rtp, s.messages[next:s.queued])
		next += n
		switch err {
		case 0, unix.EINTR:
		case unix.EAGAIN, unix.ENOBUFS:
			s.home.stats.SendErrors += uint64(s.queued - next)
			next = s.queued
		default:
			s.home.stats.SendErrors++
			next++
		}
	}
	s.queued = 0
}
