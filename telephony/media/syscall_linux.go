package media

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of the packet path, without what x/sys allocates around them. All pointers are to memory of the caller's
// that lives through the call, and are converted in the call's own arguments (unsafe.Pointer, rule 4).

// mmsghdr is the kernel's, which x/sys does not have.
type mmsghdr struct {
	header unix.Msghdr
	length uint32
}

// peekEvents is epoll_wait without waiting.
func peekEvents(epoll int, ready []unix.EpollEvent) int {
	n, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(&ready[0])), //nolint:gosec // see above
		uintptr(len(ready)), 0, 0, 0)
	return count(n, e)
}

// awaitEvents is epoll_wait, to the millisecond, rounded up.
func awaitEvents(epoll int, ready []unix.EpollEvent, d time.Duration) int {
	ms := (d + time.Millisecond - 1) / time.Millisecond
	n, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(&ready[0])), //nolint:gosec // see above
		uintptr(len(ready)), uintptr(ms), 0, 0)
	return count(n, e)
}

// awaitEventsExactly is epoll_pwait2; known is false where the kernel does not have it.
func awaitEventsExactly(epoll int, ready []unix.EpollEvent, d time.Duration) (n int, known bool) {
	timeout := unix.NsecToTimespec(int64(d))
	r, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(epoll), uintptr(unsafe.Pointer(&ready[0])), //nolint:gosec // see above
		uintptr(len(ready)), uintptr(unsafe.Pointer(&timeout)), 0, 0) //nolint:gosec // see above
	return count(r, e), e != unix.ENOSYS
}

// sleep is nanosleep without telling the Go scheduler.
func sleep(span *unix.Timespec) {
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(span)), 0, 0) //nolint:gosec // see above
}

// receiveBatch is recvmmsg without waiting.
func receiveBatch(fd int, messages []mmsghdr) int {
	n, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), //nolint:gosec // see above
		uintptr(len(messages)), unix.MSG_DONTWAIT, 0, 0)
	return count(n, e)
}

// receiveOne is recvfrom without waiting.
func receiveOne(fd int, b *[maxPacket]byte, name *[sockaddrSize]byte) (n int, ok bool) {
	size := uint32(sockaddrSize)
	r, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(b)), maxPacket, //nolint:gosec // see above
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&size))) //nolint:gosec // see above
	return int(r), e == 0
}

// sendTo is sendto without waiting.
func sendTo(fd int, b []byte, to *destination) bool {
	_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), //nolint:gosec // see above
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, uintptr(unsafe.Pointer(&to.raw[0])), uintptr(to.size)) //nolint:gosec // see above
	return e == 0
}

// sendBatch is sendmmsg without waiting: n messages are out, or err says what is wrong with the first.
func sendBatch(fd int, messages []mmsghdr) (n int, err unix.Errno) {
	r, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&messages[0])), //nolint:gosec // see above
		uintptr(len(messages)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
	return count(r, e), e
}

// count is a system call's result; an error, such as EINTR, means that there is nothing.
func count(n uintptr, e unix.Errno) int {
	if e != 0 {
		return 0
	}
	return int(n)
}
