package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pion/webrtc/v4"
)

// gatherWait is how long an answer waits for our candidates. There is nobody to be asked for them, so they are known within
// milliseconds, and an answer that has them saves the browser a round trip.
const gatherWait = 200 * time.Millisecond

func await(ctx context.Context, gathered <-chan struct{}) error {
	timer := time.NewTimer(gatherWait)
	defer timer.Stop()
	select {
	case <-gathered:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// tell gives the answer with the candidates found so far; those found from now on trickle.
func (s *Session) tell() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = true
	if s.gathered == nil && s.options.Candidate != nil {
		s.options.Candidate("")
	}
	return s.peer.LocalDescription().SDP
}

// found takes one of our candidates from pion; nil ends them.
func (s *Session) found(c *webrtc.ICECandidate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := ""
	if c != nil {
		b, err := json.Marshal(c.ToJSON())
		if err != nil {
			return
		}
		text = string(b)
	} else if s.gathered != nil {
		close(s.gathered)
		s.gathered = nil
	}
	if s.told && s.phase != ended && s.options.Candidate != nil {
		s.options.Candidate(text)
	}
}

// AddCandidate takes an ICE candidate of the browser, as the JSON of its RTCIceCandidate; an empty candidate, or an empty text, ends
// them. Candidates from before a restart, and those that are of no use, are passed over. Errors: [ErrCandidate], [ErrClosed].
func (s *Session) AddCandidate(candidate string) error {
	if s.ended() {
		return ErrClosed
	}
	if len(candidate) > MaxCandidate {
		return fmt.Errorf("%w: %d bytes, more than %d", ErrCandidate, len(candidate), MaxCandidate)
	}
	var c webrtc.ICECandidateInit
	if candidate != "" {
		if err := json.Unmarshal([]byte(candidate), &c); err != nil {
			return fmt.Errorf("%w: %w", ErrCandidate, err)
		}
	}
	if c.Candidate != "" {
		usable, err := usableCandidate(c.Candidate)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCandidate, err)
		}
		if !usable || s.outdated(&c) {
			return nil
		}
		if err := s.count(); err != nil {
			return err
		}
	}
	err := s.peer.AddICECandidate(c)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, webrtc.ErrConnectionClosed) || s.ended():
		return ErrClosed
	default:
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
}

// outdated tells a candidate of an earlier offer (RFC 8838 §11).
func (s *Session) outdated(c *webrtc.ICECandidateInit) bool {
	s.negotiation.Lock()
	defer s.negotiation.Unlock()
	return c.UsernameFragment != nil && *c.UsernameFragment != "" && *c.UsernameFragment != s.ufrag ||
		strings.Contains(c.Candidate, " ufrag ") && !strings.Contains(c.Candidate+" ", " ufrag "+s.ufrag+" ")
}

func (s *Session) count() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.candidates >= MaxCandidates {
		return fmt.Errorf("%w: more than %d", ErrCandidate, MaxCandidates)
	}
	s.candidates++
	return nil
}
