package netbatch

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// RaisePriority asks for precedence of the calling operating-system thread over the rest of the process; only root, or CAP_SYS_NICE, gets
// it. The goroutine must have locked its thread.
func RaisePriority() { _ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), -15) }

// Sleep is nanosleep; a signal may cut it short. With keep the Go scheduler is not told, so that the thread keeps its processor of the
// scheduler: giving it up and taking it back a thousand times a second keeps the runtime's monitor polling every 20 µs, which costs
// more than the packets. It is for threads that have a processor to themselves.
func Sleep(d time.Duration, keep bool) {
	span := unix.NsecToTimespec(int64(d))
	if !keep {
		_ = unix.Nanosleep(&span, nil)
		return
	}
	_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&span)), 0, 0) //nolint:gosec // unsafe.Pointer, rule 4
}

// SetBuffers asks for that many bytes of buffer in the kernel each way. Without CAP_NET_ADMIN it gives net.core.rmem_max and wmem_max at
// most; what there is says SO_RCVBUF.
func SetBuffers(fd, size int) {
	for force, plain := range map[int]int{unix.SO_RCVBUFFORCE: unix.SO_RCVBUF, unix.SO_SNDBUFFORCE: unix.SO_SNDBUF} {
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, plain, size) // a smaller one serves too
		}
	}
}
