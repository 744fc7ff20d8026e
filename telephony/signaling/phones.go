package signaling

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// phones are the bindings that registered through this node, whose flows it keeps open.
type phones struct {
	mu    sync.Mutex
	known map[string]*phone
}

type phone struct {
	binding Binding
	rounds  int
	missed  int
}

// maxPhones bounds the table; further phones work, without keep-alive.
const maxPhones = 20000

func phoneKey(b Binding) string { return b.Account + "|" + b.Contact }

func (p *phones) learn(b Binding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.Instance != "" { // the device may have moved: its old contact is replaced
		for key, old := range p.known {
			if old.binding.Account == b.Account && old.binding.Instance == b.Instance && key != phoneKey(b) {
				delete(p.known, key)
			}
		}
	}
	if old, ok := p.known[phoneKey(b)]; ok {
		old.binding, old.missed = b, 0
	} else if len(p.known) < maxPhones {
		p.known[phoneKey(b)] = &phone{binding: b}
	}
}

func (p *phones) forget(b Binding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known, phoneKey(b))
}

func (p *phones) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.known)
}

// due takes those that have expired out, and returns the others: to be pinged, and every third round to be asked.
func (p *phones) due(now time.Time) (ping, ask, expired []Binding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, known := range p.known {
		switch known.rounds++; {
		case !known.binding.Expires.After(now):
			expired = append(expired, known.binding)
			delete(p.known, key)
		case known.rounds%3 == 0:
			ask = append(ask, known.binding)
		default:
			ping = append(ping, known.binding)
		}
	}
	return ping, ask, expired
}

// answered notes whether the phone answered; true when it is to be given up.
func (p *phones) answered(b Binding, ok bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.known[phoneKey(b)]
	if known == nil || known.binding.Updated != b.Updated {
		return false
	}
	if ok {
		known.missed = 0
		return false
	}
	if known.missed++; known.missed < 2 {
		return false
	}
	delete(p.known, phoneKey(b))
	return true
}

// keepPhones keeps the flows open through NATs, and finds phones that are gone.
func (a *Agent) keepPhones() {
	ticker := time.NewTicker(a.config.Ping)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-a.ctx.Done():
			return
		}
		ping, ask, expired := a.phones.due(a.config.Now())
		for _, b := range expired {
			a.registered(Registration{Binding: b, Gone: true})
		}
		for _, b := range ping {
			if flow, err := a.flowOf(b); err == nil {
				_ = flow.Ping()
			}
		}
		for _, b := range ask {
			a.askPhone(b)
		}
	}
}

// flowOf is the way to a registered device: the one it registered over; over TCP or TLS that must still be there.
func (a *Agent) flowOf(b Binding) (transport.Flow, error) {
	source, ok := addrPort(b.Source)
	if !ok {
		return nil, ErrUnreachable
	}
	flow, ok := a.layer.Existing(string(b.Transport), source)
	if !ok || !flow.Alive() {
		return nil, ErrUnreachable
	}
	return flow, nil
}

func (a *Agent) askPhone(b Binding) {
	flow, err := a.flowOf(b)
	if err == nil {
		m := a.newRequest("OPTIONS", b.Contact, flow)
		for _, hop := range b.Path {
			m.Add("Route", hop)
		}
		_, err = a.table.Send(m, flow, func(answer *wire.Message, err error) {
			if err != nil || answer.Status >= 200 {
				a.phoneAnswered(b, err == nil && answer.Status != 408)
			}
		})
	}
	if err != nil {
		a.phoneAnswered(b, false)
	}
}

// phoneAnswered removes the binding of a phone that does not answer.
func (a *Agent) phoneAnswered(b Binding, ok bool) {
	if !a.phones.answered(b, ok) {
		return
	}
	a.spawn(func() {
		ctx, cancel := context.WithTimeout(a.ctx, lookupTimeout)
		defer cancel()
		if err := a.config.Bindings.Delete(ctx, b.Account, b.Contact); err != nil {
			a.config.Log.Warn("binding of a lost phone cannot be removed", "error", err)
		}
		a.registered(Registration{Binding: b, Gone: true})
	})
}

func addrPort(s string) (netip.AddrPort, bool) {
	addr, err := netip.ParseAddrPort(s)
	return addr, err == nil
}
