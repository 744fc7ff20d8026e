// Package together lets what many do at one moment be written in one transaction: what a commit and its statements cost is paid once
// for all of them. It imports nothing of the project.
package together

import (
	"context"
	"sync"
	"time"
)

const (
	// writeTime bounds one write.
	writeTime = 5 * time.Second
	// gatherMost is how long those who come are let come together at most, where more come than one at a time.
	gatherMost = 25 * time.Millisecond
	// enough is how many who wait are not let wait for more.
	enough = 12
)

// Group writes what many report at one moment together: while one lot is being written the next gathers. Who comes alone is written at
// once. Where many come, they are let gather for as long as the last write took, since then writing is what there is too little of.
// Each who reports waits until what they reported is committed. Write must be set; a Group must not be copied.
type Group[T any] struct {
	// Write writes items and returns what came of each. It has five seconds.
	Write func(ctx context.Context, items []T) []error
	// Most is how many are written at once; 0 means 100.
	Most int

	// Writers is how many lots are written side by side; 0 means 1. More hide the time that each waits for the disk.
	Writers int

	mu      sync.Mutex
	writing int
	waiting []*part[T]
}

const defaultMost = 100

// part is what one caller reports.
type part[T any] struct {
	item T
	lead chan time.Duration // told to write for all who wait, after so long
	done chan error
}

// Do writes the item and returns what came of it, in two writes' time at most where one lot holds all who wait.
func (g *Group[T]) Do(ctx context.Context, item T) error {
	p := &part[T]{item: item, lead: make(chan time.Duration, 1), done: make(chan error, 1)}
	g.mu.Lock()
	if g.writing < max(1, g.Writers) {
		g.writing++
		g.mu.Unlock()
		g.write(ctx, p)
		return <-p.done
	}
	g.waiting = append(g.waiting, p)
	g.mu.Unlock()
	select {
	case err := <-p.done:
		return err
	case pause := <-p.lead:
		if pause > 0 { // not cut short by ctx: others wait for this one
			time.Sleep(pause)
		}
		g.write(ctx, p)
		return <-p.done
	}
}

// write writes the caller's own part, which is not among those who wait, together with theirs, and lets the next of them write what has
// come meanwhile.
func (g *Group[T]) write(ctx context.Context, own *part[T]) {
	g.mu.Lock()
	most := g.Most
	if most <= 0 {
		most = defaultMost
	}
	others := min(len(g.waiting), most-1)
	parts := append([]*part[T]{own}, g.waiting[:others]...)
	g.waiting = g.waiting[others:]
	g.mu.Unlock()
	items := make([]T, 0, len(parts))
	for _, p := range parts {
		items = append(items, p.item)
	}
	// One caller's end must not be the others'.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	begin := time.Now()
	results := g.Write(ctx, items)
	pause := min(time.Since(begin), gatherMost)
	g.mu.Lock()
	if waiting := len(g.waiting); waiting > 0 {
		if len(parts)+waiting < 3 || waiting >= enough { // two who take turns gain nothing by waiting, and many need not
			pause = 0
		}
		next := g.waiting[0]
		g.waiting = g.waiting[1:]
		next.lead <- pause
	} else {
		g.writing--
	}
	g.mu.Unlock()
	for n, p := range parts {
		p.done <- results[n]
	}
}
