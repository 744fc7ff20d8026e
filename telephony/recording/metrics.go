package recording

import (
	"sync/atomic"
	"syscall"
)

// Metrics are the recorder's numbers. Counters only grow.
type Metrics struct {
	// Open recordings are being written; Waiting ones are finished and not stored and reported yet; Failing ones are among both, and what
	// they need does not work at the moment.
	Open, Waiting, Failing int64
	// Stored recordings and their bytes, Recovered those among them that a dead process had left.
	Stored, StoredBytes, Recovered uint64
	// WriteFailures, StoreFailures and ReportFailures count how often a recording began to fail; DroppedBlocks are stretches of silence
	// because the disk was too slow or full.
	WriteFailures, StoreFailures, ReportFailures, DroppedBlocks uint64
	// FreeBytes is the room on the spool's disk; negative: not known.
	FreeBytes int64
}

type counters struct {
	open, waiting, failing                                atomic.Int64
	stored, storedBytes, recovered                        atomic.Uint64
	writeFailures, storeFailures, reportFailures, dropped atomic.Uint64
}

func (c *counters) failed(op string) {
	switch op {
	case "store":
		c.storeFailures.Add(1)
	case "report":
		c.reportFailures.Add(1)
	default:
		c.writeFailures.Add(1)
	}
}

// Metrics takes a snapshot.
func (r *Recorder) Metrics() Metrics {
	c := &r.counters
	m := Metrics{
		Open: c.open.Load(), Waiting: c.waiting.Load(), Failing: c.failing.Load(),
		Stored: c.stored.Load(), StoredBytes: c.storedBytes.Load(), Recovered: c.recovered.Load(),
		WriteFailures: c.writeFailures.Load(), StoreFailures: c.storeFailures.Load(), ReportFailures: c.reportFailures.Load(),
		DroppedBlocks: c.dropped.Load(), FreeBytes: -1,
	}
	var disk syscall.Statfs_t
	if syscall.Statfs(r.o.Dir, &disk) == nil {
		m.FreeBytes = int64(disk.Bavail) * disk.Bsize //nolint:gosec // no disk has 8 EiB
	}
	return m
}
