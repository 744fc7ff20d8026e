package graph

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ekc/routing"
)

const (
	// positionsEvery is how often those who wait hear of a changed place.
	positionsEvery = 2 * time.Second
	// positionsSoon is how soon one who begins to wait hears of it.
	positionsSoon = 100 * time.Millisecond
)

// positions tells the streams of waiting interactions their places: each queue is asked once for all of them. It runs
// while somebody waits.
type positions struct {
	routing *routing.Service
	logger  *slog.Logger

	mu      sync.Mutex
	waiting map[*waiter]struct{}
	running bool
	wake    chan struct{}
	wait    sync.WaitGroup
}

// waiter is one stream. Its channel holds the newest estimate only.
type waiter struct {
	interactionID string
	places        chan routing.Estimate

	// Guarded by positions.mu.
	queueID string
	told    bool
	last    routing.Estimate
	gone    bool // its stream has ended: it never waits again
}

func newPositions(r *routing.Service, logger *slog.Logger) *positions {
	return &positions{routing: r, logger: logger, waiting: map[*waiter]struct{}{}, wake: make(chan struct{}, 1)}
}

func newWaiter(interactionID string) *waiter {
	return &waiter{interactionID: interactionID, places: make(chan routing.Estimate, 1)}
}

// set says where the interaction waits now; an empty queue means that it does not. One that stops waiting hears that its
// place is 0.
func (p *positions) set(w *waiter, queueID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.waiting[w]
	switch {
	case w.gone:
	case queueID == "" && known:
		delete(p.waiting, w)
		w.tell(routing.Estimate{})
		w.queueID, w.told = "", false
	case queueID != "" && w.queueID != queueID:
		w.queueID, w.told = queueID, false
		p.waiting[w] = struct{}{}
		p.start()
	}
}

// leave forgets a stream that has ended.
func (p *positions) leave(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.gone = true
	delete(p.waiting, w)
}

// tell replaces an estimate that was not read yet. The caller holds the lock of the positions.
func (w *waiter) tell(e routing.Estimate) {
	select {
	case <-w.places:
	default:
	}
	w.places <- e
}

// start makes sure that the loop runs and looks soon. The caller holds the lock.
func (p *positions) start() {
	if !p.running {
		p.running = true
		p.wait.Go(p.run)
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *positions) run() {
	timer := time.NewTimer(positionsSoon)
	defer timer.Stop()
	for fresh := true; ; {
		select {
		case <-p.wake:
			if !fresh {
				fresh = true
				timer.Reset(positionsSoon)
			}
			continue
		case <-timer.C:
		}
		queues, ok := p.queues()
		if !ok {
			return
		}
		for id := range queues {
			p.tellQueue(id)
		}
		fresh = false
		timer.Reset(positionsEvery)
	}
}

// queues are those in which somebody waits; false when nobody does, and the loop ends.
func (p *positions) queues() (map[string]struct{}, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	queues := map[string]struct{}{}
	for w := range p.waiting {
		queues[w.queueID] = struct{}{}
	}
	p.running = len(p.waiting) > 0
	return queues, p.running
}

// tellQueue asks for all places of a queue and tells those that changed.
func (p *positions) tellQueue(queueID string) {
	ctx, cancel := context.WithTimeout(context.Background(), positionsEvery)
	defer cancel()
	estimates, err := p.routing.Estimates(ctx, queueID)
	if err != nil {
		p.logger.WarnContext(ctx, "places in a queue not read", "queue", queueID, "error", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.waiting {
		e := estimates[w.interactionID]
		if w.queueID != queueID || e.Position == 0 || (w.told && same(e, w.last)) {
			continue
		}
		w.told, w.last = true, e
		w.tell(e)
	}
}

// same reports whether two estimates look alike to a citizen.
func same(a, b routing.Estimate) bool {
	return a.Position == b.Position && a.Known == b.Known && seconds(a.ExpectedWait) == seconds(b.ExpectedWait)
}

func seconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }
