// Package clientaddr tells the network address of the client behind a request. It believes X-Forwarded-For only from
// proxies that it was told to trust, because anybody can send that header. It imports nothing of the project.
package clientaddr

import (
	"net/http"
	"net/netip"
	"strings"
)

// Finder finds the addresses of clients.
type Finder struct{ trusted []netip.Prefix }

// New returns a finder that believes the proxies in the networks.
func New(trusted []netip.Prefix) *Finder { return &Finder{trusted: trusted} }

// Of returns the client's address as text without a port, and "" when the connection has none, as over a unix socket.
// Every proxy appends the address it saw, so the list is read from its end, and the first one that is not a trusted proxy
// is the client.
func (f *Finder) Of(r *http.Request) string {
	peer, ok := parse(r.RemoteAddr)
	if !ok {
		return ""
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && f.trusts(peer); i-- {
		hop, ok := parse(strings.TrimSpace(hops[i]))
		if !ok {
			break
		}
		peer = hop
	}
	return peer.String()
}

func (f *Finder) trusts(address netip.Addr) bool {
	for _, network := range f.trusted {
		if network.Contains(address) {
			return true
		}
	}
	return false
}

// parse reads an address with or without a port.
func parse(text string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}, false
	}
	return address.Unmap().WithZone(""), true
}
