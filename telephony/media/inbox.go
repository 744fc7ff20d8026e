package media

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// maxPacket is the longest packet that is taken; longer ones are cut and then rejected. RTP of a telephone has 172 bytes.
const maxPacket = 1600

// inboxSize bounds the packets that wait for a thread: two rounds of a very busy one.
const inboxSize = 1024

// inPacket is a packet that a goroutine has received for a thread: of a pipe, or of the portable back-end.
type inPacket struct {
	leg     *Leg
	port    *sharedPort    // instead of leg, while it is not known whose it is
	from    netip.AddrPort // zero: of a pipe
	control bool
	n       int
	data    [maxPacket]byte
}

// inbox carries packets from goroutines to a thread through two slabs that change places. It takes no memory until the
// first packet.
type inbox struct {
	pending atomic.Bool
	mu      sync.Mutex
	fill    []inPacket
	count   int
	dropped uint64
	drained []inPacket // owned by the thread
	wake    func()
}

// put copies b, for a leg or else for the legs of a shared port; it drops it when the thread is too far behind.
func (q *inbox) put(l *Leg, port *sharedPort, control bool, b []byte, from netip.AddrPort) {
	q.mu.Lock()
	if q.fill == nil {
		q.fill = make([]inPacket, inboxSize)
	}
	if q.count == len(q.fill) {
		q.dropped++
		q.mu.Unlock()
		return
	}
	p := &q.fill[q.count]
	q.count++
	p.leg, p.port, p.control, p.from = l, port, control, from
	p.n = copy(p.data[:], b)
	first := !q.pending.Swap(true)
	q.mu.Unlock()
	if first {
		q.wake()
	}
}

// drain hands all packets to the thread.
func (q *inbox) drain(t *thread) {
	if !q.pending.Load() {
		return
	}
	q.mu.Lock()
	q.pending.Store(false)
	work, n := q.fill, q.count
	q.fill, q.count = q.drained, 0
	t.stats.Stale += q.dropped
	q.dropped = 0
	q.mu.Unlock()
	for i := range work[:n] {
		p := &work[i]
		p.deliver(t)
		p.leg, p.port = nil, nil
	}
	q.drained = work
}

func (p *inPacket) deliver(t *thread) {
	b := p.data[:p.n]
	switch {
	case p.port != nil:
		p.port.receive(t, p.control, b, p.from, false)
	case p.leg.thread.Load() != t: // it has moved on
	case p.from.IsValid():
		t.receive(p.leg, p.control, b, p.from, false)
	default:
		t.receive(p.leg, p.control, b, p.leg.config.Remote, false)
	}
}
