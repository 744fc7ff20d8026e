package voice

import (
	"context"
	"sync"
	"time"

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

func (t *trickles) find(legID, accountID string) (trickle, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.all[legID]
	return one, ok && one.accountID == accountID
}

func (t *trickles) forget(legID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, legID)
}

func (t *trickles) take(legID, accountID string) (trickle, bool) {
	one, ok := t.find(legID, accountID)
	if ok {
		t.forget(legID)
	}
	return one, ok
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

// Trickle gives the centre's ICE candidates for one leg, one after the other.
type Trickle struct {
	local <-chan string
	more  func(ctx context.Context) (found, error)
	found found
}

// found are candidates from another node; Closed: there will be no more.
type found struct {
	Candidates []string `json:"candidates"`
	Closed     bool     `json:"closed"`
}

// Next waits for a candidate; false when there are no more, or ctx ends.
func (t *Trickle) Next(ctx context.Context) (string, bool) {
	if t.local != nil {
		select {
		case c, open := <-t.local:
			return c, open
		case <-ctx.Done():
			return "", false
		}
	}
	for len(t.found.Candidates) == 0 {
		if t.found.Closed || ctx.Err() != nil {
			return "", false
		}
		var err error
		if t.found, err = t.more(ctx); err != nil {
			return "", false // the leg is gone, or its node: the browser joins anew
		}
	}
	c := t.found.Candidates[0]
	t.found.Candidates = t.found.Candidates[1:]
	return c, true
}

// Candidates gives the centre's ICE candidates for a leg of the viewer's, once.
func (s *Service) Candidates(ctx context.Context, interactionID, legID string) (*Trickle, error) {
	account := me(ctx)
	if account == "" {
		return nil, access.Check(ctx, access.SetPresence, access.Anywhere)
	}
	if one, ok := s.trickles.take(legID, account); ok {
		return &Trickle{local: one.candidates}, nil
	}
	missing := fail.Field("legId", fail.NotFound, "no such leg, or its candidates are being followed already")
	at, err := s.callAt(ctx, interactionID)
	other, elsewhere := at.(remote)
	switch {
	case fail.CodeOf(err) == fail.Conflict || err == nil && !elsewhere:
		return nil, missing
	case err != nil:
		return nil, err
	}
	t := &Trickle{more: func(ctx context.Context) (f found, err error) {
		err = s.ask(ctx, other.at, order{Kind: "candidates", LegID: legID, AccountID: account}, askFor, &f)
		return f, err
	}}
	t.found, err = t.more(ctx) // so that a leg that is not there is told at once
	return t, err
}

// lingerForCandidates is how long another node's question waits for the first candidate.
const lingerForCandidates = 2 * time.Second

// moreCandidates gives what was found for a leg of this node since the last question.
func (s *Service) moreCandidates(ctx context.Context, legID, accountID string) (found, error) {
	one, ok := s.trickles.find(legID, accountID)
	if !ok {
		return found{}, fail.Field("legId", fail.NotFound, "no such leg, or its candidates are being followed already")
	}
	timer := time.NewTimer(lingerForCandidates)
	defer timer.Stop()
	f := found{}
	for {
		select {
		case c, open := <-one.candidates:
			if !open {
				s.trickles.forget(legID)
				f.Closed = true
				return f, nil
			}
			f.Candidates = append(f.Candidates, c)
			timer.Reset(0) // take what is there, wait no more
		case <-timer.C:
			return f, nil
		case <-ctx.Done():
			return f, nil
		}
	}
}
