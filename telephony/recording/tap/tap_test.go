package tap_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/media"
	"ekc/telephony/prompt"
	"ekc/telephony/recording"
	"ekc/telephony/recording/tap"
)

func tone(hz float64, samples int) []int16 {
	out := make([]int16, samples)
	for i := range out {
		out[i] = int16(8000 * math.Sin(2*math.Pi*hz*float64(i)/8000))
	}
	return out
}

// amplitude of one frequency in G.711 A-law bytes.
func amplitude(data []byte, hz float64) float64 {
	var re, im float64
	for i, b := range data {
		s, angle := float64(g711.DecodeALaw(b)), 2*math.Pi*hz*float64(i)/8000
		re, im = re+s*math.Cos(angle), im+s*math.Sin(angle)
	}
	return 2 * math.Hypot(re, im) / float64(len(data))
}

// TestMediaEngineRecordsBothChannels sends a tone through a real media engine, plays another one to the same leg, and finds
// each in its own channel of the stored file.
func TestMediaEngineRecordsBothChannels(t *testing.T) {
	t.Parallel()
	storage, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	reports := make(chan recording.Finished, 1)
	recorder, err := recording.NewRecorder(recording.Options{
		Dir: t.TempDir(), Storage: storage, Logger: slog.New(slog.DiscardHandler),
		Report: func(_ context.Context, f recording.Finished) error { reports <- f; return nil },
	})
	require.NoError(t, err)
	engine, err := media.New(media.Options{Threads: 1, KeepProcs: true, DSCP: -1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	played := make(chan struct{}, 1000)
	leg, err := engine.NewPipe(media.LegOptions{}, func([]byte) {
		select {
		case played <- struct{}{}:
		default:
		}
	})
	require.NoError(t, err)
	alaw := media.Format{PayloadType: 8, Codec: media.PCMA}
	require.NoError(t, leg.Configure(media.LegConfig{
		Remote: netip.MustParseAddrPort("127.0.0.1:4000"), Receive: []media.Format{alaw}, Send: alaw,
	}))
	w, err := recorder.Start(recording.Meta{ID: "rec_1", BeganAt: time.Now()})
	require.NoError(t, err)
	running, err := leg.Record(tap.New(w), media.RecordOptions{Format: media.FormatALaw})
	require.NoError(t, err)
	_, err = leg.Play(media.PlayRequest{Clips: []*media.Clip{media.NewClip(tone(1500, 8000))}, Loop: true})
	require.NoError(t, err)

	said := tone(700, 160*100)
	for i := range 75 { // one packet for each that is played: 20 ms apart, without a clock of our own
		<-played
		packet := []byte{0x80, 8}
		packet = binary.BigEndian.AppendUint16(packet, uint16(i))
		packet = binary.BigEndian.AppendUint32(packet, uint32(i*160))
		packet = binary.BigEndian.AppendUint32(packet, 0xC0FFEE)
		for _, s := range said[i*160 : (i+1)*160] {
			packet = append(packet, g711.EncodeALaw(s))
		}
		require.NoError(t, leg.Deliver(packet))
	}
	require.NoError(t, running.Stop())
	var finished recording.Finished
	select {
	case finished = <-reports:
	case <-time.After(10 * time.Second):
		require.Fail(t, "nothing was stored")
	}
	require.InDelta(t, 1.5, finished.Length.Seconds(), 0.5)

	object, err := storage.Open(t.Context(), finished.Key)
	require.NoError(t, err)
	data, err := io.ReadAll(object)
	require.NoError(t, err)
	require.NoError(t, object.Close())
	_, err = prompt.ReadWAV(bytes.NewReader(data))
	require.NoError(t, err)
	var left, right []byte
	for i := 58 + 2*4000; i < 58+2*8000; i += 2 { // from 0.5 to 1 s
		left, right = append(left, data[i]), append(right, data[i+1])
	}
	require.Greater(t, amplitude(left, 700), 5000.0)
	require.Less(t, amplitude(left, 1500), 500.0)
	require.Greater(t, amplitude(right, 1500), 5000.0)
	require.Less(t, amplitude(right, 700), 500.0)
	require.NoError(t, recorder.Close(t.Context()))
}
