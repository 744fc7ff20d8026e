package locate

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const (
	// minLife and maxLife bound how long an answer is good, whatever its time to live says.
	minLife = 5 * time.Second
	maxLife = time.Hour
	// maxTargets bounds the servers of one domain.
	maxTargets = 16
)

// Target is a server: how to reach it, and where.
type Target struct {
	// Network is UDP, TCP or TLS.
	Network string
	Address netip.AddrPort
}

// Finder finds servers. It is safe for concurrent use.
type Finder struct {
	client *client
	random func(n int) int
}

// New makes a Finder that asks name servers (host:port), those of resolv.conf when none are named. random draws a number below n: RFC
// 2782 shares the load among servers of one priority by chance.
func New(servers []string, random func(n int) int) *Finder {
	return &Finder{newClient(servers), random}
}

// Find gives the servers of host or host:port for a network in the order in which they shall be tried, at most 16, and how long that is
// good. With a port the host itself is the server; without one NAPTR and SRV say which are (RFC 3263 §4.1, §4.2), and where there are
// none the host is, at port 5060, or 5061 for TLS.
func (f *Finder) Find(ctx context.Context, hostport, network string) ([]Target, time.Duration, error) {
	host, port := hostport, DefaultPort(network)
	if h, p, err := net.SplitHostPort(hostport); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return nil, 0, errors.New("locate: no such port")
		}
		return f.at(ctx, h, uint16(n), network)
	}
	names, life := f.services(ctx, host, network)
	var found []Target
	for _, name := range names {
		targets, good := f.service(ctx, name, network)
		if len(targets) > 0 {
			found, life = append(found, targets...), min(life, good)
		}
	}
	if len(found) > 0 {
		return unique(found), max(life, minLife), nil
	}
	return f.at(ctx, strings.Trim(host, "[]"), port, network)
}

// DefaultPort is where a network is served when nothing else is said (RFC 3261 §19.1.2).
func DefaultPort(network string) uint16 {
	if network == "TLS" {
		return 5061
	}
	return 5060
}

// at gives the addresses of a host.
func (f *Finder) at(ctx context.Context, host string, port uint16, network string) ([]Target, time.Duration, error) {
	addrs, life, err := f.client.addresses(ctx, host)
	if err != nil {
		return nil, 0, err
	}
	var found []Target
	for _, a := range addrs {
		found = append(found, Target{network, netip.AddrPortFrom(a, port)})
	}
	return unique(found), max(life, minLife), nil
}

// services gives the names of a domain's SRV records for a network, as NAPTR says or else by rule.
func (f *Finder) services(ctx context.Context, host, network string) ([]string, time.Duration) {
	service, name := "SIP+D2U", "_sip._udp."
	switch network {
	case "TCP":
		service, name = "SIP+D2T", "_sip._tcp."
	case "TLS":
		service, name = "SIPS+D2T", "_sips._tcp."
	}
	records, err := f.client.ask(ctx, host, dns.TypeNAPTR)
	if err != nil {
		return []string{name + host}, maxLife
	}
	var rules []*dns.NAPTR
	life := maxLife
	for _, r := range records {
		if n, ok := r.(*dns.NAPTR); ok && strings.EqualFold(n.Flags, "s") && strings.EqualFold(n.Service, service) {
			rules, life = append(rules, n), min(life, ttl(n))
		}
	}
	if len(rules) == 0 {
		return []string{name + host}, life
	}
	slices.SortStableFunc(rules, func(a, b *dns.NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	var names []string
	for _, n := range rules {
		if n.Order == rules[0].Order { // others are for those who cannot use the first (RFC 3403 §4.1)
			names = append(names, n.Replacement)
		}
	}
	return names, life
}

// service gives the servers of one SRV name.
func (f *Finder) service(ctx context.Context, name, network string) ([]Target, time.Duration) {
	records, err := f.client.ask(ctx, name, dns.TypeSRV)
	if err != nil {
		return nil, 0
	}
	var servers []*dns.SRV
	life := maxLife
	for _, r := range records {
		if s, ok := r.(*dns.SRV); ok && s.Target != "." { // "." says that there is no such service (RFC 2782)
			servers, life = append(servers, s), min(life, ttl(s))
		}
	}
	var found []Target
	for _, s := range f.inOrder(servers) {
		targets, good, err := f.at(ctx, strings.TrimSuffix(s.Target, "."), s.Port, network)
		if err == nil {
			found, life = append(found, targets...), min(life, good)
		}
	}
	return found, life
}

// inOrder sorts by priority, and draws among servers of one priority by weight (RFC 2782).
func (f *Finder) inOrder(servers []*dns.SRV) []*dns.SRV {
	slices.SortStableFunc(servers, func(a, b *dns.SRV) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Weight, b.Weight))
	})
	var out []*dns.SRV
	for len(servers) > 0 {
		same := 1
		for same < len(servers) && servers[same].Priority == servers[0].Priority {
			same++
		}
		sum := 0
		for _, s := range servers[:same] {
			sum += int(s.Weight)
		}
		drawn, at := f.random(sum+1), 0
		for passed := int(servers[0].Weight); passed < drawn; passed += int(servers[at].Weight) {
			at++
		}
		out = append(out, servers[at])
		servers = slices.Delete(servers, at, at+1)
	}
	return out
}

// unique drops what is named twice, and what is too much.
func unique(targets []Target) []Target {
	var out []Target
	for _, t := range targets {
		if !slices.Contains(out, t) && len(out) < maxTargets {
			out = append(out, t)
		}
	}
	return out
}
