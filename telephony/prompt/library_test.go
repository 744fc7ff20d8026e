package prompt_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/telephony/prompt"
)

// scripted speaks tones, counts, and can be held up or made to fail.
type scripted struct {
	mu    sync.Mutex
	spoke map[string]int
	hold  chan struct{}
	began chan struct{}
	err   error
	voice string
}

func newScripted() *scripted { return &scripted{spoke: map[string]int{}, voice: "tone"} }

func (s *scripted) Name() string { return "tone" }

func (s *scripted) Speak(ctx context.Context, text string) (prompt.Sound, error) {
	s.mu.Lock()
	s.spoke[text]++
	err, voice := s.err, s.voice
	s.mu.Unlock()
	if s.hold != nil {
		s.began <- struct{}{}
		select {
		case <-s.hold:
		case <-ctx.Done():
			return prompt.Sound{}, ctx.Err()
		}
	}
	return prompt.Sound{Rate: 16000, Samples: tone(16000, 440, 0.3, 1), Voice: voice}, err
}

func (s *scripted) count(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spoke[text]
}

func library(t *testing.T, o prompt.Options) *prompt.Library {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	o.Clock, o.Logger = time.Now, quiet()
	l, err := prompt.NewLibrary(o)
	require.NoError(t, err)
	return l
}

func files(t *testing.T, dir string) (paths []string, total int64) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		paths, total = append(paths, path), total+info.Size()
		return err
	}))
	return paths, total
}

func TestLibraryKeepsSpeechInMemoryAndOnDisk(t *testing.T) {
	t.Parallel()
	dir, speaker := t.TempDir(), newScripted()
	l := library(t, prompt.Options{Speaker: speaker, Dir: dir})
	first, err := l.Text(t.Context(), "Добрый  день")
	require.NoError(t, err)
	again, err := l.Text(t.Context(), " Добрый день ")
	require.NoError(t, err)
	require.Same(t, first, again)

	later := library(t, prompt.Options{Speaker: speaker, Dir: dir})
	kept, err := later.Text(t.Context(), "Добрый день")
	require.NoError(t, err)
	require.True(t, slices.Equal(first.PCM, kept.PCM))
	require.True(t, slices.Equal(first.PCMA, kept.PCMA))
	require.Equal(t, 1, speaker.count("Добрый день"))
}

func TestLibraryWithRealSpeech(t *testing.T) {
	t.Parallel()
	l := library(t, prompt.Options{Speaker: needEspeak(t)})
	clip, err := l.Text(t.Context(), "Вы третий в очереди, ожидание около четырёх минут.")
	require.NoError(t, err)
	require.Greater(t, clip.Duration(), 2*time.Second)
	require.Greater(t, decibels(rms(floats(clip.PCM))), -25.0)
	require.Less(t, peak(clip.PCM), 0.9)
}

func TestLibrarySpeaksOnceForMany(t *testing.T) {
	t.Parallel()
	speaker := newScripted()
	speaker.hold, speaker.began = make(chan struct{}), make(chan struct{}, 10)
	l := library(t, prompt.Options{Speaker: speaker})
	impatient, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	go func() {
		_, err := l.Text(impatient, "раз")
		gone <- err
	}()
	<-speaker.began
	clips := make(chan *prompt.Clip, 20)
	for range 20 {
		go func() {
			clip, err := l.Text(context.Background(), "раз")
			if err != nil {
				clip = nil
			}
			clips <- clip
		}()
	}
	cancel()
	require.ErrorIs(t, <-gone, context.Canceled, "who started the work may leave")
	close(speaker.hold)
	for range 20 {
		require.NotNil(t, <-clips)
	}
	require.Equal(t, 1, speaker.count("раз"))
}

func TestLibraryMendsDamagedFiles(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string][]byte{"empty": {}, "noise": []byte("noise"), "half": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, speaker := t.TempDir(), newScripted()
			want, err := library(t, prompt.Options{Speaker: speaker, Dir: dir}).Text(t.Context(), "раз")
			require.NoError(t, err)
			paths, _ := files(t, dir)
			require.Len(t, paths, 1)
			if damage == nil {
				whole, err := os.ReadFile(paths[0])
				require.NoError(t, err)
				damage = whole[:len(whole)/2]
			}
			require.NoError(t, os.WriteFile(paths[0], damage, 0o600))
			got, err := library(t, prompt.Options{Speaker: speaker, Dir: dir}).Text(t.Context(), "раз")
			require.NoError(t, err)
			require.True(t, slices.Equal(want.PCM, got.PCM))
			require.Equal(t, 2, speaker.count("раз"))
		})
	}
}

func TestLibraryBoundsItsFolder(t *testing.T) {
	t.Parallel()
	dir, speaker := t.TempDir(), newScripted()
	l := library(t, prompt.Options{Speaker: speaker, Dir: dir, DiskBytes: 50_000, MemoryBytes: 1}) // 16 KB each
	for i := range 10 {
		_, err := l.Text(t.Context(), fmt.Sprint("текст ", i))
		require.NoError(t, err)
	}
	paths, total := files(t, dir)
	require.Len(t, paths, 3)
	require.LessOrEqual(t, total, int64(50_000))
	_, err := l.Text(t.Context(), "текст 9")
	require.NoError(t, err)
	require.Equal(t, 1, speaker.count("текст 9"), "the newest are kept")

	library(t, prompt.Options{Speaker: speaker, Dir: dir, DiskBytes: 20_000})
	_, total = files(t, dir)
	require.LessOrEqual(t, total, int64(20_000), "a smaller limit holds for what was there")
}

func TestLibrarySweepsOldUnfinishedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, fresh := filepath.Join(dir, ".writing-1"), filepath.Join(dir, ".writing-2")
	require.NoError(t, os.WriteFile(old, []byte("x"), 0o600))
	require.NoError(t, os.WriteFile(fresh, []byte("x"), 0o600))
	require.NoError(t, os.Chtimes(old, time.Now(), time.Now().Add(-2*time.Hour)))
	library(t, prompt.Options{Speaker: newScripted(), Dir: dir})
	require.NoFileExists(t, old)
	require.FileExists(t, fresh)
}

func TestLibraryDoesNotKeepWhatAnotherVoiceSaid(t *testing.T) {
	t.Parallel()
	speaker := newScripted()
	speaker.voice = "espeak" // a fall-back spoke
	l := library(t, prompt.Options{Speaker: speaker})
	for want := 1; want <= 2; want++ {
		_, err := l.Text(t.Context(), "раз")
		require.NoError(t, err)
		require.Equal(t, want, speaker.count("раз"))
	}
}

func TestLibrarySpeaksThoughItCannotWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := library(t, prompt.Options{Speaker: newScripted(), Dir: dir})
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.WriteFile(dir, []byte("a file where the folder was"), 0o600))
	clip, err := l.Text(t.Context(), "раз")
	require.NoError(t, err)
	require.NotEmpty(t, clip.PCM)
}

func TestLibraryReportsAFailingSpeaker(t *testing.T) {
	t.Parallel()
	speaker := newScripted()
	speaker.err = io.ErrUnexpectedEOF
	_, err := library(t, prompt.Options{Speaker: speaker}).Text(t.Context(), "раз")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// uploads is an AudioSource over a map.
type uploads map[string][]byte

func (u uploads) Open(_ context.Context, id string) (io.ReadCloser, error) {
	data, ok := u[id]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func TestLibraryPlaysUploads(t *testing.T) {
	t.Parallel()
	source := uploads{"aud_1": wav16(tone(44100, 440, 0.3, 1), 44100)}
	l := library(t, prompt.Options{Speaker: newScripted(), Audio: source})
	clip, err := l.Audio(t.Context(), "aud_1")
	require.NoError(t, err)
	require.Equal(t, time.Second, clip.Duration())
	_, err = l.Audio(t.Context(), "aud_2")
	require.ErrorIs(t, err, fs.ErrNotExist)

	source["aud_1"] = wav16(tone(44100, 440, 0.3, 2), 44100)
	l.Forget("aud_1")
	clip, err = l.Audio(t.Context(), "aud_1")
	require.NoError(t, err)
	require.Equal(t, 2*time.Second, clip.Duration())
	require.Equal(t, 40*time.Second, l.Music().Duration())
}

func TestClosedLibraryWritesNothing(t *testing.T) {
	t.Parallel()
	dir, speaker := t.TempDir(), newScripted()
	speaker.hold, speaker.began = make(chan struct{}), make(chan struct{}, 1)
	l := library(t, prompt.Options{Speaker: speaker, Dir: dir})
	ended := make(chan error, 1)
	go func() {
		_, err := l.Text(t.Context(), "раз")
		ended <- err
	}()
	<-speaker.began
	require.NoError(t, l.Close())
	require.ErrorIs(t, <-ended, context.Canceled)
	_, err := l.Text(t.Context(), "два")
	require.ErrorIs(t, err, prompt.ErrClosed)
	paths, _ := files(t, dir)
	require.Empty(t, paths)
}
