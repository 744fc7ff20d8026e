package signaling

import "sync/atomic"

type counters struct {
	incoming, outgoing, answered, ended, rejected atomic.Uint64
	requestsIn, responsesIn, malformed            atomic.Uint64
	registrations, authFail, unread, failovers    atomic.Uint64
}

// Metrics is a snapshot of counters since the start, and of gauges.
type Metrics struct {
	// Dialogs and Early are gauges: all dialogs, and those not answered yet.
	Dialogs, Early int
	// Calls offered to the owner, and started by it; answered and ended ones of both.
	Incoming, Outgoing, Answered, Ended uint64
	// Rejected counts INVITEs that never reached the owner, challenged ones included.
	Rejected uint64
	// Transactions is a gauge; Timeouts counts requests of ours without an answer.
	Transactions int
	Timeouts     uint64
	// RequestsIn, ResponsesIn and MessagesOut count messages; Retransmitted what we sent again, Repeated what came again.
	RequestsIn, ResponsesIn, MessagesOut, Retransmitted, Repeated uint64
	// Malformed messages; Overflow are those dropped because a queue was full.
	Malformed, Overflow uint64
	// Dropped by the guard; Banned addresses now, Bans ever, and Sources known.
	Dropped uint64
	Banned  int
	Bans    uint64
	Sources int
	// Registered is the number of bindings that this node keeps alive; Registrations counts REGISTERs granted.
	Registered              int
	Registrations, AuthFail uint64
	// Unread counts dialogs ended because their owner did not read.
	Unread uint64
	// TrunksDown is a gauge. Failovers counts INVITEs that went to another server of the carrier because one failed.
	TrunksDown int
	Failovers  uint64
}

// Metrics takes a snapshot.
func (a *Agent) Metrics() Metrics {
	transactions, guarded := a.table.Stats(), a.guard.Stats()
	sent, overflow := a.layer.Stats()
	c := &a.counters
	m := Metrics{
		Incoming: c.incoming.Load(), Outgoing: c.outgoing.Load(), Answered: c.answered.Load(), Ended: c.ended.Load(),
		Rejected: c.rejected.Load(), Transactions: transactions.Transactions, Timeouts: transactions.Timeouts,
		RequestsIn: c.requestsIn.Load(), ResponsesIn: c.responsesIn.Load(), MessagesOut: sent,
		Retransmitted: transactions.Retransmitted, Repeated: transactions.Repeated,
		Malformed: c.malformed.Load(), Overflow: overflow,
		Dropped: guarded.Dropped, Banned: guarded.Banned, Bans: guarded.Bans, Sources: guarded.Sources,
		Registered: a.phones.count(), Registrations: c.registrations.Load(), AuthFail: c.authFail.Load(),
		Unread: c.unread.Load(), Failovers: c.failovers.Load(),
	}
	a.mu.Lock()
	open := make([]*Dialog, 0, len(a.dialogs))
	for _, d := range a.dialogs {
		open = append(open, d)
	}
	a.mu.Unlock()
	m.Dialogs = len(open)
	for _, d := range open {
		d.mu.Lock()
		if d.state == incoming || d.state == outgoing {
			m.Early++
		}
		d.mu.Unlock()
	}
	for _, t := range a.Trunks() {
		if !t.Up {
			m.TrunksDown++
		}
	}
	return m
}
