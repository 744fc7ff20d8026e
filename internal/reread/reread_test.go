package reread_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/reread"
)

func TestWhatCannotBeUsedIsToldOnceAndTriedAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	now := time.Now()
	write := func(content string) {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		require.NoError(t, os.Chtimes(path, now, now))
	}
	write("one")
	var logged bytes.Buffer
	var away error
	reads := 0
	f, err := reread.New(reread.Options[string]{
		What: "words", Paths: []string{path, ""}, Every: time.Second, Now: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(&logged, nil)),
		Read: func() (string, error) {
			reads++
			content, err := os.ReadFile(path)
			return string(content), errors.Join(err, away)
		},
	})
	require.NoError(t, err)
	now = now.Add(time.Second)
	require.Equal(t, "one", f.Current())
	require.Equal(t, 1, reads, "nothing has changed")

	away = errors.New("may not be read")
	write("two")
	require.Equal(t, "one", f.Current(), "not looked at twice a second")
	for range 3 {
		now = now.Add(time.Second)
		require.Equal(t, "one", f.Current())
	}
	require.Equal(t, 4, reads)
	require.Equal(t, 1, strings.Count(logged.String(), "words cannot be used"))
	away = nil // as by a change of its mode, which leaves its time
	now = now.Add(time.Second)
	require.Equal(t, "two", f.Current())
	require.Equal(t, 1, strings.Count(logged.String(), "words are new"))
}
