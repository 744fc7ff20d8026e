package browser

import (
	"net/netip"
	"time"

	"github.com/pion/webrtc/v4"
)

// look reads pion's state and gives it to the state machine. pion tells of changes in goroutines that may overtake each other, so
// what counts is the state now.
func (s *Session) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.peer.ConnectionState() {
	case webrtc.PeerConnectionStateConnected:
		s.flowing.Store(true)
		s.advance(inUp, "")
	case webrtc.PeerConnectionStateDisconnected:
		s.advance(inSilent, "")
	case webrtc.PeerConnectionStateFailed:
		if s.sender.Transport().State() == webrtc.DTLSTransportStateFailed {
			s.advance(inBroken, "the encryption failed: not the certificate of the offer, or no common cipher")
			return
		}
		s.flowing.Store(false)
		s.advance(inPathEnd, "no path to the browser was found")
	case webrtc.PeerConnectionStateClosed:
		s.advance(inLeft, "")
	default:
		s.flowing.Store(false)
		s.advance(inPath, "")
	}
}

// input gives something else to the state machine.
func (s *Session) input(in input, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(in, reason)
}

// advance takes one step. The caller holds mu.
func (s *Session) advance(in input, reason string) {
	if s.phase == ended {
		return
	}
	before := s.phase
	n := next(s.phase, in)
	s.phase = n.phase
	if n.timer != keepTimer {
		s.stopTimer()
	}
	if n.timer == startTimer {
		s.startTimer(s.gateway.options.ReconnectTimeout)
	}
	if in == inUp && before != connected {
		s.settle(before)
	}
	if n.phase == ended {
		s.flowing.Store(false)
		s.gateway.later(s.tearDown)
	}
	if n.event != 0 && s.options.Events != nil {
		e := Event{Kind: n.event, At: s.gateway.options.Clock()}
		if n.event == Lost {
			e.Reason = reason
		}
		s.options.Events(e)
	}
	if n.phase == ended {
		if n.event == Lost {
			s.gateway.counters.lost.Add(1)
			s.gateway.options.Logger.Info("a browser is lost", "leg", s.options.Name, "reason", reason)
		}
		close(s.done)
	}
}

// settle tells the leg where the browser is now.
func (s *Session) settle(before phase) {
	if before != connecting {
		s.reconnects++
	}
	remote := s.remote()
	if !remote.IsValid() {
		remote = netip.AddrPortFrom(netip.IPv4Unspecified(), 9) // any valid one: nothing is sent there
	}
	if err := s.leg.Configure(s.config(remote)); err != nil {
		s.gateway.options.Logger.Debug("a browser's leg has ended before it", "leg", s.options.Name, "error", err)
	}
}

// remote is the browser's address on the path in use.
func (s *Session) remote() netip.AddrPort {
	pair, err := s.sender.Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return netip.AddrPort{}
	}
	return addressOf(pair.Remote.Address, pair.Remote.Port)
}

func (s *Session) startTimer(d time.Duration) {
	s.timing++
	number := s.timing
	s.timer = time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.timing != number {
			return
		}
		reason := "the browser did not come back in time"
		if s.phase == connecting {
			reason = "the browser did not connect in time"
		}
		s.advance(inTimeout, reason)
	})
}

func (s *Session) stopTimer() {
	s.timing++
	if s.timer != nil {
		s.timer.Stop()
	}
}

// tearDown ends pion's part, which tells the browser by DTLS, and waits for its goroutines.
func (s *Session) tearDown() {
	s.mu.Lock()
	peer := s.peer
	s.mu.Unlock()
	if peer != nil {
		if err := peer.GracefulClose(); err != nil {
			s.gateway.options.Logger.Debug("a browser's connection does not close cleanly", "leg", s.options.Name, "error", err)
		}
	}
	s.gateway.forget(s)
	close(s.torn)
}
