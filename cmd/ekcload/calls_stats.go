package main

import (
	"sync"
	"time"

	"ekc/cmd/ekcload/rtp"
)

// callStats gathers what callers and operators saw.
type callStats struct {
	mu       sync.Mutex
	n        callCounts
	failures map[string]int
	phones   map[string]int
	times    callTimes
	rtp      rtp.Stats

	active, peak         int
	talking, peakTalking int
	started, stopped     time.Time // of the first and the last call's beginning
}

// callCounts are numbers of calls.
type callCounts struct {
	Begun       int `json:"begun"`
	Answered    int `json:"answered"`
	Connected   int `json:"connected"`
	Transferred int `json:"transferred"`
	Failed      int `json:"failed"`
	OneWay      int `json:"one_way"`
	Strange     int `json:"heard_a_stranger"`
	WrappedUp   int `json:"wrapped_up"`
}

// callTimes are what took how long.
type callTimes struct {
	answer, first, menu, reach, rang, heard, transfer, queuedOffered, queuedShown, event, wrapUp []time.Duration
}

func newCallStats() *callStats {
	return &callStats{failures: map[string]int{}, phones: map[string]int{}}
}

// with changes the figures under their lock.
func (s *callStats) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *callStats) begun() {
	s.with(func() {
		if s.n.Begun++; s.n.Begun == 1 {
			s.started = time.Now()
		}
		s.active++
		s.peak = max(s.peak, s.active)
	})
}

func (s *callStats) ended()     { s.with(func() { s.active-- }) }
func (s *callStats) lastBegun() { s.with(func() { s.stopped = time.Now() }) }

// now is how many calls are up.
func (s *callStats) now() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active
}

// fail notes why a call failed; a call fails once.
func (s *callStats) fail(reason string) {
	s.with(func() { s.n.Failed++; s.failures[reason]++ })
}

// phone notes what went wrong at an operator's desk, whether or not a caller felt it.
func (s *callStats) phone(what string) { s.with(func() { s.phones[what]++ }) }

func (s *callStats) answered(d time.Duration) {
	s.with(func() { s.n.Answered++; s.times.answer = append(s.times.answer, d) })
}

func (s *callStats) firstSound(d time.Duration) {
	s.with(func() { s.times.first = append(s.times.first, d) })
}

func (s *callStats) leftMenu(d time.Duration) {
	s.with(func() { s.times.menu = append(s.times.menu, d) })
}

// reached is a caller's first operator, so long after the last key; the operator's phone rang so long after it, and so long after that
// was answered the caller heard the operator.
func (s *callStats) reached(afterKey, rang, heard time.Duration) {
	s.with(func() {
		s.n.Connected++
		s.times.reach = append(s.times.reach, afterKey)
		s.times.rang = append(s.times.rang, rang)
		s.times.heard = append(s.times.heard, heard)
	})
}

func (s *callStats) handedOn(d time.Duration) {
	s.with(func() { s.n.Transferred++; s.times.transfer = append(s.times.transfer, d) })
}

func (s *callStats) talk(change int) {
	s.with(func() { s.talking += change; s.peakTalking = max(s.peakTalking, s.talking) })
}

func (s *callStats) heardOneWay() { s.with(func() { s.n.OneWay++ }) }
func (s *callStats) strange()     { s.with(func() { s.n.Strange++ }) }

func (s *callStats) offered(made, shown time.Duration) {
	s.with(func() {
		s.times.queuedOffered = append(s.times.queuedOffered, made)
		s.times.queuedShown = append(s.times.queuedShown, shown)
	})
}

func (s *callStats) event(d time.Duration) {
	s.with(func() { s.times.event = append(s.times.event, d) })
}

func (s *callStats) wrappedUp(d time.Duration) {
	s.with(func() { s.n.WrappedUp++; s.times.wrapUp = append(s.times.wrapUp, d) })
}

func (s *callStats) sound(leg rtp.Stats) {
	s.with(func() {
		s.rtp.Sent += leg.Sent
		s.rtp.Received += leg.Received
		s.rtp.Lost += leg.Lost
		s.rtp.SendErrors += leg.SendErrors
	})
}

// unrecorded is how many enquiries operators have not yet recorded: one for each talk that was not handed on.
func (s *callStats) unrecorded() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n.Connected - s.n.WrappedUp
}
