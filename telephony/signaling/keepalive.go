package signaling

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ekc/telephony/signaling/locate"
	"ekc/telephony/signaling/wire"
)

// Trunks says which trunks answer, in the order of their ids.
func (a *Agent) Trunks() []TrunkStatus {
	table := a.trunks.table.Load()
	if table == nil {
		return nil
	}
	open := map[string]int{}
	a.mu.Lock()
	for _, d := range a.dialogs {
		if d.line != nil {
			open[d.line.ID]++
		}
	}
	a.mu.Unlock()
	all := make([]TrunkStatus, 0, len(*table))
	for _, l := range *table {
		s := l.state()
		s.Open = open[l.ID]
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y TrunkStatus) int { return strings.Compare(x.TrunkID, y.TrunkID) })
	return all
}

func (l *line) state() TrunkStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.status
	s.Incoming, s.Outgoing, s.Failed = l.counts.incoming.Load(), l.counts.outgoing.Load(), l.counts.failed.Load()
	s.Servers = slices.SortedFunc(maps.Values(l.answers), func(x, y ServerStatus) int { return x.Address.Compare(y.Address) })
	return s
}

// countFailed counts a call that the carrier did not carry.
func (d *Dialog) countFailed(e Ended) {
	if d.line != nil && d.uac && !d.answered && d.out.cancelled == nil && (e.Code == 0 || e.Code == 408 || e.Code/100 == 5) {
		d.line.counts.failed.Add(1)
	}
}

// keepTrunk asks the carrier's servers with OPTIONS, at once and at every interval.
func (a *Agent) keepTrunk(l *line) {
	ticker := time.NewTicker(l.KeepAlive)
	defer ticker.Stop()
	for {
		a.askTrunk(l)
		select {
		case <-ticker.C:
		case <-l.ctx.Done():
			return
		}
	}
}

func (a *Agent) askTrunk(l *line) {
	servers, err := a.servers(l.ctx, l)
	if err != nil {
		a.trunkIs(l, false, "name not found")
		return
	}
	l.mu.Lock()
	kept := map[locate.Target]ServerStatus{}
	for _, t := range servers {
		if s, known := l.answers[t]; known {
			kept[t] = s
		}
	}
	l.answers = kept
	l.mu.Unlock()
	for _, t := range servers {
		a.askServer(l, t, len(servers))
	}
}

// answerTime is how long a server may take to answer OPTIONS, if the interval is not shorter: long before the transaction gives up, which is
// after 32 s (RFC 3261 §17.1.2.2), and in which calls would still be sent there.
const answerTime = 10 * time.Second

// askServer sends OPTIONS to one of the carrier's servers. An answer that comes late is a sign of life too.
func (a *Agent) askServer(l *line, t locate.Target, servers int) {
	tell := func(up bool, reason string, trip time.Duration) {
		a.serverIs(l, t, servers, ServerStatus{Address: t.Address, Up: up, Reason: printable(reason), RoundTrip: trip})
	}
	flow, err := a.layer.Flow(t.Network, t.Address, hostOf(l.Proxy))
	if err != nil {
		tell(false, err.Error(), 0)
		return
	}
	m, began := a.newRequest("OPTIONS", "sip:"+l.domain(), flow), a.config.Now()
	late := time.AfterFunc(min(l.KeepAlive, answerTime), func() { tell(false, "no answer in time", 0) })
	_, err = a.table.Send(m, flow, func(answer *wire.Message, err error) {
		if err == nil && answer.Status < 200 {
			return
		}
		switch intime := late.Stop(); {
		case err != nil && !intime: // it was said, and may not be true any more
		case err != nil:
			tell(false, err.Error(), 0)
		default:
			// Any answer is a sign of life, except those that say that it cannot work now.
			tell(answer.Status != 408 && answer.Status < 500, answer.StartLine(), a.config.Now().Sub(began))
		}
	})
	if err != nil {
		late.Stop()
		tell(false, err.Error(), 0)
	}
}

// serverIs notes what a server said. The trunk is up when any of its servers is, and down when all have been asked and none is.
func (a *Agent) serverIs(l *line, t locate.Target, servers int, s ServerStatus) {
	if l.ctx.Err() != nil {
		return
	}
	if s.Up {
		a.health.well(t)
	} else {
		a.health.failed(t, a.config.Now().Add(max(setAside, 2*l.KeepAlive)))
	}
	l.mu.Lock()
	l.answers[t] = s
	up, known := false, len(l.answers)
	for _, other := range l.answers {
		up = up || other.Up
	}
	if s.RoundTrip > 0 {
		l.status.RoundTrip = s.RoundTrip
	}
	l.mu.Unlock()
	if up || known >= servers {
		a.trunkIs(l, up, s.Reason)
	}
}

// trunkIs notes the state and tells of a change, unless the trunk has been replaced.
func (a *Agent) trunkIs(l *line, up bool, reason string) {
	if l.ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	changed := l.status.Up != up
	if changed {
		l.status.Since = a.config.Now()
	}
	l.status.Up, l.status.Reason = up, printable(reason)
	l.mu.Unlock()
	if changed && a.config.OnTrunk != nil {
		a.config.OnTrunk(l.state())
	}
}
