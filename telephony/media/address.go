package media

import (
	"encoding/binary"
	"net/netip"
)

// destination is an address in both forms that back-ends want: Go's, and the kernel's sockaddr, prepared once.
type destination struct {
	addr netip.AddrPort
	raw  [sockaddrSize]byte
	size uint32
}

// sockaddrSize is that of sockaddr_in6, the larger of the two.
const sockaddrSize = 28

// Address families as Linux numbers them; the raw form is used on no other system.
const (
	familyInet  = 2
	familyInet6 = 10
)

func (d *destination) set(a netip.AddrPort) {
	*d = destination{addr: a}
	if !a.IsValid() {
		return
	}
	ip := a.Addr().Unmap()
	binary.BigEndian.PutUint16(d.raw[2:], a.Port())
	if ip.Is4() {
		binary.NativeEndian.PutUint16(d.raw[:], familyInet)
		b := ip.As4()
		copy(d.raw[4:], b[:])
		d.size = 16
		return
	}
	binary.NativeEndian.PutUint16(d.raw[:], familyInet6)
	b := ip.As16()
	copy(d.raw[8:], b[:])
	d.size = sockaddrSize
}

func (d *destination) valid() bool { return d.size != 0 }

// parseSockaddr reads what the kernel wrote; the zero value when it is no internet address.
func parseSockaddr(raw *[sockaddrSize]byte) netip.AddrPort {
	port := binary.BigEndian.Uint16(raw[2:])
	switch binary.NativeEndian.Uint16(raw[:]) {
	case familyInet:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(raw[4:8])), port)
	case familyInet6:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(raw[8:24])).Unmap(), port)
	}
	return netip.AddrPort{}
}
