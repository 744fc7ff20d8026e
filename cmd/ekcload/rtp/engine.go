package rtp

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	frame  = 20 * time.Millisecond
	slots  = 20
	slot   = frame / slots
	drains = 16 // every so many turns a leg reads until nothing is left
)

// Engine serves legs.
type Engine struct {
	codec   Codec
	workers []*worker
	next    atomic.Uint32
	stop    chan struct{}
	wait    sync.WaitGroup
	late    atomic.Int64
}

// worker serves its legs in slots of a millisecond.
type worker struct {
	engine *Engine
	mu     sync.Mutex
	slots  [slots][]*Leg
}

// New starts an engine of a codec with so many goroutines. Close ends it.
func New(workers int, codec Codec) *Engine {
	e := &Engine{codec: codec, stop: make(chan struct{})}
	for range workers {
		w := &worker{engine: e}
		e.workers = append(e.workers, w)
		e.wait.Go(w.run)
	}
	return e
}

// Close ends the goroutines. Legs are closed by their owners.
func (e *Engine) Close() {
	close(e.stop)
	e.wait.Wait()
}

// Late is the longest that the engine was behind its time: a machine too busy to judge the server by. What it was too late for is left
// out, not made up for: keys would otherwise reach the server ever later than they were pressed, and its answers look slow.
func (e *Engine) Late() time.Duration { return time.Duration(e.late.Load()) }

func (w *worker) run() {
	began, tick := time.Now(), 0
	for {
		due := began.Add(time.Duration(tick) * slot)
		ahead := time.Until(due)
		if ahead > 0 {
			select {
			case <-w.engine.stop:
				return
			case <-time.After(ahead):
			}
		} else {
			if late := int64(-ahead); late > w.engine.late.Load() {
				w.engine.late.Store(late)
			}
			if -ahead > frame {
				began = began.Add(-ahead)
			}
			select {
			case <-w.engine.stop:
				return
			default:
			}
		}
		w.serve(tick % slots)
		tick++
	}
}

func (w *worker) serve(slot int) {
	w.mu.Lock()
	legs := w.slots[slot]
	w.mu.Unlock()
	for _, l := range legs {
		l.turn()
	}
}

// add gives a leg to the emptiest slot.
func (w *worker) add(l *Leg) {
	w.mu.Lock()
	defer w.mu.Unlock()
	best := 0
	for i := range w.slots {
		if len(w.slots[i]) < len(w.slots[best]) {
			best = i
		}
	}
	l.slot = best
	w.slots[best] = append(append([]*Leg(nil), w.slots[best]...), l) // a copy: serve reads the old one without the lock
}

func (w *worker) remove(l *Leg) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var rest []*Leg
	for _, o := range w.slots[l.slot] {
		if o != l {
			rest = append(rest, o)
		}
	}
	w.slots[l.slot] = rest
}

// Leg opens a leg on a local address (port 0: a free one) that is known as id, which is not 0. A leg sends every so many frames:
// 1 is a stream without gaps.
func (e *Engine) Leg(local netip.AddrPort, id uint32, every int) (*Leg, error) {
	socket, bound, err := open(local)
	if err != nil {
		return nil, err
	}
	l := &Leg{codec: e.codec, socket: socket, local: bound, id: id, every: max(1, every), ssrc: id*2654435761 + 1, heard: make(chan Heard, 16), first: make(chan time.Time, 1)}
	l.Heard, l.First = l.heard, l.first
	l.worker = e.workers[int(e.next.Add(1))%len(e.workers)]
	l.worker.add(l)
	return l, nil
}
