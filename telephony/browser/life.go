package browser

import (
	"net/netip"
	"time"

	"github.com/pion/ice/v4"
)

// changed takes ICE's state, in order.
func (s *Session) changed(state ice.ConnectionState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case ice.ConnectionStateConnected, ice.ConnectionStateCompleted:
		s.iceUp = true
		switch {
		case s.phase == ended:
		case s.begin != nil:
			s.begin()
			s.begin = nil
		case s.cipher.Load() != nil:
			s.up()
		}
	case ice.ConnectionStateChecking:
		s.down(inPath, "")
	case ice.ConnectionStateDisconnected:
		s.advance(inSilent, "")
	case ice.ConnectionStateFailed:
		s.down(inPathEnd, "no path to the browser was found")
	default: // our own doing
	}
}

// keyed comes with the end of the handshake.
func (s *Session) keyed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.iceUp {
		s.up()
	}
}

func (s *Session) up() {
	if s.phase == ended {
		return
	}
	s.flowing.Store(true)
	s.advance(inUp, "")
}

func (s *Session) down(in input, reason string) {
	s.iceUp = false
	s.flowing.Store(false)
	s.advance(in, reason)
}

// selected takes the path that ICE has chosen, also another one while connected.
func (s *Session) selected(local, remote ice.Candidate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == ended {
		return
	}
	s.follow(local, remote)
	if s.phase == connected {
		s.settle()
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
		if before != connecting {
			s.reconnects++
		}
		s.settle()
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
func (s *Session) settle() {
	remote := netip.AddrPortFrom(netip.IPv4Unspecified(), 9) // any valid one: nothing is sent there
	if pair, err := s.agent.GetSelectedCandidatePair(); err == nil && pair != nil {
		if at := addressOf(pair.Remote); at.IsValid() {
			remote = at
		}
	}
	if err := s.leg.Configure(s.config(remote)); err != nil {
		s.gateway.options.Logger.Debug("a browser's leg has ended before it", "leg", s.options.Name, "error", err)
	}
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
