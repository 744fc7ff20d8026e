package netbatch

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls, without what x/sys allocates around them, and without telling the Go scheduler: none of them blocks. All pointers
// are to memory of the caller's that lives through the call, and are converted in the call's own arguments (unsafe.Pointer, rule 4).

// Message is the kernel's mmsghdr, which x/sys does not have: a packet with its address.
type Message struct {
	// Header points to the packet's memory and to its address.
	Header unix.Msghdr
	// Length is that of a packet that was received, in bytes.
	Length uint32
}

// Receive takes the packets that are there, recvmmsg without waiting. An error, such as the news of an unreachable peer, counts as
// nothing received. Messages must not be empty.
func Receive(fd int, messages []Message) int {
	n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), //nolint:gosec // see above
		uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		return 0
	}
	return int(n)
}

// Send sends packets, sendmmsg without waiting: n of them are out, or err says what is wrong with the first. Messages must not be
// empty.
func Send(fd int, messages []Message) (n int, err unix.Errno) {
	r, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), //nolint:gosec // see above
		uintptr(len(messages)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

// ReceiveOne takes one packet, recvfrom without waiting, the cheapest call for a socket that has one. b must not be empty; name may be
// nil.
func ReceiveOne(fd int, b []byte, name *Name) (n int, ok bool) {
	size := uint32(NameSize)
	r, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), //nolint:gosec // see above
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&size))) //nolint:gosec // see above
	return int(r), e == 0
}

// SendTo sends one packet, sendto without waiting, and tells whether the kernel took it. b must not be empty.
func SendTo(fd int, b []byte, to *Name, size uint32) bool {
	_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), //nolint:gosec // see above
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(to)), uintptr(size)) //nolint:gosec // see above
	return e == 0
}

// Connect fixes where a socket sends to and takes packets from.
func Connect(fd int, to *Name, size uint32) bool {
	_, _, e := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(to)), uintptr(size)) //nolint:gosec // see above
	return e == 0
}

// SendOn sends one packet on a connected socket, without waiting, and tells whether the kernel took it. The news that an earlier packet
// found nobody does not keep this one back. b must not be empty.
func SendOn(fd int, b []byte) bool {
	for range 2 {
		_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), //nolint:gosec // see above
			unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
		if e != unix.ECONNREFUSED {
			return e == 0
		}
	}
	return false
}
