package voice

import (
	"context"
	"sync"
	"time"
)

// togetherMost bounds what is written together, and togetherTime how long it may take.
const (
	togetherMost = 100
	togetherTime = 5 * time.Second
)

// together writes what many calls report at one moment in one transaction: while one is being written the next gather. Nobody
// waits for company: who comes alone is written at once. Each who reports waits until what they reported is committed.
type together[T any] struct {
	// write writes items and returns what came of each.
	write func(ctx context.Context, items []T) []error

	mu      sync.Mutex
	writing bool
	waiting []*part[T]
}

// part is what one caller reports.
type part[T any] struct {
	item T
	lead chan struct{} // told to write for all who wait
	done chan error
}

// do writes the item and returns what came of it, in two writes' time at most.
func (g *together[T]) do(ctx context.Context, item T) error {
	p := &part[T]{item: item, lead: make(chan struct{}, 1), done: make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, p)
	if !g.writing {
		g.writing = true
		p.lead <- struct{}{}
	}
	g.mu.Unlock()
	select {
	case err := <-p.done:
		return err
	case <-p.lead:
		g.writeAll(ctx)
		return <-p.done
	}
}

// writeAll writes what waits, the caller's own part among it, and lets the next caller write what has come meanwhile.
func (g *together[T]) writeAll(ctx context.Context) {
	g.mu.Lock()
	parts := g.waiting[:min(len(g.waiting), togetherMost)]
	g.waiting = g.waiting[len(parts):]
	g.mu.Unlock()
	items := make([]T, 0, len(parts))
	for _, p := range parts {
		items = append(items, p.item)
	}
	// One caller's end must not be the others'.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), togetherTime)
	defer cancel()
	for n, err := range g.write(ctx, items) {
		parts[n].done <- err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.writing = len(g.waiting) > 0; g.writing {
		g.waiting[0].lead <- struct{}{}
	}
}
