package sip

import "sync/atomic"

// Counts are of all messages of the peers that share them. "Sent again" is by us, "came again" by the server.
type Counts struct {
	Sent, Received                        atomic.Int64
	RequestsSentAgain, ResponsesSentAgain atomic.Int64
	RequestsCameAgain, ResponsesCameAgain atomic.Int64
	Unreadable, Timeouts                  atomic.Int64
}

// Snapshot is Counts at a moment.
type Snapshot struct {
	Sent               int64 `json:"sent"`
	Received           int64 `json:"received"`
	RequestsSentAgain  int64 `json:"requests_sent_again"`
	ResponsesSentAgain int64 `json:"responses_sent_again"`
	RequestsCameAgain  int64 `json:"requests_came_again"`
	ResponsesCameAgain int64 `json:"responses_came_again"`
	Unreadable         int64 `json:"unreadable"`
	Timeouts           int64 `json:"timeouts"`
}

// Snapshot reads the counters.
func (c *Counts) Snapshot() Snapshot {
	return Snapshot{
		Sent: c.Sent.Load(), Received: c.Received.Load(),
		RequestsSentAgain: c.RequestsSentAgain.Load(), ResponsesSentAgain: c.ResponsesSentAgain.Load(),
		RequestsCameAgain: c.RequestsCameAgain.Load(), ResponsesCameAgain: c.ResponsesCameAgain.Load(),
		Unreadable: c.Unreadable.Load(), Timeouts: c.Timeouts.Load(),
	}
}

// Again is how many messages were sent more than once, in either direction.
func (s Snapshot) Again() int64 {
	return s.RequestsSentAgain + s.ResponsesSentAgain + s.RequestsCameAgain + s.ResponsesCameAgain
}
