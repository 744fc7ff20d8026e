package media

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of waiting (those of packets are netbatch's), without what x/sys allocates around them. All pointers are to memory of the caller's
// that lives through the call, and are converted in the call's own arguments (unsafe.Pointer, rule 4).

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

// awaitEventsExactly is epoll_pwait2; known is false where the kernel does not have it. keep: see [netbatch.Sleep].
func awaitEventsExactly(epoll int, ready []unix.EpollEvent, d time.Duration, keep bool) (n int, known bool) {
	timeout := unix.NsecToTimespec(int64(d))
	if keep {
		r, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT2, uintptr(epoll), uintptr(unsafe.Pointer(&ready[0])), //nolint:gosec // see above
			uintptr(len(ready)), uintptr(unsafe.Pointer(&timeout)), 0, 0) //nolint:gosec // see above
		return count(r, e), e != unix.ENOSYS
	}
	r, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(epoll), uintptr(unsafe.Pointer(&ready[0])), //nolint:gosec // see above
		uintptr(len(ready)), uintptr(unsafe.Pointer(&timeout)), 0, 0) //nolint:gosec // see above
	return count(r, e), e != unix.ENOSYS
}

// count is a system call's result; an error, such as EINTR, means that there is nothing.
func count(n uintptr, e unix.Errno) int {
	if e != 0 {
		return 0
	}
	return int(n)
}
