package prompt

import "sync/atomic"

// Metrics are the library's numbers. Counters only grow.
type Metrics struct {
	// Clips and Bytes are kept now, in memory and on disk.
	MemoryClips, DiskClips int
	MemoryBytes, DiskBytes int64
	// FromMemory and FromDisk were found there; Spoken were made, StoodIn those among them that the second voice said, Failed could not be.
	FromMemory, FromDisk, Spoken, StoodIn, Failed uint64
}

type counters struct{ fromMemory, fromDisk, spoken, stoodIn, failed atomic.Uint64 }

// Metrics takes a snapshot.
func (l *Library) Metrics() Metrics {
	c := &l.counters
	m := Metrics{
		FromMemory: c.fromMemory.Load(), FromDisk: c.fromDisk.Load(), Spoken: c.spoken.Load(), StoodIn: c.stoodIn.Load(), Failed: c.failed.Load(),
	}
	m.MemoryClips, m.MemoryBytes = l.memory.size()
	m.DiskClips, m.DiskBytes = l.disk.files.size()
	return m
}
