package media

import (
	"net/netip"

	"ekc/telephony/netbatch"
)

// destination is an address in both forms that back-ends want: Go's, and the kernel's, prepared once.
type destination struct {
	addr netip.AddrPort
	raw  netbatch.Name
	size uint32
}

func (d *destination) set(a netip.AddrPort) {
	*d = destination{addr: a}
	d.size = d.raw.Set(a)
}

func (d *destination) valid() bool { return d.size != 0 }
