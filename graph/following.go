package graph

import "sync"

// following counts the goroutines of subscriptions, which may begin at any moment, also while the handler closes.
type following struct {
	mu     sync.Mutex
	closed bool
	group  sync.WaitGroup
}

// Go runs work. What begins after Wait was called is not waited for: its context has ended, and it ends at once.
func (f *following) Go(work func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		go work()
		return
	}
	f.group.Go(work)
}

// Wait waits for all that began before it was called.
func (f *following) Wait() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.group.Wait()
}
