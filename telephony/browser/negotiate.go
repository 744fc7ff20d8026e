package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pion/ice/v4"
)

// gatherWait is how long an answer waits for our candidates. There is nobody to be asked for them, so they are known within
// milliseconds, and an answer that has them saves the browser a round trip.
const gatherWait = 200 * time.Millisecond

// gathering is the search for our candidates for one answer.
type gathering struct {
	ufrag    string
	section  uint16 // of the answer
	found    []string
	complete chan struct{} // closed with the last
	told     bool          // the answer is out, and the rest trickles
}

// Restart answers a further offer of the same browser, whose network has changed (ICE restart). The session must not have ended.
// Errors: [ErrOffer], [ErrRenegotiation] when anything else is offered, [ErrClosed].
func (s *Session) Restart(ctx context.Context, description string) (answer string, err error) {
	asked, err := readOffer(description)
	if err != nil {
		return "", err
	}
	asked.prefer(s.other)
	s.negotiation.Lock()
	defer s.negotiation.Unlock()
	switch {
	case s.ended():
		return "", ErrClosed
	case asked.terms != s.terms:
		return "", fmt.Errorf("%w: direction, codecs and certificate stay as they are", ErrRenegotiation)
	case asked.ufrag == s.ufrag:
		return "", fmt.Errorf("%w: the offer restarts no ICE", ErrRenegotiation)
	}
	if err := s.agent.Restart("", ""); err != nil {
		return "", s.explain(err)
	}
	if err := s.agent.SetRemoteCredentials(asked.ufrag, asked.pwd); err != nil {
		return "", s.explain(err)
	}
	asked.setup = s.setup // DTLS goes on as it began (RFC 8842 §5.3)
	answer, err = s.answer(ctx, asked)
	if err == nil {
		s.gateway.counters.restarts.Add(1)
	}
	return answer, err
}

// answer looks for our candidates and writes the answer. The caller holds negotiation.
func (s *Session) answer(ctx context.Context, asked *offer) (string, error) {
	s.ufrag = asked.ufrag
	s.version++
	ufrag, pwd, err := s.agent.GetLocalUserCredentials()
	if err != nil {
		return "", s.explain(err)
	}
	g := &gathering{ufrag: ufrag, section: uint16(asked.audio), complete: make(chan struct{})}
	s.mu.Lock()
	s.gathering, s.candidates = g, len(asked.candidates)
	s.mu.Unlock()
	if err := s.agent.GatherCandidates(); err != nil {
		return "", s.explain(err)
	}
	for _, c := range asked.candidates {
		if err := s.agent.AddRemoteCandidate(c); err != nil {
			return "", s.explain(err)
		}
	}
	if err := await(ctx, g.complete); err != nil {
		return "", err
	}
	a := &answerer{
		id: s.id, version: s.version, ufrag: ufrag, pwd: pwd, fingerprint: ours(s.certificate), ssrc: s.leg.SSRC(), name: "ekc",
	}
	a.candidates, a.complete = s.tell(g)
	return asked.answer(a), nil
}

func await(ctx context.Context, complete <-chan struct{}) error {
	timer := time.NewTimer(gatherWait)
	defer timer.Stop()
	select {
	case <-complete:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// explain tells a session that has ended meanwhile from an offer that pion does not like.
func (s *Session) explain(err error) error {
	if s.ended() {
		return ErrClosed
	}
	return refuse("%v", err)
}

// tell gives the candidates found so far; those found from now on trickle.
func (s *Session) tell(g *gathering) (candidates []string, complete bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.told = true
	select {
	case <-g.complete:
		complete = true
		if s.options.Candidate != nil {
			s.options.Candidate("")
		}
	default:
	}
	return g.found, complete
}

// found takes one of our candidates from pion; nil ends them.
func (s *Session) found(c ice.Candidate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.gathering
	if g == nil || s.phase == ended {
		return
	}
	text := ""
	if c == nil {
		select {
		case <-g.complete:
			return
		default:
			close(g.complete)
		}
	} else {
		text = "candidate:" + c.Marshal()
		g.found = append(g.found, text)
	}
	if g.told && s.options.Candidate != nil {
		s.options.Candidate(g.wrap(s.terms.mid, text))
	}
}

// candidateInit is RTCIceCandidateInit (W3C WebRTC §4.8.1).
type candidateInit struct {
	Candidate        string  `json:"candidate"`
	SDPMid           *string `json:"sdpMid,omitempty"`
	SDPMLineIndex    *uint16 `json:"sdpMLineIndex,omitempty"`
	UsernameFragment *string `json:"usernameFragment,omitempty"`
}

func (g *gathering) wrap(mid, candidate string) string {
	if candidate == "" {
		return ""
	}
	b, err := json.Marshal(candidateInit{candidate, &mid, &g.section, &g.ufrag})
	if err != nil { // strings and a number
		return ""
	}
	return string(b)
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
	var init candidateInit
	if candidate != "" {
		if err := json.Unmarshal([]byte(candidate), &init); err != nil {
			return fmt.Errorf("%w: %w", ErrCandidate, err)
		}
	}
	if init.Candidate == "" {
		return nil // ICE goes on looking until its time is over anyway
	}
	c, err := usableCandidate(init.Candidate)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
	if c == nil || s.outdated(&init) {
		return nil
	}
	if err := s.count(); err != nil {
		return err
	}
	if err := s.agent.AddRemoteCandidate(c); err != nil {
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
	return nil
}

// outdated tells a candidate of an earlier offer (RFC 8838 §11).
func (s *Session) outdated(c *candidateInit) bool {
	s.negotiation.Lock()
	defer s.negotiation.Unlock()
	if c.UsernameFragment != nil && *c.UsernameFragment != "" {
		return *c.UsernameFragment != s.ufrag
	}
	return strings.Contains(c.Candidate, " ufrag ") && !strings.Contains(c.Candidate+" ", " ufrag "+s.ufrag+" ")
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
