package browser

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Packets of one system call.
const (
	inSize  = 32
	outSize = 64
)

// nameSize holds the socket address of either family.
const nameSize = unix.SizeofSockaddrInet6

// mmsghdr is the kernel's, which x/sys does not have.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// batch is the memory of recvmmsg or sendmmsg. The pointers in it are to itself, so it lives on the heap and as long as they.
type batch struct {
	messages []mmsghdr
	vectors  []unix.Iovec
	names    [][nameSize]byte
	data     [][maxPacket]byte
}

func newBatch(n int) *batch {
	b := &batch{make([]mmsghdr, n), make([]unix.Iovec, n), make([][nameSize]byte, n), make([][maxPacket]byte, n)}
	for i := range b.messages {
		b.vectors[i].Base = &b.data[i][0]
		b.messages[i].header.Iov = &b.vectors[i]
		b.messages[i].header.SetIovlen(1)
		b.messages[i].header.Name = &b.names[i][0]
	}
	return b
}

type (
	inBatch  struct{ *batch }
	outBatch struct {
		*batch
		port *port
		n    int
	}
)

func newInBatch() *inBatch { return &inBatch{newBatch(inSize)} }

// fill takes the packets that are there, up to inSize, without waiting.
func (b *inBatch) fill(fd int) int {
	for i := range b.messages {
		b.vectors[i].SetLen(maxPacket)
		b.messages[i].header.Namelen = nameSize
	}
	n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&b.messages[0])), //nolint:gosec // unsafe.Pointer, rule 4
		inSize, unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		return 0 // nothing, or the news of an unreachable browser
	}
	return int(n)
}

// at gives one packet of the last receive.
func (b *inBatch) at(i int) ([]byte, netip.AddrPort) {
	name := &b.names[i]
	number := binary.BigEndian.Uint16(name[2:])
	var ip netip.Addr
	switch binary.NativeEndian.Uint16(name[:]) {
	case unix.AF_INET:
		ip = netip.AddrFrom4([4]byte(name[4:8]))
	case unix.AF_INET6:
		ip = netip.AddrFrom16([16]byte(name[8:24]))
	}
	return b.data[i][:b.messages[i].length], netip.AddrPortFrom(ip, number)
}

func newOutBatch() *outBatch { return &outBatch{batch: newBatch(outSize)} }

// room is where the next packet is written.
func (b *outBatch) room() []byte { return b.data[b.n][:] }

// add takes the packet that was written to room, n bytes long. It gives the number of packets that could not be sent before it.
func (b *outBatch) add(p *port, to netip.AddrPort, n int) (failed int) {
	if b.port != p && b.n > 0 { // packets of several ports are rare: room's packet moves to the front
		written := b.n
		failed = b.flush()
		copy(b.data[0][:], b.data[written][:n])
	}
	b.port = p
	m := &b.messages[b.n]
	b.vectors[b.n].SetLen(n)
	m.header.Namelen = putName(&b.names[b.n], p.local.Addr().Is4(), to)
	b.n++
	if b.n == outSize {
		failed += b.flush()
	}
	return failed
}

// flush sends without waiting: what the system has no room for now is too late already. It gives the number of packets not sent.
func (b *outBatch) flush() (failed int) {
	if b.n == 0 {
		return 0
	}
	s := b.port.socket
	s.mu.RLock()
	defer s.mu.RUnlock()
	sent := 0
	for sent < b.n && s.fd >= 0 {
		n, _, e := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&b.messages[sent])), //nolint:gosec // unsafe.Pointer, rule 4
			uintptr(b.n-sent), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
		switch e {
		case 0:
			sent += int(n)
		case unix.EINTR:
		default: // the first of them
			failed++
			sent++
		}
	}
	failed += b.n - sent
	b.n = 0
	return failed
}

// putName writes a socket address and gives its size.
func putName(name *[nameSize]byte, four bool, to netip.AddrPort) uint32 {
	binary.BigEndian.PutUint16(name[2:], to.Port())
	if four {
		binary.NativeEndian.PutUint16(name[:], unix.AF_INET)
		if ip := to.Addr().Unmap(); ip.Is4() {
			four := ip.As4()
			copy(name[4:], four[:])
		}
		return unix.SizeofSockaddrInet4
	}
	binary.NativeEndian.PutUint16(name[:], unix.AF_INET6)
	ip := to.Addr().As16()
	copy(name[8:], ip[:])
	return unix.SizeofSockaddrInet6
}
