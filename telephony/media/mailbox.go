package media

import (
	"sync"
	"sync/atomic"
)

// mailbox carries commands to a thread, in order. The lock is held for an append only; the thread looks at one atomic word
// per round as long as nobody writes.
type mailbox struct {
	pending atomic.Bool
	mu      sync.Mutex
	queue   []func(*thread)
	spare   []func(*thread) // owned by the thread between drains
	closed  bool
	wake    func()
}

// post puts f behind all earlier commands; ErrClosed when the thread has ended.
func (m *mailbox) post(f func(*thread)) error {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return ErrClosed
	}
	m.queue = append(m.queue, f)
	first := !m.pending.Swap(true)
	m.mu.Unlock()
	if first {
		m.wake()
	}
	return nil
}

// drain runs what has come; on the thread.
func (m *mailbox) drain(t *thread) {
	if !m.pending.Load() {
		return
	}
	m.mu.Lock()
	m.pending.Store(false)
	work := m.queue
	m.queue = m.spare[:0]
	m.mu.Unlock()
	for i, f := range work {
		work[i] = nil
		f(t)
	}
	m.spare = work
}

// close refuses further commands and runs those that are there.
func (m *mailbox) close(t *thread) {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.pending.Store(true)
	m.drain(t)
}
