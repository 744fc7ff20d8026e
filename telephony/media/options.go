package media

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"time"
)

// Limits of the engine.
const (
	// MaxThreads is the greatest number of media threads of one engine.
	MaxThreads = 64
	// MaxMembers is the greatest number of legs in one conference.
	MaxMembers = 16
	// MaxTaps is the greatest number of recordings of one leg at a time.
	MaxTaps = 4
	// FrameDuration is the length of the packets that the engine makes itself (RFC 3551 §4.2).
	FrameDuration = 20 * time.Millisecond
	// SampleRate is the clock of all audio here, in Hz.
	SampleRate = 8000
)

var (
	// ErrClosed is returned by methods of a closed engine or leg.
	ErrClosed = errors.New("media: closed")
	// ErrNoPorts is returned when no pair of ports of the range is free.
	ErrNoPorts = errors.New("media: no free RTP ports")
	// ErrRemoteTaken is returned for a leg on a shared port when another leg of that port has the same remote address, so that
	// their packets could not be told apart. The way out is [Leg.Unshare], and the new address in a new offer.
	ErrRemoteTaken = errors.New("media: another leg of the shared port has this remote address")
	// ErrInvalid is wrapped by every complaint about an argument.
	ErrInvalid = errors.New("media: invalid argument")
)

// Options are the settings of an [Engine]. The zero value of a field means its default.
type Options struct {
	// LocalIP is the address that the sockets are bound to. Default 127.0.0.1.
	LocalIP netip.Addr
	// PortMin and PortMax bound the UDP ports, both inclusive (EKC_RTP_PORTS). A leg takes an even port for RTP and the
	// odd one above it for RTCP (RFC 3550 §11). Default 20000-29999.
	PortMin, PortMax uint16
	// Threads is the number of media threads, 1 to [MaxThreads]. Default: one per core.
	Threads int
	// Portable selects sockets of package net instead of epoll where there is a choice.
	Portable bool
	// Gather is how long a busy thread lets packets pile up before it looks at them, below 5 ms: longer costs delay and saves
	// CPU, though hardly any beyond the default. A thread with little to do answers at once. Default 300 µs; negative: never gather.
	Gather time.Duration
	// DSCP marks outgoing packets, 0 to 63. Default 46, expedited forwarding (RFC 4594 §4.1); negative: no mark.
	DSCP int
	// KeepProcs leaves GOMAXPROCS alone. By default New raises it by the number of threads and Close takes that back, so that
	// a media thread returning from the kernel always finds a processor of the Go scheduler free.
	KeepProcs bool
	// Random gives SSRCs and first sequence numbers; for tests. Default: math/rand/v2.
	Random func() uint64
	// Logger gets the few things that no caller can be told. Default slog.Default().
	Logger *slog.Logger
}

func (o Options) withDefaults() (Options, error) {
	if !o.LocalIP.IsValid() {
		o.LocalIP = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if o.PortMin == 0 && o.PortMax == 0 {
		o.PortMin, o.PortMax = 20000, 29999
	}
	if o.Threads == 0 {
		o.Threads = min(runtime.NumCPU(), MaxThreads)
	}
	switch {
	case o.Gather == 0:
		o.Gather = 300 * time.Microsecond
	case o.Gather < 0:
		o.Gather = 0
	}
	switch {
	case o.DSCP == 0:
		o.DSCP = 46
	case o.DSCP < 0:
		o.DSCP = 0
	}
	if o.Random == nil {
		o.Random = randomUint64
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	switch {
	case o.PortMax < o.PortMin || o.PortMax-o.PortMin < 1 || o.PortMin < 2:
		return o, fmt.Errorf("%w: ports %d-%d", ErrInvalid, o.PortMin, o.PortMax)
	case o.Threads < 1 || o.Threads > MaxThreads:
		return o, fmt.Errorf("%w: %d threads", ErrInvalid, o.Threads)
	case o.Gather >= 5*time.Millisecond:
		return o, fmt.Errorf("%w: gather %v", ErrInvalid, o.Gather)
	case o.DSCP > 63:
		return o, fmt.Errorf("%w: DSCP %d", ErrInvalid, o.DSCP)
	}
	return o, nil
}
