package browser

import (
	"sync"
	"sync/atomic"
	"time"
)

// outboxSize bounds the bytes that wait to be sent: a second of 300 browsers.
const outboxSize = 3 << 20

// outbox carries packets from media threads to the network, through two slabs that change places. Whoever puts one in never waits
// for encryption or for a system call; when nobody keeps up, packets are dropped.
//
// It is emptied by the goroutines that read the ports while those turn round fast anyway, which spares a wake-up a turn, and by one of
// its own otherwise.
type outbox struct {
	mu      sync.Mutex
	fill    slab
	dropped uint64

	turning atomic.Int32  // readers that will empty it within a moment
	wake    chan struct{} // holds one
	failed  atomic.Uint64

	sending sync.Mutex // guards the next two, and the order of packets
	work    slab
	batch   *outBatch
}

type slab struct {
	bytes   []byte
	packets []outPacket
}

// outPacket is slab.bytes up to end, from the end of the packet before it.
type outPacket struct {
	session *Session
	end     int
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1), batch: newOutBatch()} }

// put copies b.
func (o *outbox) put(s *Session, b []byte) {
	o.mu.Lock()
	if len(o.fill.bytes)+len(b) > outboxSize {
		o.dropped++
		o.mu.Unlock()
		return
	}
	first := len(o.fill.packets) == 0
	o.fill.bytes = append(o.fill.bytes, b...)
	o.fill.packets = append(o.fill.packets, outPacket{s, len(o.fill.bytes)})
	o.mu.Unlock()
	if first && o.turning.Load() == 0 {
		o.rouse()
	}
}

func (o *outbox) rouse() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// empty encrypts and sends what is there, and tells how many packets it was.
func (o *outbox) empty() int {
	o.sending.Lock()
	defer o.sending.Unlock()
	clear(o.work.packets)
	o.work.bytes, o.work.packets = o.work.bytes[:0], o.work.packets[:0]
	o.mu.Lock()
	o.work, o.fill = o.fill, o.work
	o.mu.Unlock()
	failed, start := 0, 0
	for i := range o.work.packets {
		p := &o.work.packets[i]
		failed += p.session.send(o.work.bytes[start:p.end], o.batch)
		start = p.end
	}
	failed += o.batch.flush()
	o.failed.Add(uint64(failed))
	return len(o.work.packets)
}

// drops counts the packets that found no room.
func (o *outbox) drops() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dropped
}

// run empties it whenever no reader does, until stop is closed.
func (o *outbox) run(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-o.wake:
		}
		if o.empty() > 1 {
			time.Sleep(leastGather)
		}
	}
}

// turn says that a reader will empty it soon, or no longer; then what is there by now is for run.
func (o *outbox) turn(on bool) {
	if on {
		o.turning.Add(1)
		return
	}
	o.turning.Add(-1)
	o.rouse()
}
