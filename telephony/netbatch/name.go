package netbatch

import (
	"encoding/binary"
	"net/netip"
)

// NameSize is the size of a [Name] in bytes: sockaddr_in6, the larger of the two.
const NameSize = 28

// Name is an internet address as the kernel wants it (sockaddr_in, sockaddr_in6).
type Name [NameSize]byte

// Address families and the size of sockaddr_in, as Linux has them; a Name is used on no other system.
const (
	familyInet  = 2
	familyInet6 = 10
	sizeInet    = 16
)

// Set writes an address and gives the size of what is written: 0 for an invalid one. An IPv4 address that is mapped into IPv6 is one of
// IPv4.
func (n *Name) Set(to netip.AddrPort) uint32 {
	if !to.IsValid() {
		return 0
	}
	*n = Name{}
	binary.BigEndian.PutUint16(n[2:], to.Port())
	ip := to.Addr().Unmap()
	if ip.Is4() {
		binary.NativeEndian.PutUint16(n[:], familyInet)
		b := ip.As4()
		copy(n[4:], b[:])
		return sizeInet
	}
	binary.NativeEndian.PutUint16(n[:], familyInet6)
	b := ip.As16()
	copy(n[8:], b[:])
	return NameSize
}

// Addr reads what the kernel wrote; the zero value when it is no internet address. Mapped addresses are unmapped.
func (n *Name) Addr() netip.AddrPort {
	port := binary.BigEndian.Uint16(n[2:])
	switch binary.NativeEndian.Uint16(n[:]) {
	case familyInet:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(n[4:8])), port)
	case familyInet6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(n[8:24])).Unmap(), port)
	}
	return netip.AddrPort{}
}
