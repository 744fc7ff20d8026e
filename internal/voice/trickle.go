package voice

import (
	"context"
	"sync"

	"ekc/access"
	"ekc/internal/fail"
)

// trickles keep the centre's ICE candidates of browsers until the browser fetches them. Each is bounded by the switchboard, and
// forgotten when it was fetched or its call is no longer here.
type trickles struct {
	mu  sync.Mutex
	all map[string]trickle // by leg
}

type trickle struct {
	interactionID, accountID string
	candidates               <-chan string
}

func (t *trickles) keep(legID string, one trickle) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]trickle{}
	}
	t.all[legID] = one
}

func (t *trickles) take(legID, accountID string) (trickle, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.all[legID]
	if !ok || one.accountID != accountID {
		return trickle{}, false
	}
	delete(t.all, legID)
	return one, true
}

// sweep forgets those whose call is over.
func (t *trickles) sweep(here func(interactionID string) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for leg, one := range t.all {
		if !here(one.interactionID) {
			delete(t.all, leg)
		}
	}
}

// Candidates gives the centre's ICE candidates for a leg of the viewer's, once.
func (s *Service) Candidates(ctx context.Context, legID string) (<-chan string, error) {
	if me(ctx) == "" {
		return nil, access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	one, ok := s.trickles.take(legID, me(ctx))
	if !ok {
		return nil, fail.Field("legId", fail.NotFound, "no such leg, or its candidates are being followed already")
	}
	return one.candidates, nil
}
