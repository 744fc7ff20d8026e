package signaling

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"ekc/telephony/signaling/transport"
	"ekc/telephony/signaling/wire"
)

// routes remembers which of our addresses leads to which peer, for a listener on all interfaces.
type routes struct {
	mu    sync.Mutex
	known map[netip.Addr]netip.Addr
}

// to asks the routing table with a connected UDP socket: nothing is sent.
func (r *routes) to(remote netip.Addr) netip.Addr {
	r.mu.Lock()
	defer r.mu.Unlock()
	if local, ok := r.known[remote]; ok {
		return local
	}
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(remote, 5060)))
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	if r.known == nil || len(r.known) > 4096 {
		r.known = map[netip.Addr]netip.Addr{}
	}
	r.known[remote] = local.Addr().Unmap()
	return r.known[remote]
}

// sentBy is the host:port under which a flow's peer reaches us.
func (a *Agent) sentBy(flow transport.Flow) string {
	local := a.layer.Addr(flow.Network())
	if !local.IsValid() { // an outgoing TLS connection without a listener
		local = a.layer.Addr(transport.TCP)
	}
	if a.config.External != "" {
		if host, port, err := net.SplitHostPort(a.config.External); err == nil {
			if flow.Network() == transport.TLS {
				port = strconv.Itoa(int(local.Port()))
			}
			return net.JoinHostPort(host, port)
		}
		return net.JoinHostPort(strings.Trim(a.config.External, "[]"), strconv.Itoa(int(local.Port())))
	}
	addr := local.Addr()
	if addr.IsUnspecified() {
		if found := a.routes.to(flow.Remote().Addr()); found.IsValid() {
			addr = found
		}
	}
	return netip.AddrPortFrom(addr, local.Port()).String()
}

// via is our hop, with a branch of its own.
func (a *Agent) via(flow transport.Flow) string {
	return "SIP/2.0/" + flow.Network() + " " + a.sentBy(flow) + ";branch=" + wire.Cookie + a.token(10) + ";rport"
}

// contact is where requests inside a dialog shall go.
func (a *Agent) contact(user string, flow transport.Flow) string {
	uri := "sip:"
	if user != "" {
		uri += escapeUser(user) + "@"
	}
	uri += a.sentBy(flow)
	if flow.Network() != transport.UDP {
		uri += ";transport=" + strings.ToLower(flow.Network())
	}
	return "<" + uri + ">"
}

// escapeUser writes the user part of a URI (RFC 3261 §25.1).
func escapeUser(user string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(user) {
		c := user[i]
		if c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// newRequest makes a request outside of any dialog, from ourselves to the URI.
func (a *Agent) newRequest(method, uri string, flow transport.Flow) *wire.Message {
	m := &wire.Message{Method: method, RawURI: uri, CSeq: 1, CSeqMethod: method, MaxForwards: 70, CallID: a.token(12)}
	m.Add("Via", a.via(flow))
	m.Add("Max-Forwards", "70")
	m.Add("From", "<sip:"+a.sentBy(flow)+">;tag="+a.token(8))
	m.Add("To", "<"+uri+">")
	m.Add("Call-ID", m.CallID)
	m.Add("CSeq", "1 "+method)
	m.Add("Contact", a.contact("", flow))
	m.Add("User-Agent", a.config.Product)
	m.Add("Accept", accept)
	a.parsed(m)
	return m
}

// parsed fills the parsed Via of a message that we made: the transaction needs its branch.
func (a *Agent) parsed(m *wire.Message) { m.Via = wire.MustVia(m.Get("Via")) }
