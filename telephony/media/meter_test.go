package media_test

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/media"
)

// discard is a writer that takes everything and keeps nothing.
type discard struct{ chunks, ends atomic.Int64 }

func (d *discard) WriteChunk(c *media.Chunk) bool {
	d.chunks.Add(1)
	c.Release()
	return true
}

func (d *discard) Finish(media.Recorded) { d.ends.Add(1) }

// TestMeterRelay is not a test but what rtpload measures, by the pairs of addresses that it writes (relay on 127.0.0.2):
//
//	go test -c -o /tmp/media.test ./telephony/media
//	EKC_METER_CALLS=800 EKC_METER_SECONDS=30 EKC_METER_RECORD=1 EKC_METER_SHARED=1 EKC_METER_PAIRS=/tmp/pairs.txt \
//	  /tmp/media.test -test.run TestMeterRelay &
//	sleep 2; rtpload --calls 800 --pairs /tmp/pairs.txt --tick-us 250 --pid $!
func TestMeterRelay(t *testing.T) {
	calls, _ := strconv.Atoi(os.Getenv("EKC_METER_CALLS"))
	if calls == 0 {
		t.Skip("EKC_METER_CALLS is not set")
	}
	seconds, err := strconv.Atoi(os.Getenv("EKC_METER_SECONDS"))
	require.NoError(t, err)
	threads, _ := strconv.Atoi(os.Getenv("EKC_METER_THREADS"))
	gather, _ := time.ParseDuration(os.Getenv("EKC_METER_GATHER"))
	e, err := media.New(media.Options{
		LocalIP: netip.MustParseAddr("127.0.0.2"), PortMin: 20000, PortMax: 20000 + uint16(calls)*4 + 3,
		Threads: max(threads, 1), Gather: gather, Portable: os.Getenv("EKC_METER_PORTABLE") != "",
	})
	require.NoError(t, err)
	sink := &discard{}
	clip := media.NewClip(make([]int16, 80000))
	var pairs strings.Builder
	for i := range calls {
		from := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.3"), uint16(10000+2*i))
		to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.4"), uint16(10000+2*i))
		a := meterLeg(t, e, nil, from)
		b := meterLeg(t, e, a, to)
		fmt.Fprintln(&pairs, from, a.LocalRTP(), to, b.LocalRTP())
		require.NoError(t, e.Bridge(a, b))
		if os.Getenv("EKC_METER_RECORD") != "" {
			_, err = a.Record(sink, media.RecordOptions{})
			require.NoError(t, err)
		}
		if os.Getenv("EKC_METER_PLAY") != "" {
			_, err = a.Play(media.PlayRequest{Clips: []*media.Clip{clip}, Loop: true})
			require.NoError(t, err)
		}
	}
	if name := os.Getenv("EKC_METER_PAIRS"); name != "" {
		require.NoError(t, os.WriteFile(name, []byte(pairs.String()), 0o600))
	}
	<-time.After(time.Duration(seconds) * time.Second)
	t.Logf("%+v, %d chunks", e.Snapshot(), sink.chunks.Load())
	require.NoError(t, e.Close())
}

func meterLeg(t *testing.T, e *media.Engine, near *media.Leg, remote netip.AddrPort) *media.Leg {
	t.Helper()
	l, err := e.NewLeg(media.LegOptions{Near: near, Shared: os.Getenv("EKC_METER_SHARED") != "", Remote: remote})
	require.NoError(t, err)
	require.NoError(t, l.Configure(media.LegConfig{
		Remote:  remote,
		Receive: []media.Format{{PayloadType: 0, Codec: media.PCMU}}, Send: media.Format{PayloadType: 0, Codec: media.PCMU},
	}))
	return l
}
