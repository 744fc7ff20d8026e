package browser

import "sync"

// outboxSize bounds the bytes that wait for the sender: a second of 300 browsers.
const outboxSize = 3 << 20

// outbox carries packets from media threads to the gateway's sender, through two slabs that change places. Whoever puts one in
// never waits for encryption or for the network; when the sender is too far behind, packets are dropped.
type outbox struct {
	mu      sync.Mutex
	fill    slab
	dropped uint64
	wake    chan struct{} // holds one
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

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

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
	if first {
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
}

// take exchanges the filled slab for an empty one, which it gets back.
func (o *outbox) take(empty slab) slab {
	clear(empty.packets)
	empty.bytes, empty.packets = empty.bytes[:0], empty.packets[:0]
	o.mu.Lock()
	defer o.mu.Unlock()
	full := o.fill
	o.fill = empty
	return full
}

// drops counts the packets that found no room.
func (o *outbox) drops() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dropped
}

// run sends what comes until stop is closed.
func (o *outbox) run(stop <-chan struct{}) {
	var work slab
	for {
		select {
		case <-stop:
			return
		case <-o.wake:
		}
		work = o.take(work)
		start := 0
		for i := range work.packets {
			p := &work.packets[i]
			p.session.send(work.bytes[start:p.end])
			start = p.end
		}
	}
}
