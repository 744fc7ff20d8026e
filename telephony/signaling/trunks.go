package signaling

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ekc/telephony/signaling/locate"
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

	counts *trunkCounts

	mu      sync.Mutex
	status  TrunkStatus
	servers []locate.Target // of the proxy, good until
	until   time.Time
	answers map[locate.Target]ServerStatus
}

// trunkCounts go on when a trunk is replaced.
type trunkCounts struct{ incoming, outgoing, failed atomic.Uint64 }

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

// SetTrunks replaces all trunks. Calls that are up keep theirs. When one of them is wrong nothing is changed. A trunk that is as it was goes
// on undisturbed: whoever sets the trunks again and again must not take back the questions that wait for a carrier's answer.
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
		old := a.trunks.get(t.ID)
		if old != nil && reflect.DeepEqual(old.Trunk, t) {
			table[t.ID] = old
			continue
		}
		l := &line{Trunk: t, status: TrunkStatus{TrunkID: t.ID, Up: true, Since: a.config.Now()}}
		l.counts = &trunkCounts{}
		if old != nil {
			l.counts = old.counts
			if old.Proxy == t.Proxy && old.Transport == t.Transport {
				l.status = old.state()
			}
		}
		table[t.ID] = l
	}
	var begun []*line
	for _, l := range table {
		if l.stop == nil {
			l.ctx, l.stop = context.WithCancel(a.ctx)
			begun = append(begun, l)
		}
	}
	if old := a.trunks.table.Swap(&table); old != nil {
		for id, l := range *old {
			if table[id] != l {
				l.stop()
			}
		}
	}
	for _, l := range begun {
		if l.KeepAlive > 0 {
			a.spawn(func() { a.keepTrunk(l) })
		}
	}
	return nil
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

func defaultPort(t Transport) uint16 { return locate.DefaultPort(string(t)) }

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
