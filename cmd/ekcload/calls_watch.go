package main

import (
	"os"
	"sync"
	"time"
)

// watchEvery is how often processes are looked at.
const watchEvery = time.Second

// watch measures the server, its Postgres and this program while calls are up.
type watch struct {
	pid  int
	stop chan struct{}
	wait sync.WaitGroup

	mu      sync.Mutex
	before  float64 // MiB of the server without calls
	samples []sample
	seen    usage // the last of every process, also of those that are gone
}

// sample is one look.
type sample struct {
	at                    time.Time
	calls                 int
	server, postgres, own time.Duration
	memory                float64
}

func newWatch(pid int) *watch { return &watch{pid: pid, stop: make(chan struct{}), seen: usage{}} }

func (w *watch) begin(s *callStats) {
	w.before = memoryOf(w.pid)
	w.look(s.now())
	w.wait.Go(func() {
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		for {
			select {
			case <-w.stop:
				return
			case <-ticker.C:
				w.look(s.now())
			}
		}
	})
}

func (w *watch) end() {
	close(w.stop)
	w.wait.Wait()
}

func (w *watch) look(calls int) {
	if w.pid == 0 {
		return
	}
	postgres := childrenOf(w.pid, "postgres")
	if len(postgres) == 0 { // not the embedded one
		postgres = pidsOf("postgres")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for pid, t := range usageOf(postgres...) {
		w.seen[pid] = t
	}
	x := sample{at: time.Now(), calls: calls, memory: memoryOf(w.pid), server: usageOf(w.pid)[w.pid], own: usageOf(os.Getpid())[os.Getpid()]}
	for _, t := range w.seen {
		x.postgres += t
	}
	w.samples = append(w.samples, x)
}

// cores are how many processors were busy.
type cores struct {
	Seconds  float64 `json:"seconds"`
	Server   float64 `json:"server_cpu_cores"`
	Postgres float64 `json:"postgres_cpu_cores"`
	Own      float64 `json:"ekcload_cpu_cores"`
}

// over is the use while at least so many calls were up.
func (w *watch) over(calls int) cores {
	w.mu.Lock()
	defer w.mu.Unlock()
	var sum cores
	for i := 1; i < len(w.samples); i++ {
		a, b := w.samples[i-1], w.samples[i]
		if a.calls < calls || b.calls < calls {
			continue
		}
		sum.Seconds += b.at.Sub(a.at).Seconds()
		sum.Server += (b.server - a.server).Seconds()
		sum.Postgres += max(0, (b.postgres - a.postgres).Seconds())
		sum.Own += (b.own - a.own).Seconds()
	}
	if sum.Seconds == 0 {
		return sum
	}
	return cores{sum.Seconds, sum.Server / sum.Seconds, sum.Postgres / sum.Seconds, sum.Own / sum.Seconds}
}

// memory is that of the server without calls and at its peak, in MiB, and the calls at that moment.
func (w *watch) memory() (before, peak float64, calls int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range w.samples {
		if x.memory > peak {
			peak, calls = x.memory, x.calls
		}
	}
	return w.before, peak, calls
}
