package browser_test

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
	"ekc/telephony/media"
)

// exchange is a line between the meter and its crowd.
type exchange struct{ SDP string }

// crowdSum is what the crowd has seen; see meter_crowd_linux_test.go.
type crowdSum struct{ Sent, Received, Lost, Wrong, P50, P99, Max, Late int }

// TestMeterBrowsers is not a test but the measurement of what a browser's packets cost. Browsers in a process of their own, whose CPU is
// not counted, are bridged in pairs, and each says 50 packets a second:
//
//	EKC_METER_BROWSERS=300 EKC_METER_SECONDS=10 EKC_METER_ROUNDS=3 go test -count=1 -v -run TestMeterBrowsers ./telephony/browser
//
// A packet is one that came in from a browser or went out to one, so that a relayed packet counts twice: that is what a browser's leg
// costs. The other end of a bridge with a telephone costs what package media measures. EKC_METER_PROFILE names a file for the
// profile of all rounds.
func TestMeterBrowsers(t *testing.T) {
	browsers, _ := strconv.Atoi(os.Getenv("EKC_METER_BROWSERS"))
	if browsers == 0 {
		t.Skip("EKC_METER_BROWSERS is not set")
	}
	seconds, err := strconv.Atoi(os.Getenv("EKC_METER_SECONDS"))
	require.NoError(t, err)
	rounds, _ := strconv.Atoi(os.Getenv("EKC_METER_ROUNDS"))
	t.Logf("floor of this machine now: %.1f CPU-s per million packets sent and received by one goroutine", floor(t))
	before := memory()
	w := newWorld(t, func(o *browser.Options) { o.InterruptAfter, o.KeepProcs = 3*time.Second, false })
	lines, out := startCrowd(t)
	var last *desk
	goroutines := runtime.NumGoroutine()
	for i := range browsers {
		var offer exchange
		require.NoError(t, lines.Decode(&offer))
		d := w.answer(offer.SDP)
		require.NoError(t, out.Encode(exchange{d.answer}))
		d.expect(connectedKind)
		if i%2 == 1 {
			require.NoError(t, w.engine.Bridge(last.Media(), d.Media()))
		}
		last = d
	}
	t.Logf("per session: %d goroutines, %d KB of heap and stacks",
		(runtime.NumGoroutine()-goroutines)/browsers, (memory()-before)/uint64(browsers)/1024)
	sums := func() (s crowdSum) {
		require.NoError(t, out.Encode(struct{}{}))
		require.NoError(t, lines.Decode(&s))
		return s
	}
	<-time.After(2 * time.Second)
	sums()
	if name := os.Getenv("EKC_METER_PROFILE"); name != "" {
		file, err := os.Create(name)
		require.NoError(t, err)
		defer file.Close()
		require.NoError(t, pprof.StartCPUProfile(file))
		defer pprof.StopCPUProfile()
	}
	var costs []float64
	for range max(rounds, 1) {
		costs = append(costs, w.meter(time.Duration(seconds)*time.Second, sums))
	}
	slices.Sort(costs)
	t.Logf("%d browsers: median of %d rounds %.1f CPU-s per million packets; %+v", browsers, len(costs), costs[len(costs)/2], w.gateway.Snapshot())
}

// meter measures one round.
func (w *world) meter(span time.Duration, sums func() crowdSum) float64 {
	var m0, m1 runtime.MemStats
	sums()
	packets, cpu := relayedBy(w.engine), used()
	runtime.ReadMemStats(&m0)
	<-time.After(span)
	runtime.ReadMemStats(&m1)
	spent, n := used()-cpu, float64(2*(relayedBy(w.engine)-packets))
	s := sums()
	cost := spent.Seconds() / n * 1e6
	w.t.Logf("%.0f packets/s, %.2f cores, %.1f CPU-s per million packets; %.2f allocations a packet; of %d sent %d came, %d lost, %d wrong; "+
		"delay p50 %d, p99 %d, max %d us, the crowd itself was %d us late", n/span.Seconds(), spent.Seconds()/span.Seconds(), cost, float64(m1.Mallocs-m0.Mallocs)/n,
		s.Sent, s.Received, s.Lost, s.Wrong, s.P50, s.P99, s.Max, s.Late)
	return cost
}

func relayedBy(e *media.Engine) (n uint64) {
	for _, t := range e.Snapshot().Threads {
		n += t.PacketsOut
	}
	return n
}

// floor is what the system calls alone cost, in µs a packet: how busy and how fast the machine is.
func floor(t *testing.T) float64 {
	t.Helper()
	const packets = 50000
	a, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer a.Close()
	to := a.LocalAddr().(*net.UDPAddr).AddrPort()
	b := make([]byte, 190)
	start := used()
	for range packets {
		_, err = a.WriteToUDPAddrPort(b, to)
		require.NoError(t, err)
		_, _, err = a.ReadFromUDPAddrPort(b)
		require.NoError(t, err)
	}
	return (used() - start).Seconds() * 1e6 / packets
}

func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// startCrowd starts TestMeterCrowd in a process of its own.
func startCrowd(t *testing.T) (*json.Decoder, *json.Encoder) {
	t.Helper()
	fromCrowd, theirOut, err := os.Pipe()
	require.NoError(t, err)
	theirIn, toCrowd, err := os.Pipe()
	require.NoError(t, err)
	command := exec.Command(os.Args[0], "-test.run", "^TestMeterCrowd$", "-test.v")
	command.Env = append(os.Environ(), "EKC_METER_CROWD=1")
	command.ExtraFiles = []*os.File{theirIn, theirOut}
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	_, _ = theirIn.Close(), theirOut.Close()
	t.Cleanup(func() {
		_ = toCrowd.Close()
		require.NoError(t, command.Wait())
	})
	return json.NewDecoder(bufio.NewReader(fromCrowd)), json.NewEncoder(toCrowd)
}
