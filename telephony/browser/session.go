package browser

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"

	"ekc/telephony/media"
)

// Session is one browser in one call. Its methods may be called from any goroutine, but not from its callbacks.
type Session struct {
	gateway     *Gateway
	options     SessionOptions
	terms       terms
	other       media.Codec // of the leg near it, when the session began
	setup       string      // of the first offer
	certificate tls.Certificate
	born        time.Time
	leg         *media.Leg
	agent       *ice.Agent
	wire        *wire

	cipher  atomic.Pointer[cipher]
	path    atomic.Pointer[path]
	flowing atomic.Bool  // ICE has a path, and sound can go out
	proved  atomic.Int64 // when a packet of sound last went through pion, since born
	refused atomic.Uint64

	negotiation sync.Mutex // held for a whole offer and answer; guards the next three
	id          uint64
	version     int
	ufrag       string

	mu         sync.Mutex // guards what follows; held while callbacks run
	phase      phase
	iceUp      bool
	begin      func() // begins the handshake; nil afterwards
	timer      *time.Timer
	timing     uint64 // number of the present timer
	gathering  *gathering
	candidates int
	reconnects int

	cancel           context.CancelFunc // ends the goroutines
	shaking, reading sync.WaitGroup
	done             chan struct{} // closed with the last event
	torn             chan struct{} // closed when nothing of it is left but the leg
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
	other := media.CodecNone
	if o.Near != nil {
		other = o.Near.Codec()
	}
	asked.prefer(other)
	s := &Session{
		gateway: g, other: other, options: o, terms: asked.terms, setup: asked.setup, born: time.Now(),
		id:     rand.Uint64() >> 2, //nolint:gosec // tells descriptions apart, and is no secret
		cancel: func() {}, done: make(chan struct{}), torn: make(chan struct{}),
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
	var err error
	if s.certificate, err = g.certificates.get(); err != nil {
		return "", err
	}
	options := media.LegOptions{Name: s.options.Name, Near: s.options.Near, Notify: s.options.Notify}
	s.leg, err = g.options.Engine.NewPipe(options, func(packet []byte) {
		if s.flowing.Load() {
			g.outbox.put(s, packet)
		}
	})
	if err == nil {
		err = s.leg.Configure(s.config(netip.AddrPort{}))
	}
	if err != nil {
		return "", fmt.Errorf("browser: %w", err)
	}
	s.negotiation.Lock()
	defer s.negotiation.Unlock()
	if err := s.connect(asked); err != nil {
		return "", fmt.Errorf("browser: %w", err)
	}
	return s.answer(ctx, asked)
}

// connect starts ICE.
func (s *Session) connect(asked *offer) error {
	g := s.gateway
	agent, err := ice.NewAgentWithOptions(g.agents...)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.agent = agent
	s.startTimer(g.options.ConnectTimeout)
	s.mu.Unlock()
	for _, err := range []error{
		agent.OnCandidate(s.found), agent.OnConnectionStateChange(s.changed), agent.OnSelectedCandidatePairChange(s.selected),
	} {
		if err != nil {
			return err
		}
	}
	conn, err := agent.StartAccept(asked.ufrag, asked.pwd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wire, s.cancel = newWire(conn), cancel
	s.begin = func() {
		s.shaking.Add(1)
		go func() {
			defer s.shaking.Done()
			s.encrypt(ctx)
		}()
	}
	s.reading.Add(1)
	go func() {
		defer s.reading.Done()
		s.read()
	}()
	return nil
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

func (s *Session) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == ended
}

// tearDown ends DTLS, which tells the browser, and then ICE, and waits for their goroutines.
func (s *Session) tearDown() {
	s.mu.Lock()
	agent, cancel := s.agent, s.cancel
	s.mu.Unlock()
	cancel()
	s.shaking.Wait()
	if way := s.path.Swap(nil); way != nil {
		way.port.release(way.remote, s)
	}
	if agent != nil {
		if err := agent.GracefulClose(); err != nil {
			s.gateway.options.Logger.Debug("a browser's connection does not close cleanly", "leg", s.options.Name, "error", err)
		}
	}
	s.reading.Wait()
	s.gateway.forget(s)
	close(s.torn)
}
