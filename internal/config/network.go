package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// PortRange is FIRST-LAST, both included.
type PortRange struct{ First, Last uint16 }

// UnmarshalText reads FIRST-LAST.
func (r *PortRange) UnmarshalText(text []byte) error {
	first, last, ok := strings.Cut(string(text), "-")
	low, err1 := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	high, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	if !ok || err1 != nil || err2 != nil {
		return fmt.Errorf("%q is not a port range like 20000-29999", text)
	}
	r.First, r.Last = uint16(low), uint16(high)
	return nil
}

// MarshalText writes FIRST-LAST.
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.First, r.Last) }

// Count is the number of ports in the range.
func (r PortRange) Count() int { return int(r.Last) - int(r.First) + 1 }

// Network is a set of addresses: a CIDR prefix, or one address.
type Network struct{ netip.Prefix }

// UnmarshalText reads a prefix or a single address.
func (n *Network) UnmarshalText(text []byte) error {
	value := strings.TrimSpace(string(text))
	if addr, err := netip.ParseAddr(value); err == nil {
		addr = addr.Unmap().WithZone("")
		n.Prefix = netip.PrefixFrom(addr, addr.BitLen())
		return nil
	}
	prefix, err := netip.ParsePrefix(value)
	if err != nil {
		return fmt.Errorf("%q is neither a network like 10.0.0.0/8 nor an address", value)
	}
	n.Prefix = prefix.Masked()
	return nil
}

// dialable turns a listening address into one that a client on this machine can open.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || (err == nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func trimSlash(address string) string { return strings.TrimRight(address, "/") }
