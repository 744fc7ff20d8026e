package voice

import "sync"

// news are the enquiries of which something is to be told, with the last position of the event log that said so. Of one that
// changes again before it is told only the last is: the switchboard wants to know how things are.
type news struct {
	mu        sync.Mutex
	positions map[string]int64
	// ready holds a token when there are news.
	ready chan struct{}
}

func newNews() *news { return &news{positions: map[string]int64{}, ready: make(chan struct{}, 1)} }

// add takes an enquiry down; position 0 stands for no event.
func (n *news) add(interactionID string, position int64) {
	n.mu.Lock()
	n.positions[interactionID] = max(n.positions[interactionID], position)
	n.mu.Unlock()
	select {
	case n.ready <- struct{}{}:
	default:
	}
}

// take returns all of them and begins anew.
func (n *news) take() map[string]int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := n.positions
	n.positions = map[string]int64{}
	return all
}
