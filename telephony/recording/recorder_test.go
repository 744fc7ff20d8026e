package recording_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/g711"
	"ekc/telephony/prompt"
	"ekc/telephony/recording"
)

// flaky is a folder that fails as long as it is told to.
type flaky struct {
	*recording.Folder
	fails atomic.Int32
}

func (f *flaky) Put(ctx context.Context, key string, content io.ReadSeeker, size int64, sum string) error {
	if f.fails.Add(-1) >= 0 {
		return errors.New("storage is away")
	}
	return f.Folder.Put(ctx, key, content, size, sum)
}

func (f *flaky) Adopt(ctx context.Context, key, path, sum string) error {
	if f.fails.Add(-1) >= 0 {
		return errors.New("storage is away")
	}
	return f.Folder.Adopt(ctx, key, path, sum)
}

// studio is a recorder over real folders.
type studio struct {
	*recording.Recorder
	spool   string
	storage *flaky
	reports chan recording.Finished
	alarms  chan recording.Trouble
	deaf    atomic.Int32 // how many reports fail
}

func newStudio(t *testing.T, spool string, change func(*recording.Options)) *studio {
	t.Helper()
	folder, err := recording.NewFolder(filepath.Join(t.TempDir(), "objects"))
	require.NoError(t, err)
	s := &studio{
		spool: spool, storage: &flaky{Folder: folder}, reports: make(chan recording.Finished, 100), alarms: make(chan recording.Trouble, 100),
	}
	if s.spool == "" {
		s.spool = t.TempDir()
	}
	o := recording.Options{
		Dir: s.spool, Storage: s.storage, RetryEvery: 5 * time.Millisecond, Logger: slog.New(slog.DiscardHandler),
		Alarm: func(e recording.Trouble) { s.alarms <- e },
		Report: func(_ context.Context, f recording.Finished) error {
			if s.deaf.Add(-1) >= 0 {
				return errors.New("the centre is away")
			}
			s.reports <- f
			return nil
		},
	}
	if change != nil {
		change(&o)
	}
	s.Recorder, err = recording.NewRecorder(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Close(ctx)
	})
	return s
}

func (s *studio) finished(t *testing.T) recording.Finished {
	t.Helper()
	select {
	case f := <-s.reports:
		return f
	case <-time.After(10 * time.Second):
		require.Fail(t, "no recording was reported")
		return recording.Finished{}
	}
}

func (s *studio) object(t *testing.T, key string) []byte {
	t.Helper()
	object, err := s.storage.Open(t.Context(), key)
	require.NoError(t, err)
	data, err := io.ReadAll(object)
	require.NoError(t, err)
	require.NoError(t, object.Close())
	return data
}

// block holds n samples of constant bytes.
func block(first int64, n int, f recording.Format, left, right byte) recording.Block {
	size := 1
	if f == recording.PCM16 {
		size = 2
	}
	return recording.Block{
		First: first, Samples: n, Format: f, Left: bytes.Repeat([]byte{left}, n*size), Right: bytes.Repeat([]byte{right}, n*size),
	}
}

func meta(id string) recording.Meta {
	return recording.Meta{ID: id, CallID: "call_1", InteractionID: "int_1", BeganAt: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
}

// write waits until the disk has room.
func write(t *testing.T, w *recording.Writer, b recording.Block) {
	t.Helper()
	require.Eventually(t, func() bool { return w.Write(b) }, 5*time.Second, time.Millisecond)
}

func TestRecordingIsStoredAndReported(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]recording.Format{"A-law": recording.ALaw, "µ-law": recording.MuLaw, "PCM": recording.PCM16} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStudio(t, "", nil)
			w, err := s.Start(meta("rec_1"))
			require.NoError(t, err)
			var released atomic.Int32
			for i := range 4 {
				b := block(int64(i)*8000, 8000, f, byte(0x10+i), byte(0x20+i))
				b.Release = func() { released.Add(1) }
				write(t, w, b)
			}
			w.Finish(4 * 8000)
			got := s.finished(t)
			require.Equal(t, meta("rec_1"), got.Meta)
			require.Equal(t, "2026/11/22/rec_1.wav", got.Key)
			require.Equal(t, 4*time.Second, got.Length)
			require.False(t, got.Recovered)
			require.EqualValues(t, 4, released.Load())

			data := s.object(t, got.Key)
			require.Len(t, data, int(got.Bytes))
			require.EqualValues(t, len(data)-8, binary.LittleEndian.Uint32(data[4:]))
			require.EqualValues(t, len(data)-58, binary.LittleEndian.Uint32(data[54:]))
			require.EqualValues(t, 4*8000, binary.LittleEndian.Uint32(data[46:]))
			if f != recording.PCM16 {
				require.Equal(t, []byte{0x10, 0x20, 0x10, 0x20}, data[58:62], "left, right")
				require.Equal(t, []byte{0x13, 0x23}, data[len(data)-2:])
			}
			sound, err := prompt.ReadWAV(bytes.NewReader(data))
			require.NoError(t, err)
			require.Equal(t, 4*time.Second, sound.Duration())
			left, err := filepath.Glob(filepath.Join(s.spool, "*"))
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				left, err = filepath.Glob(filepath.Join(s.spool, "*"))
				return err == nil && len(left) == 0
			}, time.Second, time.Millisecond, "the spool is empty again")
		})
	}
}

func TestHolesAreSilent(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", nil)
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	write(t, w, block(100, 50, recording.ALaw, 1, 2))  // begins late
	write(t, w, block(120, 50, recording.ALaw, 3, 4))  // overlaps: what is there stays
	write(t, w, block(200, 10, recording.MuLaw, 0, 0)) // another codec: 0 is the loudest negative in µ-law
	write(t, w, block(10, 10, recording.ALaw, 9, 9))   // all in the past
	w.Finish(300)
	data := s.object(t, s.finished(t).Key)[58:]
	require.Len(t, data, 600)
	at := func(i int) [2]byte { return [2]byte{data[2*i], data[2*i+1]} }
	require.Equal(t, [2]byte{0xD5, 0xD5}, at(0))
	require.Equal(t, [2]byte{0xD5, 0xD5}, at(99))
	require.Equal(t, [2]byte{1, 2}, at(100))
	require.Equal(t, [2]byte{1, 2}, at(149))
	require.Equal(t, [2]byte{3, 4}, at(150))
	require.Equal(t, [2]byte{3, 4}, at(169))
	require.Equal(t, [2]byte{0xD5, 0xD5}, at(170))
	require.InDelta(t, -32124, g711.DecodeALaw(data[400]), 600, "transcoded")
	require.Equal(t, [2]byte{0xD5, 0xD5}, at(299), "padded to its length")
}

func TestFailuresAreWaitedOut(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", nil)
	s.storage.fails.Store(3)
	s.deaf.Store(2)
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	write(t, w, block(0, 800, recording.ALaw, 1, 2))
	w.Finish(800)
	require.Equal(t, "rec_1", s.finished(t).ID)
	require.Equal(t, "store", (<-s.alarms).Op, "told once")
	require.Equal(t, "report", (<-s.alarms).Op)
	require.Empty(t, s.alarms)
}

func TestWriteNeverBlocks(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", func(o *recording.Options) { o.Queue = 2 })
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	hold := make(chan struct{})
	first := block(0, 10, recording.ALaw, 1, 1)
	began := make(chan struct{})
	first.Release = func() { close(began); <-hold } // the goroutine stands still here
	require.True(t, w.Write(first))
	<-began
	require.True(t, w.Write(block(10, 10, recording.ALaw, 2, 2)))
	require.True(t, w.Write(block(20, 10, recording.ALaw, 3, 3)))
	require.False(t, w.Write(block(30, 10, recording.ALaw, 4, 4)))
	close(hold)
	w.Finish(40)
	got := s.finished(t)
	require.EqualValues(t, 1, got.Dropped)
	data := s.object(t, got.Key)[58:]
	require.Equal(t, []byte{3, 3, 0xD5, 0xD5}, data[58:62], "what was refused is silent")
	require.False(t, w.Write(block(40, 10, recording.ALaw, 4, 4)), "nothing after the end")
	w.Finish(50)
}

func TestEmptyRecordingLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", nil)
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	w.Finish(0)
	require.NoError(t, s.Close(t.Context()))
	require.Empty(t, s.reports)
	left, err := os.ReadDir(s.spool)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", nil)
	for _, id := range []string{"", "../x", "a/b", "a.b", "имя"} {
		_, err := s.Start(meta(id))
		require.Error(t, err, "%q", id)
	}
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	_, err = s.Start(meta("rec_1"))
	require.ErrorIs(t, err, os.ErrExist, "an id is used once")
	w.Finish(0)
	require.NoError(t, s.Close(t.Context()))
	require.NoError(t, s.Close(t.Context()))
	_, err = s.Start(meta("rec_2"))
	require.ErrorIs(t, err, recording.ErrClosed)
}

func TestManyRecordingsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", func(o *recording.Options) { o.DiskWriters = 2; o.FlushEvery = 5 * time.Millisecond })
	var group sync.WaitGroup
	for i := range 40 {
		group.Add(1)
		go func() {
			defer group.Done()
			w, err := s.Start(meta("rec_" + string(rune('A'+i%26)) + string(rune('a'+i/26))))
			if err != nil {
				t.Error(err)
				return
			}
			for j := range 10 {
				for !w.Write(block(int64(j)*1600, 1600, recording.ALaw, byte(i), byte(j))) {
					if t.Context().Err() != nil {
						return
					}
				}
			}
			w.Finish(16000)
		}()
	}
	group.Wait()
	for range 40 {
		f := s.finished(t)
		require.Equal(t, 2*time.Second, f.Length)
		data := s.object(t, f.Key)[58:]
		for j := range 10 {
			require.Equal(t, byte(j), data[j*3200+1])
			require.Equal(t, data[0], data[j*3200])
		}
	}
}

func TestClosedInTheMiddleGoesOnLater(t *testing.T) {
	t.Parallel()
	s := newStudio(t, "", nil)
	s.storage.fails.Store(1 << 30)
	w, err := s.Start(meta("rec_1"))
	require.NoError(t, err)
	write(t, w, block(0, 8000, recording.ALaw, 1, 2))
	w.Finish(8000)
	<-s.alarms
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Close(ctx), context.Canceled)

	later := newStudio(t, s.spool, nil)
	found, err := later.Recover()
	require.NoError(t, err)
	require.Equal(t, 1, found)
	got := later.finished(t)
	require.True(t, got.Recovered)
	require.Equal(t, time.Second, got.Length)
}

func TestRecordingOfAnUnknownCallIsDestroyed(t *testing.T) {
	t.Parallel()
	told := make(chan recording.Finished, 10)
	s := newStudio(t, "", func(o *recording.Options) {
		o.Report = func(_ context.Context, f recording.Finished) error {
			told <- f
			return fmt.Errorf("asked: %w", recording.ErrUnknownCall)
		}
	})
	w, err := s.Start(meta("unknown"))
	require.NoError(t, err)
	write(t, w, block(0, 800, recording.ALaw, 0xd5, 0xd5))
	w.Finish(800)
	f := <-told
	require.Eventually(t, func() bool {
		left, err := os.ReadDir(s.spool)
		return err == nil && len(left) == 0
	}, 30*time.Second, 5*time.Millisecond, "it stays in the spool")
	_, err = s.storage.Open(t.Context(), f.Key)
	require.ErrorIs(t, err, recording.ErrNotFound)
	require.Empty(t, told, "it is told once")
}
