package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"ekc/cmd/ekcload/rtp"
	"ekc/cmd/ekcload/sip"
)

// The carrier's addresses: its gateway, and its sound.
var (
	gatewayIP = netip.MustParseAddr("127.4.0.1")
	carrierIP = netip.MustParseAddr("127.4.0.2")
)

// numberSpace is how many callers there are: fixed lines of Nenets Okrug, 8-818-53-xxxxx.
const (
	numberPrefix = "781853"
	numberSpace  = 100_000
)

// callRun is one run of the load.
type callRun struct {
	o       *callsCommand
	out     io.Writer
	server  netip.AddrPort
	stats   *callStats
	counts  sip.Counts
	codec   rtp.Codec
	sound   *rtp.Engine
	gateway *sip.Peer
	watch   *watch
	made    made
	agents  []*agent
	first   int // of the callers' numbers

	mu      sync.Mutex
	callers map[string]*caller // by number
	serial  uint32
	pairs   []*caller // that are up for rtpload
}

func newCallRun(o *callsCommand) (*callRun, error) {
	r := &callRun{
		o: o, out: os.Stderr, server: netip.MustParseAddrPort(o.SIP), stats: newCallStats(), callers: map[string]*caller{},
		first: rand.IntN(numberSpace), //nolint:gosec // nothing secret
	}
	o.PID = onlyServer(o.PID, r.say)
	r.watch = newWatch(o.PID)
	gateway, err := sip.Open(netip.AddrPortFrom(gatewayIP, 0), r.server, &r.counts, nil)
	if err != nil {
		return nil, err
	}
	r.gateway = gateway
	r.codec = rtp.PCMA
	if o.Pairs != "" {
		r.codec = rtp.PCMU // rtpload's
	}
	r.sound = rtp.New(runtime.GOMAXPROCS(0), r.codec)
	return r, nil
}

func (r *callRun) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format+"\n", args...) // progress, for people
}

// close gives sockets and goroutines back.
func (r *callRun) close() {
	r.gateway.Close()
	for _, a := range r.agents {
		if a != nil && a.phone != nil {
			a.phone.Close()
		}
	}
	r.sound.Close()
}

// id names a leg, over all of the run.
func (r *callRun) id() uint32 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.serial++
	return r.serial
}

// known is the caller of a number as the server shows it, in any form.
func (r *callRun) known(number string) *caller {
	if at := strings.Index(number, numberPrefix[1:]); at >= 0 {
		number = number[at:]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.callers[number]
}

// load begins calls at the rate, never more at once than asked for, and waits until all have ended.
func (r *callRun) load(ctx context.Context) error {
	r.awaitStart(ctx)
	r.say("%.0f calls a second, %d at once, for %s", r.o.Rate, r.o.Calls, r.o.Duration)
	r.watch.begin(r.stats)
	defer r.watch.end()
	running, stop := context.WithCancel(ctx)
	defer stop()
	var wait sync.WaitGroup
	until := time.Now().Add(r.o.Duration)
	began := time.Now()
	for n := 0; time.Now().Before(until) && ctx.Err() == nil; n++ {
		if r.o.Pairs != "" && n == r.o.Calls {
			break
		}
		due := began.Add(time.Duration(float64(n) / r.o.Rate * float64(time.Second)))
		pause(ctx, time.Until(due))
		for r.stats.now() >= r.o.Calls && time.Now().Before(until) && ctx.Err() == nil { // full: the rate begins anew
			pause(ctx, 10*time.Millisecond)
			began = began.Add(time.Since(due))
			due = time.Now()
		}
		if ctx.Err() != nil || !time.Now().Before(until) {
			break
		}
		c, err := r.newCaller(n)
		if err != nil {
			r.stats.fail("no socket: " + err.Error())
			continue
		}
		r.stats.begun()
		wait.Go(func() {
			defer r.stats.ended()
			c.live(running)
		})
	}
	r.stats.lastBegun()
	var err error
	if r.o.Pairs != "" {
		err = r.holdPairs(ctx)
		stop()
	}
	if ctx.Err() != nil {
		r.say("stopped: hanging up %d calls", r.stats.now())
	}
	if finished := finish(&wait, r.o.Patience+4*r.o.Talk+time.Minute); err == nil {
		err = finished
	}
	for deadline := time.Now().Add(r.o.WrapUp + settle); r.stats.unrecorded() > 0 && time.Now().Before(deadline) && ctx.Err() == nil; {
		pause(ctx, 50*time.Millisecond)
	}
	return err
}

// awaitStart lets whoever measures choose the moment: preparing costs the server more than a while of calls.
func (r *callRun) awaitStart(ctx context.Context) {
	if r.o.StartFile == "" {
		return
	}
	r.say("prepared; waiting for %s", r.o.StartFile)
	for ctx.Err() == nil {
		if _, err := os.Stat(r.o.StartFile); err == nil {
			return
		}
		pause(ctx, 200*time.Millisecond)
	}
}

// finish waits for the last call.
func finish(wait *sync.WaitGroup, atMost time.Duration) error {
	done := make(chan struct{})
	go func() {
		wait.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(atMost):
		return fmt.Errorf("calls did not end within %s", atMost)
	}
}

// pause waits, at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
