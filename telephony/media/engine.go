package media

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Engine owns the media threads and the ports.
type Engine struct {
	options Options
	base    time.Time
	ports   *ports
	threads []*thread
	chunks  *chunkPool
	// decoding is beside the threads.
	decoding decoding
	legIDs   atomic.Uint64
	playIDs  atomic.Uint64

	mu     sync.Mutex
	closed bool
}

// New starts the threads.
func New(o Options) (*Engine, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	e := &Engine{options: o, base: time.Now(), ports: newPorts(o.PortMin, o.PortMax), chunks: newChunkPool()}
	for i := range o.Threads {
		t, err := newThread(e, i)
		if err != nil {
			e.stop()
			return nil, fmt.Errorf("media thread %d: %w", i, err)
		}
		e.threads = append(e.threads, t)
	}
	reserveProcs(o, len(e.threads))
	for _, t := range e.threads {
		go t.run()
	}
	return e, nil
}

// stop ends threads that were made and never started.
func (e *Engine) stop() {
	for _, t := range e.threads {
		_ = t.poll.close()
	}
}

var procsMu sync.Mutex

// reserveProcs lets the Go scheduler run n goroutines more (or, negative, fewer) at a time; see [Options].KeepProcs.
func reserveProcs(o Options, n int) {
	if o.KeepProcs {
		return
	}
	procsMu.Lock()
	defer procsMu.Unlock()
	runtime.GOMAXPROCS(max(1, runtime.GOMAXPROCS(0)+n))
}

// Close ends all legs and threads and waits for them. Idempotent.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	for _, t := range e.threads {
		_ = t.mail.post(func(t *thread) { t.stop = true })
	}
	for _, t := range e.threads {
		<-t.done
	}
	e.decoding.close()
	reserveProcs(e.options, -len(e.threads))
	return nil
}

// Snapshot gives the engine's numbers. It waits for each thread's next round.
func (e *Engine) Snapshot() Snapshot {
	s := Snapshot{PortsFree: e.ports.count(), PortsTotal: e.ports.total, Threads: make([]ThreadStats, len(e.threads))}
	for i, t := range e.threads {
		t.call(func(t *thread) { s.Threads[i] = t.snapshot() })
	}
	return s
}

// quietest is the thread with the fewest legs.
func (e *Engine) quietest() *thread {
	best := e.threads[0]
	for _, t := range e.threads[1:] {
		if t.load.Load() < best.load.Load() {
			best = t
		}
	}
	return best
}

// NewLeg makes a leg with two UDP ports, its own or shared ones. Errors: ErrNoPorts, ErrClosed, or what the kernel says.
func (e *Engine) NewLeg(o LegOptions) (*Leg, error) {
	t := e.place(o.Near)
	l := e.newLeg(o)
	if o.Shared {
		err := e.openShared(t, l, o.Remote)
		if err != nil {
			return nil, err
		}
		return e.launch(l, t)
	}
	port, err := e.openPort(func(port uint16) (err error) {
		l.transport, err = t.openSockets(port)
		return err
	})
	if err != nil {
		return nil, err
	}
	l.port, l.local = port, e.address(port)
	return e.launch(l, t)
}

// openPort looks for a pair of ports that open accepts.
func (e *Engine) openPort(open func(port uint16) error) (uint16, error) {
	for range min(e.ports.total, 64) { // other programs may hold ports of the range
		port, ok := e.ports.take()
		if !ok {
			break
		}
		err := open(port)
		if err == nil {
			return port, nil
		}
		e.ports.give(port)
		if !addressInUse(err) {
			return 0, fmt.Errorf("RTP port %d: %w", port, err)
		}
	}
	return 0, ErrNoPorts
}

// NewPipe makes a leg without sockets: send gets every outgoing packet (RTP and, on the same way, RTCP; the bytes are valid
// during the call only, and it must not block), and [Leg.Deliver] takes the incoming ones. For transports that live elsewhere,
// such as WebRTC. Configure it without SRTP, with any Remote that is valid: nothing is sent there.
func (e *Engine) NewPipe(o LegOptions, send func(packet []byte)) (*Leg, error) {
	if send == nil {
		return nil, fmt.Errorf("%w: a pipe without send", ErrInvalid)
	}
	l := e.newLeg(o)
	l.transport = pipe{send}
	return e.launch(l, e.place(o.Near))
}

func (e *Engine) place(near *Leg) *thread {
	if near == nil {
		return e.quietest()
	}
	near.home.Lock()
	defer near.home.Unlock()
	return near.owner
}

func (e *Engine) launch(l *Leg, t *thread) (*Leg, error) {
	l.owner = t
	err := t.mail.post(func(t *thread) { t.adopt(l) })
	if err != nil {
		l.vacate()
		return nil, err
	}
	return l, nil
}

// randomUint64 gives SSRCs and sequence numbers, which must be unlikely to collide (RFC 3550 §8.1), not secret.
func randomUint64() uint64 { return rand.Uint64() } //nolint:gosec // see above
