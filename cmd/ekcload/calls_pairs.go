package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// pairPatience is how long the last calls may take to get up, beyond menu and patience.
const pairPatience = 30 * time.Second

// pair notes a call that is up for rtpload.
func (r *callRun) pair(c *caller) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pairs = append(r.pairs, c)
}

func (r *callRun) paired() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.pairs)
}

// holdPairs waits until all calls are up, leaves their sockets to rtpload, writes the addresses, and holds the calls. The server
// ends a call of which it hears nothing: rtpload must begin within ten seconds after the file is there.
func (r *callRun) holdPairs(ctx context.Context) error {
	deadline := time.Now().Add(r.o.Listen + r.o.KeyPause*time.Duration(len(r.o.Keys)) + r.o.Patience + pairPatience)
	for r.paired() < r.stats.now() && time.Now().Before(deadline) && ctx.Err() == nil {
		pause(ctx, 100*time.Millisecond)
	}
	var text strings.Builder
	r.mu.Lock()
	for _, c := range r.pairs {
		c.leg.Close()
		c.seat.leg.Close()
		fmt.Fprintf(&text, "%s %s %s %s\n", c.leg.Local(), c.relay, c.seat.leg.Local(), c.seat.relay)
	}
	r.mu.Unlock()
	if err := os.WriteFile(r.o.Pairs+".part", []byte(text.String()), 0o600); err != nil {
		return err
	}
	if err := os.Rename(r.o.Pairs+".part", r.o.Pairs); err != nil {
		return err
	}
	r.say("%d calls are up; %s is written: start rtpload now; held for %s", r.paired(), r.o.Pairs, r.o.Hold)
	pause(ctx, r.o.Hold)
	return nil
}
