package telephony

import (
	"sync"

	"ekc/telephony/signaling"
)

// hangupUnused ends a leg that nobody wants.
var hangupUnused = signaling.Cause{Code: 487, Text: "Not wanted"}

// trickle passes ICE candidates from the browser's leg to whoever reads them.
type trickle struct {
	mu     sync.Mutex
	out    chan string
	closed bool
}

func newTrickle() *trickle { return &trickle{out: make(chan string, maxCandidates)} }

// add takes a candidate; those beyond the bound are dropped, an empty one ends them.
func (t *trickle) add(candidate string) {
	if candidate == "" {
		t.close()
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	select {
	case t.out <- candidate:
	default:
	}
}

// renew begins again, for another answer to the same browser. Whoever still reads the old candidates has got all.
func (t *trickle) renew() <-chan string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		close(t.out)
	}
	t.out, t.closed = make(chan string, maxCandidates), false
	return t.out
}

func (t *trickle) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.closed = true
		close(t.out)
	}
}
