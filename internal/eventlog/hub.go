package eventlog

import "sync"

// hub hands the events of this node's follower to its streams.
type hub struct {
	mu      sync.Mutex
	tail    int64
	streams map[string]map[*Stream]struct{}
	closed  bool
	started chan struct{} // closed when the follower knows where it begins
}

func newHub() *hub {
	return &hub{streams: map[string]map[*Stream]struct{}{}, started: make(chan struct{})}
}

// start says where the follower begins; streams that joined before it did begin there too.
func (h *hub) start(position int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tail = position
	for _, streams := range h.streams {
		for s := range streams {
			s.joined = position
		}
	}
	close(h.started)
}

func (h *hub) join(s *Stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.joined = h.tail
	if h.closed {
		s.close(ErrClosed)
		return
	}
	key := s.sel.key()
	if h.streams[key] == nil {
		h.streams[key] = map[*Stream]struct{}{}
	}
	h.streams[key][s] = struct{}{}
}

func (h *hub) leave(s *Stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	key := s.sel.key()
	delete(h.streams[key], s)
	if len(h.streams[key]) == 0 {
		delete(h.streams, key)
	}
}

// publish hands on settled events and moves the tail to position.
func (h *hub) publish(events []Event, position int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range events {
		h.give(e)
	}
	h.tail = position
}

func (h *hub) signal(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.give(e)
}

func (h *hub) give(e Event) {
	if e.InteractionID != "" {
		for s := range h.streams["i"+e.InteractionID] {
			s.offer(e)
		}
	}
	if e.AccountID != "" {
		for s := range h.streams["a"+e.AccountID] {
			s.offer(e)
		}
	}
	for s := range h.streams["*"] {
		s.offer(e)
	}
}

// setBack ends all streams and moves the tail back.
func (h *hub) setBack(position int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tail = position
	for _, streams := range h.streams {
		for s := range streams {
			s.close(ErrSetBack)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, streams := range h.streams {
		for s := range streams {
			s.close(ErrClosed)
		}
	}
}

// count is how many streams are open.
func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, streams := range h.streams {
		n += len(streams)
	}
	return n
}

// Streams is how many streams are open on this node.
func (l *Log) Streams() int { return l.hub.count() }
