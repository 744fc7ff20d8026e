package browser_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/browser"
	"ekc/telephony/media"
)

// exchange is a line between the meter and its browsers.
type exchange struct{ SDP string }

// TestMeterBrowsers is not a test but the measurement of what a browser's packets cost. Browsers in a process of their own are bridged
// in pairs, and each says 50 packets a second:
//
//	EKC_METER_BROWSERS=60 EKC_METER_SECONDS=20 go test -count=1 -v -run TestMeterBrowsers ./telephony/browser
//
// A relayed packet is one that came from a browser (ICE, SRTP) and went to another one. Half of its cost is that of a browser's leg
// with a telephone on the other side, less the telephone's.
func TestMeterBrowsers(t *testing.T) {
	browsers, _ := strconv.Atoi(os.Getenv("EKC_METER_BROWSERS"))
	if browsers == 0 {
		t.Skip("EKC_METER_BROWSERS is not set")
	}
	seconds, err := strconv.Atoi(os.Getenv("EKC_METER_SECONDS"))
	require.NoError(t, err)
	t.Logf("floor of this machine now: %.1f CPU-s per million packets sent and received by one goroutine", floor(t))
	before := memory()
	w := newWorld(t, func(o *browser.Options) { o.InterruptAfter = 3 * time.Second })
	lines, out := startBrowsers(t)
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
	<-time.After(2 * time.Second)
	relayed, cpu := relayedBy(w.engine), used()
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	<-time.After(time.Duration(seconds) * time.Second)
	runtime.ReadMemStats(&m1)
	packets, spent := relayedBy(w.engine)-relayed, used()-cpu
	t.Logf("%d packets relayed in %d s, %.1f CPU-s per million; %.2f allocations per packet; %+v",
		packets, seconds, spent.Seconds()/float64(packets)*1e6, float64(m1.Mallocs-m0.Mallocs)/float64(packets), w.gateway.Snapshot())
	require.Greater(t, packets, uint64(browsers*seconds*45))
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

// startBrowsers starts TestMeterPeers in a process of its own.
func startBrowsers(t *testing.T) (*json.Decoder, *json.Encoder) {
	t.Helper()
	fromPeers, theirOut, err := os.Pipe()
	require.NoError(t, err)
	theirIn, toPeers, err := os.Pipe()
	require.NoError(t, err)
	command := exec.Command(os.Args[0], "-test.run", "^TestMeterPeers$", "-test.v")
	command.Env = append(os.Environ(), "EKC_METER_PEERS=1")
	command.ExtraFiles = []*os.File{theirIn, theirOut}
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	_, _ = theirIn.Close(), theirOut.Close()
	t.Cleanup(func() {
		_ = toPeers.Close()
		require.NoError(t, command.Wait())
	})
	return json.NewDecoder(bufio.NewReader(fromPeers)), json.NewEncoder(toPeers)
}

// TestMeterPeers is the other half of TestMeterBrowsers.
func TestMeterPeers(t *testing.T) {
	if os.Getenv("EKC_METER_PEERS") == "" {
		t.Skip("EKC_METER_PEERS is not set")
	}
	in, out := json.NewDecoder(os.NewFile(3, "answers")), json.NewEncoder(os.NewFile(4, "offers"))
	n, err := strconv.Atoi(os.Getenv("EKC_METER_BROWSERS"))
	require.NoError(t, err)
	var peers []*peer
	for range n {
		p := newPeer(t, persona{patient: true})
		require.NoError(t, out.Encode(exchange{p.offer(false)}))
		var answer exchange
		require.NoError(t, in.Decode(&answer))
		p.accept(answer.SDP)
		peers = append(peers, p)
	}
	for _, p := range peers {
		p.line.say(440)
	}
	require.ErrorIs(t, in.Decode(&exchange{}), io.EOF, "the meter ends the measurement")
}
