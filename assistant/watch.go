package assistant

import (
	"fmt"
	"strings"
)

// Watch is one client's view of the suggestions in the interactions that it follows. It holds the newest of each until it is taken,
// and nothing that equals what was taken last. All methods may be called from many goroutines.
type Watch struct {
	s     *suggesting
	ready chan struct{}
	// All below are guarded by the lock of suggesting.
	followed map[string]bool
	news     map[string]Suggested
	told     map[string]string
	closed   bool
}

// WatchSuggestions begins a watch that follows nothing yet; Close ends it. Suggestions come while Run runs. It decides no rights.
func (s *Service) WatchSuggestions() *Watch {
	return &Watch{
		s: s.suggesting, ready: make(chan struct{}, 1),
		followed: map[string]bool{}, news: map[string]Suggested{}, told: map[string]string{},
	}
}

// Said follows an interaction in which something was said that suggestions depend on; an unsent draft is forgotten.
func (w *Watch) Said(interactionID string) { w.Drafted(interactionID, "") }

// Drafted follows an interaction whose citizen has written, and not yet sent, a draft; it is held in memory until the next call.
func (w *Watch) Drafted(interactionID, draft string) {
	if draft == "" {
		w.follow(interactionID, nil)
		return
	}
	w.follow(interactionID, []string{draft})
}

func (w *Watch) follow(interactionID string, unsent []string) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if w.closed {
		return
	}
	w.followed[interactionID] = true
	w.s.ask(w, interactionID, unsent)
}

// Heard follows an interaction whose citizen speaks: these are the last utterances, the newest last, held in memory until the next call.
func (w *Watch) Heard(interactionID string, utterances []string) { w.follow(interactionID, utterances) }

// Again follows an interaction in which the suggestions may be others now, with the words that are held.
func (w *Watch) Again(interactionID string) {
	w.s.mu.Lock()
	held := []string(nil)
	if j := w.s.jobs[interactionID]; j != nil {
		held = j.unsent
	}
	w.s.mu.Unlock()
	w.follow(interactionID, held)
}

// Follows reports whether the watch follows an interaction.
func (w *Watch) Follows(interactionID string) bool {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.followed[interactionID]
}

// Leave ends to follow an interaction.
func (w *Watch) Leave(interactionID string) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.leave(interactionID)
}

func (w *Watch) leave(id string) {
	delete(w.followed, id)
	delete(w.news, id)
	delete(w.told, id)
	w.s.leave(w, id)
}

// Close leaves everything. It may be called again.
func (w *Watch) Close() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.closed = true
	for id := range w.followed {
		w.leave(id)
	}
}

// Ready receives when there may be something to take.
func (w *Watch) Ready() <-chan struct{} { return w.ready }

// Take gives what is new since the last call, the newest of each interaction.
func (w *Watch) Take() []Suggested {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	all := make([]Suggested, 0, len(w.news))
	for id, found := range w.news {
		all = append(all, found)
		w.told[id] = found.sign()
	}
	clear(w.news)
	return all
}

// tell is called with the lock.
func (w *Watch) tell(found Suggested) {
	id := found.InteractionID
	if !w.followed[id] {
		return
	}
	if last, ever := w.told[id]; ever && last == found.sign() {
		delete(w.news, id)
		return
	}
	w.news[id] = found
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

// sign is the same for what looks the same to an operator.
func (f Suggested) sign() string {
	var b strings.Builder
	fmt.Fprint(&b, f.Away)
	for i := range f.Hits {
		h := &f.Hits[i]
		fmt.Fprintf(&b, "|%s %.2f %s", h.VersionID, h.Probability, h.Snippet)
	}
	return b.String()
}
