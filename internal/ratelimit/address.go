package ratelimit

import "net/netip"

// AddressKey is the key under which a client's network address is limited: the address itself for IPv4, the /64 network
// for IPv6, because one subscriber holds a whole /64 (RFC 6177). Text that is no address is its own key.
func AddressKey(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return network.String()
}
