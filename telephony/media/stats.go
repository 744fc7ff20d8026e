package media

import (
	"net/netip"
	"time"
)

// LegStats are the numbers of one leg since it was made.
type LegStats struct {
	// Received and Sent count RTP packets, and the bytes of their payloads.
	Received, ReceivedBytes, Sent, SentBytes uint64
	// Lost is the number of the party's packets that never came (RFC 3550 A.3), over all its streams.
	Lost int64
	// Late came out of order, Duplicate twice, Stale so late that they were not passed on.
	Late, Duplicate, Stale uint64
	// Foreign came from an address that is not believed, Rejected were not valid RTP of an agreed type (or failed SRTP).
	Foreign, Rejected uint64
	// Undecoded are packets of Opus that could not be decoded, or not in time, where somebody without Opus was to hear or keep them.
	Undecoded uint64
	// Jitter is the interarrival jitter (RFC 3550 A.8), to about a millisecond.
	Jitter time.Duration
	// RoundTrip is to the party and back, from RTCP; 0: not known.
	RoundTrip time.Duration
	// RemoteLost and RemoteJitter are what the party reports of our stream.
	RemoteLost   int64
	RemoteJitter time.Duration
	// Digits counts key presses.
	Digits uint64
	// FirstPacket and LastPacket are times of arrival; zero: none.
	FirstPacket, LastPacket time.Time
	// Address is where packets are sent to now.
	Address netip.AddrPort
	// MOS estimates how the party's voice sounds here, 1 to 4.4 (see mos.go); 0: nothing was received.
	MOS float64
}

// Snapshot are the numbers of the engine, for metrics. Counters only grow.
type Snapshot struct {
	// Threads has one entry per media thread.
	Threads []ThreadStats
	// PortsFree counts free pairs of ports, PortsTotal all of them.
	PortsFree, PortsTotal int
}

// ThreadStats are the numbers of one thread.
type ThreadStats struct {
	// Legs and Conferences are there now; Playing are legs with a clip, Recording running taps.
	Legs, Conferences, Playing, Recording int
	// PacketsIn and PacketsOut count RTP, ControlIn and ControlOut RTCP.
	PacketsIn, PacketsOut, BytesIn, BytesOut, ControlIn, ControlOut uint64
	// Rejected, Foreign and Stale are the packets dropped; SendErrors those that the kernel refused.
	Rejected, Foreign, Stale, SendErrors uint64
	// Undecoded are packets of Opus of which nothing could be kept or translated.
	Undecoded uint64
	// Digits counts key presses, Clips finished plays.
	Digits, Clips uint64
	// Chunks were handed to sinks, ChunksDropped refused by them.
	Chunks, ChunksDropped uint64
	// Rounds counts turns of the loop, Stalls those that came more than 100 ms late.
	Rounds, Stalls uint64
	// Quality is that of the legs that have ended on this thread.
	Quality Quality
	// MaxLag is the greatest delay of the timing wheel since the last snapshot.
	MaxLag time.Duration
}
