package telephony_test

import (
	"context"
	"encoding/binary"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
	"ekc/telephony/g711"
	"ekc/telephony/recording"
)

// TestRecordingOnDisk checks with telephony/recording what the other tests check with samples in memory: the file has the citizen
// on the left and the operator on the right, and the centre learns of it.
func TestRecordingOnDisk(t *testing.T) {
	t.Parallel()
	storage, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	var recorder *recording.Recorder
	w := newWorld(t, func(o *telephony.Options) {
		recorder, err = recording.NewRecorder(recording.Options{
			Dir: t.TempDir(), Storage: storage, Report: telephony.ReportTo(o.Centre, nil), Logger: o.Logger,
		})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, recorder.Close(context.Background())) })
		o.Tapes = telephony.NewTapes(recorder)
	})
	citizen, _ := w.talking()
	citizen.hangUp()
	w.ended(telephony.EndByCaller)
	eventually(t, func() bool { return w.centre.recordings() == 1 }, "the recording is not reported")
	report := w.centre.tapes[0]
	require.Equal(t, w.id(), report.InteractionID)
	object, err := storage.Open(context.Background(), report.Object)
	require.NoError(t, err)
	defer object.Close()
	file, err := io.ReadAll(object)
	require.NoError(t, err)
	require.Len(t, file, int(report.Bytes))
	require.Equal(t, "RIFF", string(file[:4]))
	require.Equal(t, uint16(2), binary.LittleEndian.Uint16(file[22:]), "two channels")
	frames := file[len(file)-2*2400:] // the last 300 ms
	var left, right []int16
	for i := 0; i+1 < len(frames); i += 2 {
		left, right = append(left, g711.DecodeALaw(frames[i])), append(right, g711.DecodeALaw(frames[i+1]))
	}
	require.Greater(t, rings(left, citizenTone), 0.5)
	require.Greater(t, rings(right, operatorTone), 0.5)
	require.Zero(t, rings(right, citizenTone))
}

// unknowing is a centre that has never heard of a call.
type unknowing struct{ telephony.Centre }

func (unknowing) Recorded(context.Context, telephony.RecordingReport) error {
	return fail.New(fail.NotFound, "no such call")
}

func TestRecordingOfACallThatNeverBegan(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	report := telephony.ReportTo(unknowing{}, func() time.Time { return now })
	finished := func(ago time.Duration) recording.Finished {
		return recording.Finished{Meta: recording.Meta{ID: "r", CallID: "c", BeganAt: now.Add(-ago)}, Length: time.Minute}
	}
	err := report(t.Context(), finished(time.Hour))
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	require.NotErrorIs(t, err, recording.ErrUnknownCall, "the centre may have been away")
	require.ErrorIs(t, report(t.Context(), finished(3*time.Hour)), recording.ErrUnknownCall)
}
