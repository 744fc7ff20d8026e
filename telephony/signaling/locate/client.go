package locate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

const (
	resolvConf = "/etc/resolv.conf"
	queryTime  = 2 * time.Second
	// hostsLife is how long an address of the system's resolver is good, which tells no time.
	hostsLife = time.Minute
)

// client asks name servers.
type client struct {
	servers []string
	system  func(ctx context.Context, host string) ([]netip.Addr, error)
}

func newClient(servers []string) *client {
	if len(servers) == 0 {
		if c, err := dns.ClientConfigFromFile(resolvConf); err == nil {
			for _, s := range c.Servers {
				servers = append(servers, net.JoinHostPort(s, c.Port))
			}
		}
	}
	return &client{servers: servers, system: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
}

var errNoServer = errors.New("locate: no name server answers")

// ask gives the records of a name; none when it has none.
func (c *client) ask(ctx context.Context, name string, kind uint16) ([]dns.RR, error) {
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), kind)
	q.SetEdns0(dns.DefaultMsgSize, false)
	last := errNoServer
	for _, server := range c.servers {
		answer, err := c.exchange(ctx, q, server)
		switch {
		case err != nil:
			last = fmt.Errorf("%w: %w", errNoServer, err)
		case answer.Rcode == dns.RcodeSuccess:
			return answer.Answer, nil
		case answer.Rcode == dns.RcodeNameError:
			return nil, nil
		default:
			last = fmt.Errorf("%w: %s says %s", errNoServer, server, dns.RcodeToString[answer.Rcode])
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return nil, last
}

// exchange asks one server by UDP, and again by TCP when the answer does not fit.
func (c *client) exchange(ctx context.Context, q *dns.Msg, server string) (*dns.Msg, error) {
	for _, network := range []string{"udp", "tcp"} {
		answer, _, err := (&dns.Client{Net: network, Timeout: queryTime}).ExchangeContext(ctx, q, server)
		if err != nil {
			return nil, err
		}
		if !answer.Truncated {
			return answer, nil
		}
	}
	return nil, errors.New("the answer does not fit")
}

// addresses gives the addresses of a host, IPv4 before IPv6, and how long they are good.
func (c *client) addresses(ctx context.Context, host string) ([]netip.Addr, time.Duration, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr.Unmap()}, maxLife, nil
	}
	var found []netip.Addr
	life := maxLife
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		records, _ := c.ask(ctx, host, kind) // who cannot be asked here may be known to the system
		for _, r := range records {
			var ip net.IP
			switch r := r.(type) {
			case *dns.A:
				ip = r.A
			case *dns.AAAA:
				ip = r.AAAA
			}
			life = min(life, ttl(r))
			if addr, ok := netip.AddrFromSlice(ip); ok {
				found = append(found, addr.Unmap())
			}
		}
	}
	if len(found) > 0 {
		return found, life, nil
	}
	found, err := c.system(ctx, host)
	if err != nil {
		return nil, 0, fmt.Errorf("locate: %w", err)
	}
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return found, hostsLife, nil
}

func ttl(r dns.RR) time.Duration { return time.Duration(r.Header().Ttl) * time.Second }
