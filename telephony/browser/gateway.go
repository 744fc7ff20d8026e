package browser

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/pion/ice/v4"
)

// Gateway answers browsers. Its methods may be called from any goroutine.
type Gateway struct {
	options      Options
	logs         pionLogs
	agents       []ice.AgentOption // of every session
	ports        []*port
	certificates certificates
	outbox       *outbox
	sockets      []interface{ Close() error }
	procs        int // that GOMAXPROCS was raised by
	counters     struct{ answered, refused, lost, restarts atomic.Uint64 }

	mu       sync.Mutex
	sessions map[*Session]struct{}
	closed   bool

	stop chan struct{} // ends the sender
	work sync.WaitGroup
	end  sync.Once
}

// New makes a gateway and opens its ports.
func New(o Options) (*Gateway, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	g := &Gateway{
		options: o, logs: pionLogs{o.Logger}, certificates: certificates{clock: o.Clock}, outbox: newOutbox(),
		sessions: make(map[*Session]struct{}), stop: make(chan struct{}),
	}
	if err := g.listen(); err != nil {
		g.closeSockets()
		g.work.Wait()
		return nil, err
	}
	g.later(func() { g.outbox.run(g.stop) })
	return g, nil
}

// Close ends all sessions with Closed, waits for them, and gives the ports back. Their legs stay their owners'. Idempotent.
func (g *Gateway) Close() error {
	g.end.Do(func() {
		g.mu.Lock()
		g.closed = true
		sessions := make([]*Session, 0, len(g.sessions))
		for s := range g.sessions {
			sessions = append(sessions, s)
		}
		g.mu.Unlock()
		for _, s := range sessions {
			s.Close()
		}
		for _, s := range sessions {
			<-s.torn
		}
		close(g.stop)
		g.closeSockets()
		g.work.Wait()
	})
	return nil
}

func (g *Gateway) closeSockets() {
	for _, s := range g.sockets {
		if err := s.Close(); err != nil {
			g.options.Logger.Warn("a port of the browsers' gateway does not close", "error", err)
		}
	}
	if g.procs > 0 {
		runtime.GOMAXPROCS(max(1, runtime.GOMAXPROCS(0)-g.procs))
	}
}

// later runs f beside the caller, and Close waits for it.
func (g *Gateway) later(f func()) {
	g.work.Add(1)
	go func() {
		defer g.work.Done()
		f()
	}()
}

// admit takes a session in.
func (g *Gateway) admit(s *Session) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return ErrClosed
	case len(g.sessions) >= g.options.MaxSessions:
		return ErrFull
	}
	g.sessions[s] = struct{}{}
	return nil
}

func (g *Gateway) forget(s *Session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.sessions, s)
}

// Snapshot are the numbers of a gateway, for metrics. Counters only grow.
type Snapshot struct {
	// Sessions are there now.
	Sessions int
	// Answered and Refused count offers, Lost the sessions that ended so, Restarts changes of network.
	Answered, Refused, Lost, Restarts uint64
	// Dropped counts packets that the sender was too far behind for, Unsent those that could not be encrypted or sent.
	Dropped, Unsent uint64
}

// Snapshot gives the numbers.
func (g *Gateway) Snapshot() Snapshot {
	g.mu.Lock()
	n := len(g.sessions)
	g.mu.Unlock()
	c := &g.counters
	return Snapshot{
		Sessions: n, Answered: c.answered.Load(), Refused: c.refused.Load(), Lost: c.lost.Load(), Restarts: c.restarts.Load(),
		Dropped: g.outbox.drops(), Unsent: g.outbox.failed.Load(),
	}
}
