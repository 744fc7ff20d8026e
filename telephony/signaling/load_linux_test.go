package signaling_test

import (
	"context"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ekc/telephony/signaling"
)

// BenchmarkCalls sets calls up and ends them between two agents over UDP on the loopback: INVITE, 100, 180, 200, ACK, BYE, 200. Both sides
// are in the time. It reports the calls of a second of processor time, whatever else the machine does, and what was repeated.
func BenchmarkCalls(b *testing.B) {
	open := func(config signaling.Config) *signaling.Agent {
		config.Listen = "127.0.0.1:0"
		agent, err := signaling.New(config)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_ = agent.Close(ctx)
		})
		return agent
	}
	centre := open(signaling.Config{OnCall: func(call *signaling.IncomingCall) {
		call.Dialog.Attach(func(signaling.Event) bool { return true })
		_ = call.Dialog.Progress(180, nil, false)
		_ = call.Dialog.Answer([]byte(answerSDP))
	}, ServiceNumber: func(string) bool { return true }})
	carrier := open(signaling.Config{})
	from := carrier.Addr(signaling.UDP).String()
	for agent, proxy := range map[*signaling.Agent]string{centre: from, carrier: centre.Addr(signaling.UDP).String()} {
		if err := agent.SetTrunks([]signaling.Trunk{{ID: "t", Proxy: proxy, Sources: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}}); err != nil {
			b.Fatal(err)
		}
	}
	began := processorTime(b)
	var failed atomic.Int64
	slots := make(chan struct{}, 50) // calls at once
	b.ReportAllocs()
	for b.Loop() {
		slots <- struct{}{}
		var dialog atomic.Pointer[signaling.Dialog]
		ready := make(chan struct{})
		d, err := carrier.Call(signaling.CallRequest{TrunkID: "t", Number: "+78006000000", Offer: []byte(offerSDP), Sink: func(e signaling.Event) bool {
			switch e := e.(type) {
			case signaling.Answered:
				go func() {
					<-ready
					_ = dialog.Load().Hangup(signaling.Cause{})
				}()
			case signaling.Ended:
				if !e.Answered {
					failed.Add(1)
				}
				<-slots
			}
			return true
		}})
		if err != nil {
			b.Fatal(err)
		}
		dialog.Store(d)
		close(ready)
	}
	for range cap(slots) {
		slots <- struct{}{}
	}
	b.ReportMetric(float64(b.N)/(processorTime(b)-began).Seconds(), "calls/s/core")
	b.ReportMetric(float64(centre.Metrics().Retransmitted+carrier.Metrics().Retransmitted)/float64(b.N), "repeats/call")
	if n := failed.Load(); n > 0 {
		b.Fatalf("%d calls failed", n)
	}
}

// processorTime is what the process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
