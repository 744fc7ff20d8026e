package assistant

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ekc/knowledge"
)

const (
	// LiveSuggestions is how many records a Suggested holds at most.
	LiveSuggestions = 5
	// suggestSoon is how long changes in one interaction are gathered before they are searched for together.
	suggestSoon = 250 * time.Millisecond
	// suggestAgain is how long a base that did not answer is left alone.
	suggestAgain = 2 * time.Second
	// suggesters is how many interactions of a node are worked on at once.
	suggesters = 2
)

// Suggested is what may help the operator of one interaction at a moment.
type Suggested struct {
	InteractionID string
	// Hits are the records, best first; none when the citizen asked nothing that the base may know.
	Hits []knowledge.Hit
	// Away says that the base does not answer; it is asked again until it does.
	Away bool
	// Draft says that words were searched for that the citizen has not sent yet, or has spoken.
	Draft bool
}

// find searches for one interaction; see Service.suggest.
type find func(ctx context.Context, interactionID string, unsent []string, n int) ([]knowledge.Hit, error)

// suggesting works out suggestions for those on this node who watch them. An interaction is searched for once in suggestSoon,
// however many watch it and however fast its citizen types: what comes meanwhile waits together, and the newest wins. What waits
// is bounded by the interactions watched.
type suggesting struct {
	find find
	log  *slog.Logger
	poke chan struct{}

	mu   sync.Mutex
	jobs map[string]*job
	// due are the interactions that wait, and from when on they may be worked on.
	due map[string]time.Time
	// away is until when the base is left alone.
	away time.Time
}

// job is one watched interaction.
type job struct {
	watches map[*Watch]struct{}
	// unsent is what the citizen has written and not sent, or said to the operator lately, the newest last.
	unsent []string
	// busy says that it is worked on; again that something changed meanwhile.
	busy, again bool
}

func newSuggesting(f find, log *slog.Logger) *suggesting {
	return &suggesting{find: f, log: log, poke: make(chan struct{}, 1), jobs: map[string]*job{}, due: map[string]time.Time{}}
}

// run works until ctx ends.
func (s *suggesting) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		id, wait := s.next(time.Now())
		if id != "" {
			s.work(ctx, id)
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-s.poke:
		case <-timer.C:
		}
	}
}

// next takes the interaction that has waited longest; empty with the time until one may be taken.
func (s *suggesting) next(now time.Time) (id string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := now.Add(time.Minute)
	for waiting, at := range s.due {
		if at.Before(first) {
			id, first = waiting, at
		}
	}
	if id == "" || first.After(now) {
		return "", first.Sub(now)
	}
	delete(s.due, id)
	s.jobs[id].busy = true
	if len(s.due) > 0 {
		s.wake() // another worker may take the next one
	}
	return id, 0
}

// work searches for one interaction and tells those who watch it.
func (s *suggesting) work(ctx context.Context, id string) {
	s.mu.Lock()
	unsent, away := s.jobs[id].unsent, time.Now().Before(s.away)
	s.mu.Unlock()
	found := Suggested{InteractionID: id, Draft: len(unsent) > 0, Away: away}
	if !away {
		hits, err := s.find(ctx, id, unsent, LiveSuggestions)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "no suggestions for operators, asking again", "interaction", id, "error", err)
		}
		found.Hits, found.Away = hits, err != nil
	}
	s.tell(found)
}

func (s *suggesting) tell(found Suggested) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, now := s.jobs[found.InteractionID], time.Now()
	j.busy = false
	if found.Away && s.away.Before(now) {
		s.away = now.Add(suggestAgain)
	}
	for w := range j.watches {
		w.tell(found)
	}
	switch {
	case len(j.watches) == 0:
		delete(s.jobs, found.InteractionID)
	case j.again:
		j.again = false
		s.later(found.InteractionID, now.Add(suggestSoon))
	case found.Away:
		s.later(found.InteractionID, s.away)
	}
}

// ask has an interaction worked on soon, for a watch and all others of it. It is called with the lock.
func (s *suggesting) ask(w *Watch, id string, unsent []string) {
	j := s.jobs[id]
	if j == nil {
		j = &job{watches: map[*Watch]struct{}{}}
		s.jobs[id] = j
	}
	j.watches[w] = struct{}{}
	j.unsent = unsent
	if j.busy {
		j.again = true
		return
	}
	s.later(id, time.Now().Add(suggestSoon))
}

// later puts an interaction off until at; one that waits already keeps its time, but does not wait for the base longer than it must.
func (s *suggesting) later(id string, at time.Time) {
	if known, waits := s.due[id]; waits && known.Before(at) {
		return
	}
	s.due[id] = at
	s.wake()
}

// leave ends a watch's interest in an interaction. It is called with the lock.
func (s *suggesting) leave(w *Watch, id string) {
	j := s.jobs[id]
	if j == nil {
		return
	}
	delete(j.watches, w)
	if len(j.watches) == 0 && !j.busy {
		delete(s.jobs, id)
		delete(s.due, id)
	}
}

func (s *suggesting) wake() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}
