package signaling

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ekc/telephony/signaling/locate"
	"ekc/telephony/signaling/transaction"
	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

const (
	// setAside is how long a carrier's server that failed is tried after the others, unless it answers OPTIONS before.
	setAside = time.Minute
	// maxAside bounds what a Retry-After asks for.
	maxAside = 5 * time.Minute
	// patienceT1 is how many T1 a server may take to say anything, where another one could be asked: 4 s with the standard's T1.
	patienceT1 = 8
)

// health remembers which servers have failed, and until when they come last.
type health struct {
	mu    sync.Mutex
	aside map[locate.Target]time.Time
}

func (h *health) failed(t locate.Target, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.aside == nil || len(h.aside) > 4096 {
		h.aside = map[locate.Target]time.Time{}
	}
	h.aside[t] = until
}

func (h *health) well(t locate.Target) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.aside, t)
}

// order puts those who failed lately last; the rest stays as it was.
func (h *health) order(targets []locate.Target, now time.Time) []locate.Target {
	h.mu.Lock()
	defer h.mu.Unlock()
	sorted := slices.Clone(targets)
	slices.SortStableFunc(sorted, func(a, b locate.Target) int {
		x, y := h.aside[a].After(now), h.aside[b].After(now)
		switch {
		case x == y:
			return 0
		case x:
			return 1
		default:
			return -1
		}
	})
	return sorted
}

// servers are the carrier's servers, those that should be tried first in front: at once when its address is a number, else looked up and
// kept for as long as the name servers say. A name that cannot be looked up keeps its last addresses.
func (a *Agent) servers(ctx context.Context, l *line) ([]locate.Target, error) {
	if addr, ok := literal(l.Proxy, l.Transport); ok {
		return []locate.Target{{Network: string(l.Transport), Address: addr}}, nil
	}
	now := a.config.Now()
	l.mu.Lock()
	known, fresh := l.servers, now.Before(l.until)
	l.mu.Unlock()
	if len(known) == 0 || !fresh {
		ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		found, good, err := a.finder.Find(ctx, l.Proxy, string(l.Transport))
		if err != nil && len(known) == 0 {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
		if err != nil {
			found, good = known, setAside
		}
		l.mu.Lock()
		l.servers, l.until = found, now.Add(good)
		l.mu.Unlock()
		known = found
	}
	return a.health.order(known, now), nil
}

// toServer makes the next of the carrier's servers the one that the INVITE goes to; false when none is left.
func (d *Dialog) toServer() bool {
	o, a := &d.out, d.agent
	for len(o.servers) > 0 {
		o.server, o.servers = o.servers[0], o.servers[1:]
		flow, err := a.layer.Flow(o.server.Network, o.server.Address, hostOf(d.line.Proxy))
		if err == nil {
			d.flow, d.contact = flow, a.contact("", flow)
			return true
		}
		a.health.failed(o.server, a.config.Now().Add(setAside))
	}
	return false
}

// failOver sends the INVITE to the next server, because this one has failed (RFC 3263 §4.3): with 503, without an answer, or because it
// cannot be reached. after is what its Retry-After says. false: there is none left.
func (d *Dialog) failOver(after time.Duration) bool {
	o := &d.out
	if d.line == nil || o.cancelled != nil || d.state != outgoing || !o.server.Address.IsValid() {
		return false
	}
	if after <= 0 {
		after = setAside
	}
	d.agent.health.failed(o.server, d.agent.config.Now().Add(min(after, maxAside)))
	left, flow := o.request, d.flow
	if len(o.servers) == 0 || !d.toServer() {
		return false
	}
	if o.left == nil {
		o.left = map[*wire.Message]transport.Flow{}
	}
	o.left[left] = flow
	if o.tx != nil {
		o.tx.Quiet()
	}
	o.tried, o.auth, o.described = false, nil, false
	d.remoteTag, o.forks = "", map[string]*fork{}
	d.agent.counters.failovers.Add(1)
	d.sendInvite()
	return true
}

// hurry asks the next server when this one says nothing for some time: waiting for the end of the transaction would take half a minute.
func (d *Dialog) hurry(m *wire.Message) {
	if len(d.out.servers) == 0 && !d.out.call.Hurry {
		return
	}
	d.later(patienceT1*d.agent.table.Timers().T1, func() {
		o := &d.out
		if o.request != m || o.heard || d.failOver(0) || !o.call.Hurry || d.state != outgoing || o.cancelled != nil {
			return
		}
		if o.left == nil {
			o.left = map[*wire.Message]transport.Flow{}
		}
		o.left[m] = d.flow // should it be heard of yet, it shall not ring there
		if o.tx != nil {
			o.tx.Quiet()
		}
		d.finish(Ended{Code: 408, Reason: "the carrier says nothing"})
	})
}

// leftAnswers takes a response to an INVITE whose server was given up: it shall not ring there.
func (d *Dialog) leftAnswers(m, answer *wire.Message) {
	flow, left := d.out.left[m]
	if !left || answer == nil {
		return
	}
	delete(d.out.left, m)
	if answer.Status < 200 {
		_, _ = d.agent.table.Send(transaction.Cancel(m), flow, func(*wire.Message, error) {})
	}
}
