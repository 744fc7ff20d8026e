package main

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/cmd/ekcload/rtp"
)

// goodCalls are settings that are in their ranges.
func goodCalls() callsCommand {
	return callsCommand{
		SIP: "127.0.0.1:5060", Calls: 800, Rate: 20, Operators: 600, Duration: time.Minute, Listen: time.Second, Talk: time.Second,
		Keys: "110", Patience: time.Minute, Every: 1, Hold: time.Minute,
	}
}

func TestSettingsOfCallsOutOfRangeAreNamed(t *testing.T) {
	t.Parallel()
	good := goodCalls()
	require.NoError(t, good.validate())
	for flag, spoil := range map[string]func(*callsCommand){
		"--calls":          func(o *callsCommand) { o.Calls = 5000 },
		"--rate":           func(o *callsCommand) { o.Rate = math.NaN() },
		"--operators":      func(o *callsCommand) { o.Operators = 0 },
		"--duration":       func(o *callsCommand) { o.Duration = 0 },
		"--transfer-share": func(o *callsCommand) { o.TransferShare = 1.1 },
		"--every":          func(o *callsCommand) { o.Every = 0 },
		"--sip":            func(o *callsCommand) { o.SIP = "192.0.2.1:5060" },
		"--keys":           func(o *callsCommand) { o.Keys = "12a" },
	} {
		bad := goodCalls()
		spoil(&bad)
		require.ErrorContains(t, bad.validate(), flag)
	}
}

// For rtpload every call needs an operator, and stays with them.
func TestPairsNeedAnOperatorEach(t *testing.T) {
	t.Parallel()
	o := goodCalls()
	o.Pairs, o.Operators, o.TransferShare = "pairs.txt", 10, 0.5
	require.NoError(t, o.validate())
	require.Equal(t, 800, o.Operators)
	require.Zero(t, o.TransferShare)
}

// The caller is found by the number in any form in which the centre may show it.
func TestCallersAreKnownByTheirNumber(t *testing.T) {
	t.Parallel()
	c := &caller{number: "81853" + "00042"}
	r := &callRun{callers: map[string]*caller{c.number: c}}
	for _, shown := range []string{"+78185300042", "78185300042", "88185300042", "8185300042"} {
		require.Same(t, c, r.known(shown), shown)
	}
	require.Nil(t, r.known("+74951234567"))
	require.Nil(t, r.known(""))
}

// What went wrong makes the run a failure, and is printed with its reason.
func TestFailuresArePrinted(t *testing.T) {
	t.Parallel()
	s := newCallStats()
	s.begun()
	s.begun()
	s.fail("no operator")
	s.heardOneWay()
	r := &callRun{o: &callsCommand{}, stats: s, watch: newWatch(0), sound: rtp.New(1, rtp.PCMA)}
	t.Cleanup(r.sound.Close)
	result := r.result()
	require.Equal(t, 2, result.bad())
	var out bytes.Buffer
	require.NoError(t, result.print(&out))
	require.Contains(t, out.String(), "2 begun")
	require.Contains(t, out.String(), "1 × no operator")
	require.Contains(t, out.String(), "1 one-way")
}

// The use of processors is that between looks at which enough calls were up.
func TestProcessorsAreMeasuredAtThePeak(t *testing.T) {
	t.Parallel()
	began := time.Now()
	at := func(second, calls int, cpu time.Duration, memory float64) sample {
		return sample{at: began.Add(time.Duration(second) * time.Second), calls: calls, server: cpu, memory: memory}
	}
	w := newWatch(0)
	w.before = 100
	w.samples = []sample{at(0, 0, 0, 100), at(1, 5, time.Second/10, 150), at(2, 10, 2*time.Second/10, 200), at(3, 10, 12*time.Second/10, 180), at(4, 0, 13*time.Second/10, 170)}
	require.InDelta(t, 1.0, w.over(10).Server, 1e-9)
	require.InDelta(t, 1.0, w.over(10).Seconds, 1e-9)
	require.InDelta(t, 1.3/4, w.over(0).Server, 1e-9)
	before, peak, calls := w.memory()
	require.Equal(t, []float64{100, 200, 10}, []float64{before, peak, float64(calls)})
}
