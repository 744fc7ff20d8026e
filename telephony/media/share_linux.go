package media

import (
	"errors"

	"golang.org/x/sys/unix"

	"ekc/telephony/netbatch"
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
	home    *thread
	backlog bool // the socket was not empty when the thread came late, and has not been since
	out     *netbatch.Batch
}

func openSharedRaw(o Options, port uint16) (sharedSockets, error) {
	sockets, err := openRaw(o, port)
	if err != nil {
		return nil, err
	}
	netbatch.SetBuffers(sockets.rtp, sharedBuffer) // what there is decides the capacity
	return &rawShared{rawSockets: sockets, out: netbatch.NewBatch(outBatch, outPacket)}, nil
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
	if s.out.Queued() == outBatch {
		s.flush()
	}
	if s.out.Queued() == 0 {
		s.poll.unsent = append(s.poll.unsent, s)
	}
	s.out.Queue(copy(s.out.Room(), b), &to.raw, to.size)
	return true
}

// flush sends what is queued. What the kernel does not take is lost, as on a port of one's own: sound does not wait.
func (s *rawShared) flush() {
	if s.out.Queued() > 0 {
		s.home.stats.SendErrors += uint64(s.out.Flush(s.rtp))
	}
}
