package media

import (
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"ekc/telephony/netbatch"
)

// poller waits for packets of a thread's sockets and hands them to thread.receive.
type poller interface {
	// wait blocks for d at most, or until woken.
	wait(t *thread, d time.Duration)
	// wake ends a wait; from any goroutine.
	wake()
	close() error
}

// stallLimit is the delay of a round above which packets count as stale and frames are skipped.
const stallLimit = 100 * time.Millisecond

// thread is one turn-taking loop over commands, packets and the timing wheel. Nobody else touches its legs.
type thread struct {
	engine *Engine
	index  int
	base   time.Time // the engine's, so that times mean the same on all threads
	now    int64     // nanoseconds since base, at the beginning of the round
	mail   mailbox
	inbox  inbox
	// results are what was decoded beside the thread.
	results results
	shares  shares
	poll    poller
	wheel   wheel
	legs    []*Leg
	rooms   int
	load    atomic.Int64 // legs, for placing
	stats   ThreadStats
	frame   [headerSize + frameSamples]byte // for packets that the thread makes
	report  [256]byte
	crypt   []byte
	plain   []byte
	narrow  [maxPacket]byte // a packet of G.722 as A-law
	mixes   [MaxMembers]mixInput
	sum     [frameSamples]int32
	stop    bool
	done    chan struct{}
}

func newThread(e *Engine, index int) (*thread, error) {
	t := &thread{
		engine: e, index: index, base: e.base, done: make(chan struct{}),
		crypt: make([]byte, 0, 2*maxPacket), plain: make([]byte, 0, 2*maxPacket),
	}
	p, err := newPoller(e.options)
	if err != nil {
		return nil, err
	}
	t.poll = p
	t.mail.wake, t.inbox.wake, t.results.wake = p.wake, p.wake, p.wake
	return t, nil
}

// monotonic is the time since base in nanoseconds.
func (t *thread) monotonic() int64 { return int64(time.Since(t.base)) }

// wall turns such a time into a date.
func (t *thread) wall(ns int64) time.Time { return t.base.Add(time.Duration(ns)) }

// run is the loop. The goroutine keeps its operating-system thread, which ends with it, so its priority bothers nobody else.
func (t *thread) run() {
	runtime.LockOSThread()
	defer close(t.done)
	netbatch.RaisePriority()
	t.now = t.monotonic()
	t.wheel.start(t.now)
	for !t.stop {
		t.now = t.monotonic()
		t.mail.drain(t)
		t.inbox.drain(t)
		t.results.drain(t)
		t.wheel.advance(t)
		t.stats.Rounds++
		if t.stop {
			break
		}
		t.poll.wait(t, t.wheel.idle(t.monotonic()))
	}
	for len(t.legs) > 0 {
		t.bury(t.legs[len(t.legs)-1])
	}
	t.mail.close(t)
	for len(t.legs) > 0 { // legs whose adoption was still in the mailbox
		t.bury(t.legs[len(t.legs)-1])
	}
	err := t.poll.close()
	if err != nil {
		t.engine.options.Logger.Warn("media thread closed badly", slog.Int("thread", t.index), slog.Any("error", err))
	}
}

// call runs f on the thread and waits for it; at once when the thread has ended.
func (t *thread) call(f func(*thread)) {
	done := make(chan struct{})
	err := t.mail.post(func(t *thread) {
		f(t)
		close(done)
	})
	if err == nil {
		<-done
	}
}

// adopt takes a leg in.
func (t *thread) adopt(l *Leg) {
	l.thread.Store(t)
	l.slot = len(t.legs)
	t.legs = append(t.legs, l)
	t.load.Add(1)
	t.wheel.board(t, l)
	err := l.transport.attach(t, l)
	if err != nil {
		t.engine.options.Logger.Error("media leg has no sockets", slog.String("leg", l.name), slog.Any("error", err))
	}
}

// expel lets a leg go, to another thread or for good.
func (t *thread) expel(l *Leg) {
	if l.thread.Load() != t {
		return
	}
	l.transport.detach(t, l)
	t.wheel.leave(l)
	last := len(t.legs) - 1
	t.legs[l.slot] = t.legs[last]
	t.legs[l.slot].slot = l.slot
	t.legs[last] = nil
	t.legs = t.legs[:last]
	t.load.Add(-1)
	l.thread.Store(nil)
}

// bury ends a leg.
func (t *thread) bury(l *Leg) {
	if l.thread.Load() != t {
		return
	}
	t.release(l)
	l.player.clear(t, l, PlayLegClosed)
	for len(l.taps) > 0 {
		l.taps[0].finish(t)
	}
	t.sayBye(l)
	final := l.snapshot(t)
	t.stats.Quality.add(final)
	l.final.Store(&final)
	t.expel(l)
	l.vacate()
}

// release takes a leg out of its bridge or conference.
func (t *thread) release(l *Leg) {
	if p := l.peer; p != nil {
		l.peer, p.peer = nil, nil
	}
	if l.room != nil {
		l.room.remove(l)
	}
}

func (t *thread) snapshot() ThreadStats {
	s := t.stats
	s.Legs, s.Conferences = len(t.legs), t.rooms
	for _, l := range t.legs {
		s.Recording += len(l.taps)
		if l.player.active() {
			s.Playing++
		}
	}
	t.stats.MaxLag = 0
	return s
}
