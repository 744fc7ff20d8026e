package recording_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/recording"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func TestPlan(t *testing.T) {
	t.Parallel()
	classes := []recording.Class{{Name: "usual", Keep: days(90)}, {Name: "complaint", Keep: days(3 * 365)}, {Name: "for_ever"}}
	kept := func(id, class string, age time.Duration, held bool) recording.Kept {
		return recording.Kept{ID: id, Class: class, RecordedAt: now.Add(-age), Held: held}
	}
	due := recording.Plan([]recording.Kept{
		kept("young", "usual", days(89), false),
		kept("just", "usual", days(90), false),
		kept("old", "usual", days(400), false),
		kept("held", "usual", days(400), true),
		kept("complaint", "complaint", days(400), false),
		kept("for_ever", "for_ever", days(4000), false),
		kept("unknown", "misspelt", days(4000), false),
		kept("old_too", "usual", days(400), false),
	}, classes, now)
	var ids []string
	for _, d := range due {
		ids = append(ids, d.ID)
	}
	require.Equal(t, []string{"old", "old_too", "just"}, ids)
	require.Equal(t, now, due[2].Since)
	require.Empty(t, recording.Plan(nil, nil, now))
}

func clock() time.Time { return now }

func TestDestroy(t *testing.T) {
	t.Parallel()
	for name, s := range storages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := []byte("what was said")
			require.NoError(t, s.Put(t.Context(), "old.wav", bytes.NewReader(data), int64(len(data)), hashOf(data)))
			due := recording.Due{
				Kept:  recording.Kept{ID: "rec_1", Key: "old.wav", SHA256: hashOf(data), Bytes: 13, Class: "usual", RecordedAt: now.Add(-days(91))},
				Since: now.Add(-days(1)),
			}
			c, err := recording.Destroy(t.Context(), s, due, clock)
			require.NoError(t, err)
			require.Equal(t, recording.Certificate{
				RecordingID: "rec_1", Key: "old.wav", Class: "usual", RecordedAt: due.RecordedAt, Due: due.Since, DestroyedAt: now,
				SHA256: hashOf(data), Bytes: 13,
			}, c)
			_, err = s.Open(t.Context(), "old.wav")
			require.ErrorIs(t, err, recording.ErrNotFound)

			c, err = recording.Destroy(t.Context(), s, due, clock)
			require.NoError(t, err, "done again after a crash")
			require.True(t, c.Absent)
			require.Equal(t, due.SHA256, c.SHA256)

			require.NoError(t, s.Put(t.Context(), "old.wav", bytes.NewReader(data[1:]), 12, hashOf(data[1:])))
			c, err = recording.Destroy(t.Context(), s, due, clock)
			require.NoError(t, err)
			require.True(t, c.Altered)
			require.Equal(t, hashOf(data[1:]), c.SHA256)
		})
	}
}

func TestDestroyRefusesWhatIsNotDue(t *testing.T) {
	t.Parallel()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	for _, due := range []recording.Due{
		{Kept: recording.Kept{ID: "a", Key: "a.wav", Held: true}, Since: now.Add(-days(1))},
		{Kept: recording.Kept{ID: "a", Key: "a.wav"}, Since: now.Add(time.Second)},
	} {
		_, err := recording.Destroy(t.Context(), folder, due, clock)
		require.Error(t, err)
	}
}

// sticky does not remove.
type sticky struct{ recording.Storage }

func (sticky) Remove(context.Context, string) error { return nil }

// refusing fails to remove.
type refusing struct{ recording.Storage }

func (refusing) Remove(context.Context, string) error { return errors.New("read-only") }

func TestDestroyCertifiesNothingThatIsStillThere(t *testing.T) {
	t.Parallel()
	folder, err := recording.NewFolder(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, folder.Put(t.Context(), "a.wav", bytes.NewReader([]byte("a")), 1, hashOf([]byte("a"))))
	for _, s := range []recording.Storage{sticky{folder}, refusing{folder}} {
		c, err := recording.Destroy(t.Context(), s, recording.Due{Kept: recording.Kept{ID: "a", Key: "a.wav"}, Since: now}, clock)
		require.Error(t, err)
		require.True(t, c.DestroyedAt.IsZero())
	}
}
