package signaling

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ekc/telephony/signaling/wire"
)

// trunks is the table that SetTrunks replaces.
type trunks struct {
	table atomic.Pointer[map[string]*line]
	mu    sync.Mutex // held while the table is replaced
}

// line is a trunk with what is known about it now.
type line struct {
	Trunk
	ctx  context.Context // ends when the trunk is replaced
	stop context.CancelFunc

	mu      sync.Mutex
	status  TrunkStatus
	address netip.AddrPort // of the proxy, when last looked up
	looked  time.Time
}

// from finds the trunk that an address belongs to: the one with the narrowest prefix; nil for none.
func (t *trunks) from(addr netip.Addr) *line {
	table := t.table.Load()
	if table == nil {
		return nil
	}
	var best *line
	bits := -1
	for _, l := range *table {
		for _, prefix := range l.Sources {
			if prefix.Contains(addr) && (prefix.Bits() > bits || (prefix.Bits() == bits && l.ID < best.ID)) {
				best, bits = l, prefix.Bits()
			}
		}
	}
	return best
}

func (t *trunks) get(id string) *line {
	if table := t.table.Load(); table != nil {
		return (*table)[id]
	}
	return nil
}

func (t *trunks) stop() {
	if table := t.table.Load(); table != nil {
		for _, l := range *table {
			l.stop()
		}
	}
}

// check refuses a trunk that cannot work.
func (t Trunk) check(minSession time.Duration) error {
	switch {
	case t.ID == "":
		return errors.New("signaling: a trunk needs an id")
	case t.Proxy == "" && len(t.Sources) == 0:
		return fmt.Errorf("signaling: trunk %s: neither proxy nor sources", t.ID)
	case t.Transport != "" && t.Transport != UDP && t.Transport != TCP && t.Transport != TLS:
		return fmt.Errorf("signaling: trunk %s: transport %q", t.ID, t.Transport)
	case t.KeepAlive != 0 && (t.KeepAlive < 5*time.Second || t.Proxy == ""):
		return fmt.Errorf("signaling: trunk %s: keep-alive needs a proxy and at least 5 s", t.ID)
	case t.SessionExpires != 0 && (t.SessionExpires < minSession || t.SessionExpires > 24*time.Hour):
		return fmt.Errorf("signaling: trunk %s: session timer too short, or longer than 24 h", t.ID)
	}
	return nil
}

// SetTrunks replaces all trunks. Calls that are up keep theirs. When one of them is wrong nothing is changed.
func (a *Agent) SetTrunks(all []Trunk) error {
	a.trunks.mu.Lock()
	defer a.trunks.mu.Unlock()
	table := map[string]*line{}
	for _, t := range all {
		if err := t.check(a.config.MinSession); err != nil {
			return err
		}
		if table[t.ID] != nil {
			return fmt.Errorf("signaling: trunk %s: given twice", t.ID)
		}
		if t.Transport == "" {
			t.Transport = UDP
		}
		t.Sources, t.Codecs = slices.Clone(t.Sources), slices.Clone(t.Codecs)
		l := &line{Trunk: t, status: TrunkStatus{TrunkID: t.ID, Up: true, Since: a.config.Now()}}
		if old := a.trunks.get(t.ID); old != nil && old.Proxy == t.Proxy && old.Transport == t.Transport {
			l.status = old.state()
		}
		table[t.ID] = l
	}
	for _, l := range table {
		l.ctx, l.stop = context.WithCancel(a.ctx)
	}
	if old := a.trunks.table.Swap(&table); old != nil {
		for _, l := range *old {
			l.stop()
		}
	}
	for _, l := range table {
		if l.KeepAlive > 0 {
			a.spawn(func() { a.keepTrunk(l) })
		}
	}
	return nil
}

// Trunks says which trunks answer, in the order of their ids.
func (a *Agent) Trunks() []TrunkStatus {
	table := a.trunks.table.Load()
	if table == nil {
		return nil
	}
	all := make([]TrunkStatus, 0, len(*table))
	for _, l := range *table {
		all = append(all, l.state())
	}
	slices.SortFunc(all, func(x, y TrunkStatus) int { return strings.Compare(x.TrunkID, y.TrunkID) })
	return all
}

func (l *line) state() TrunkStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// domain is the host of the URIs of numbers.
func (l *line) domain() string {
	if l.Domain != "" {
		return l.Domain
	}
	if host, _, err := net.SplitHostPort(l.Proxy); err == nil {
		return bracket(host)
	}
	return l.Proxy
}

// resolved is the proxy's address: at once when it is a number, else looked up and kept for a minute. A name that cannot be
// looked up keeps its last address.
func (l *line) resolved(ctx context.Context, now time.Time) (netip.AddrPort, error) {
	if addr, ok := literal(l.Proxy, l.Transport); ok {
		return addr, nil
	}
	l.mu.Lock()
	address, fresh := l.address, now.Sub(l.looked) < time.Minute
	l.mu.Unlock()
	if address.IsValid() && fresh {
		return address, nil
	}
	found, err := lookUp(ctx, l.Proxy, l.Transport)
	if err != nil {
		if address.IsValid() {
			return address, nil
		}
		return netip.AddrPort{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	l.mu.Lock()
	l.address, l.looked = found, now
	l.mu.Unlock()
	return found, nil
}

// literal reads host[:port] with a numeric host.
func literal(hostport string, t Transport) (netip.AddrPort, bool) {
	if addr, err := netip.ParseAddrPort(hostport); err == nil {
		return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), true
	}
	if addr, err := netip.ParseAddr(strings.Trim(hostport, "[]")); err == nil {
		return netip.AddrPortFrom(addr.Unmap(), defaultPort(t)), true
	}
	return netip.AddrPort{}, false
}

func defaultPort(t Transport) uint16 {
	if t == TLS {
		return 5061
	}
	return 5060
}

// lookUp finds a name's address: SRV when no port is given (RFC 3263 §4.2), then A and AAAA.
func lookUp(ctx context.Context, hostport string, t Transport) (netip.AddrPort, error) {
	host, portText, err := net.SplitHostPort(hostport)
	port := defaultPort(t)
	if err != nil {
		host = hostport
		service, proto := "sip", strings.ToLower(string(t))
		if t == TLS {
			service, proto = "sips", "tcp"
		}
		if _, records, err := net.DefaultResolver.LookupSRV(ctx, service, proto, host); err == nil && len(records) > 0 {
			host, port = strings.TrimSuffix(records[0].Target, "."), records[0].Port
		}
	} else if n, err := strconv.ParseUint(portText, 10, 16); err == nil {
		port = uint16(n)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	best := addrs[0]
	for _, addr := range addrs {
		if addr.Unmap().Is4() {
			best = addr
			break
		}
	}
	return netip.AddrPortFrom(best.Unmap(), port), nil
}

// keepTrunk asks the carrier with OPTIONS, at once and at every interval.
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
	address, err := l.resolved(l.ctx, a.config.Now())
	if err != nil {
		a.trunkIs(l, false, "name not found")
		return
	}
	flow, err := a.layer.Flow(string(l.Transport), address, hostOf(l.Proxy))
	if err != nil {
		a.trunkIs(l, false, err.Error())
		return
	}
	m := a.newRequest("OPTIONS", "sip:"+l.domain(), flow)
	_, err = a.table.Send(m, flow, func(answer *wire.Message, err error) {
		switch {
		case err != nil:
			a.trunkIs(l, false, err.Error())
		case answer.Status >= 200:
			// Any answer is a sign of life, except those that say that it cannot work now.
			a.trunkIs(l, answer.Status != 408 && answer.Status < 500, answer.StartLine())
		}
	})
	if err != nil {
		a.trunkIs(l, false, err.Error())
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
	status := l.status
	l.mu.Unlock()
	if changed && a.config.OnTrunk != nil {
		a.config.OnTrunk(status)
	}
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}

func bracket(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}
