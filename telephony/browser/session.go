package browser

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"ekc/telephony/media"
)

// Session is one browser in one call. Its methods may be called from any goroutine, but not from its callbacks.
type Session struct {
	gateway *Gateway
	options SessionOptions
	leg     *media.Leg
	peer    *webrtc.PeerConnection
	sender  *webrtc.RTPSender
	track   *track
	terms   terms

	flowing atomic.Bool // there is a path
	unsent  atomic.Uint64
	streams atomic.Int32

	negotiation sync.Mutex // held for a whole offer and answer
	ufrag       string

	mu         sync.Mutex // guards what follows; held while callbacks run
	phase      phase
	timer      *time.Timer
	timing     uint64 // number of the present timer
	told       bool   // the answer is out, candidates trickle
	gathered   chan struct{}
	candidates int
	reconnects int

	done chan struct{} // closed with the last event
	torn chan struct{} // closed when nothing of it is left but the leg
}

// NewSession answers a browser's offer, within a moment: it does not wait for the browser. The leg is there from now on, and can be
// bridged; it belongs to the caller, who closes it. Errors: [ErrOffer], [ErrFull], [ErrClosed], those of [media.Engine.NewPipe].
func (g *Gateway) NewSession(ctx context.Context, o SessionOptions) (*Session, string, error) {
	s, answer, err := g.newSession(ctx, o)
	if err != nil {
		g.counters.refused.Add(1)
		return nil, "", err
	}
	g.counters.answered.Add(1)
	return s, answer, nil
}

func (g *Gateway) newSession(ctx context.Context, o SessionOptions) (*Session, string, error) {
	asked, err := readOffer(o.Offer)
	if err != nil {
		return nil, "", err
	}
	s := &Session{
		gateway: g, options: o, terms: asked.terms, track: &track{name: o.Name},
		done: make(chan struct{}), torn: make(chan struct{}),
	}
	s.options.Offer = ""
	if err := g.admit(s); err != nil {
		return nil, "", err
	}
	answer, err := s.open(ctx, asked)
	if err != nil {
		s.mu.Lock()
		s.options.Events, s.options.Candidate = nil, nil // there is no session whose end could be told
		s.advance(inClose, "")
		s.mu.Unlock()
		if s.leg != nil {
			s.leg.Close()
		}
		return nil, "", err
	}
	return s, answer, nil
}

// open makes the leg and pion's part, and answers.
func (s *Session) open(ctx context.Context, asked *offer) (string, error) {
	g := s.gateway
	leg, err := g.options.Engine.NewPipe(
		media.LegOptions{Name: s.options.Name, Near: s.options.Near, Notify: s.options.Notify},
		func(packet []byte) {
			if s.flowing.Load() {
				g.outbox.put(s, packet)
			}
		})
	if err != nil {
		return "", fmt.Errorf("browser: %w", err)
	}
	s.leg = leg
	if err := leg.Configure(s.config(netip.AddrPort{})); err != nil {
		return "", fmt.Errorf("browser: %w", err)
	}
	peer, err := g.newPeer(s)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	s.peer = peer
	s.mu.Unlock()
	s.track.codec.MimeType = webrtc.MimeTypePCMA
	if asked.terms.pcma < 0 {
		s.track.codec.MimeType = webrtc.MimeTypePCMU
	}
	transceiver, err := peer.AddTransceiverFromTrack(s.track, webrtc.RTPTransceiverInit{
		Direction: webrtc.RTPTransceiverDirectionSendrecv,
		SendEncodings: []webrtc.RTPEncodingParameters{
			{RTPCodingParameters: webrtc.RTPCodingParameters{SSRC: webrtc.SSRC(leg.SSRC())}},
		},
	})
	if err != nil {
		return "", fmt.Errorf("browser: %w", err)
	}
	s.sender = transceiver.Sender()
	peer.OnICECandidate(s.found)
	peer.OnConnectionStateChange(func(webrtc.PeerConnectionState) { s.look() })
	s.mu.Lock()
	s.startTimer(g.options.ConnectTimeout)
	s.mu.Unlock()
	s.negotiation.Lock()
	defer s.negotiation.Unlock()
	return s.answer(ctx, asked)
}

// config is the leg's; without a remote address nothing is sent.
func (s *Session) config(remote netip.AddrPort) media.LegConfig {
	c := s.terms.config()
	c.Remote, c.MediaTimeout = remote, s.options.MediaTimeout
	return c
}

// Media is the browser's leg.
func (s *Session) Media() *media.Leg { return s.leg }

// Done is closed when the session has ended, after its last event.
func (s *Session) Done() <-chan struct{} { return s.done }

// Close ends the session and tells the browser so; it returns at once. The leg stays. Idempotent.
func (s *Session) Close() { s.input(inClose, "") }

// Restart answers a further offer of the same browser, whose network has changed (ICE restart). The session must not have ended.
// Errors: [ErrOffer], [ErrRenegotiation] when anything else is offered, [ErrClosed].
func (s *Session) Restart(ctx context.Context, description string) (answer string, err error) {
	asked, err := readOffer(description)
	if err != nil {
		return "", err
	}
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
	answer, err = s.answer(ctx, asked)
	if err == nil {
		s.gateway.counters.restarts.Add(1)
	}
	return answer, err
}

func (s *Session) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == ended
}

// answer lets pion negotiate. The caller holds negotiation.
func (s *Session) answer(ctx context.Context, asked *offer) (string, error) {
	gathered := make(chan struct{})
	s.mu.Lock()
	s.told, s.gathered, s.candidates = false, gathered, len(asked.candidates)
	s.mu.Unlock()
	err := s.peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: asked.narrow()})
	if err != nil {
		return "", s.explain(err)
	}
	s.ufrag = asked.ufrag
	answer, err := s.peer.CreateAnswer(nil)
	if err != nil {
		return "", s.explain(err)
	}
	if err := s.peer.SetLocalDescription(answer); err != nil {
		return "", s.explain(err)
	}
	if err := await(ctx, gathered); err != nil {
		return "", err
	}
	return asked.widen(s.tell())
}

// explain tells a session that has ended meanwhile from an offer that pion does not like.
func (s *Session) explain(err error) error {
	if errors.Is(err, webrtc.ErrConnectionClosed) || s.ended() {
		return ErrClosed
	}
	return refuse("%v", err)
}
