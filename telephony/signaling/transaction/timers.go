package transaction

import "time"

// Timers are those of RFC 3261 §17 (table 4). Zero values mean the standard's.
type Timers struct {
	// T1 is the round trip estimate, T2 the longest interval between retransmissions, T4 the longest life of a message in
	// the network. Defaults 500 ms, 4 s, 5 s.
	T1, T2, T4 time.Duration
}

// Filled gives zero values their defaults.
func (t Timers) Filled() Timers {
	if t.T1 <= 0 {
		t.T1 = 500 * time.Millisecond
	}
	if t.T2 <= 0 {
		t.T2 = 4 * time.Second
	}
	if t.T4 <= 0 {
		t.T4 = 5 * time.Second
	}
	return t
}

// Limit is 64·T1: how long a request is repeated, an ACK is waited for, and a finished transaction is remembered.
func (t Timers) Limit() time.Duration { return 64 * t.T1 }
