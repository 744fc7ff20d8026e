package filestore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/filestore"
)

func TestSweepAsksInBatches(t *testing.T) {
	t.Parallel()
	store, err := filestore.New(t.TempDir(), "files")
	require.NoError(t, err)
	old := time.Now().Add(-48 * time.Hour)
	const files = 1203
	for n := range files {
		path := store.Path(fmt.Sprintf("f%d", n))
		require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
		require.NoError(t, os.Chtimes(path, old, old))
	}
	fresh, err := store.Receive(strings.NewReader("Справка"))
	require.NoError(t, err)
	require.NoError(t, fresh.Keep("fresh"))
	asked, seen := 0, map[string]bool{}
	known := func(_ context.Context, ids []string) (kept []string, err error) {
		asked++
		require.LessOrEqual(t, len(ids), 500)
		for _, id := range ids {
			require.False(t, seen[id], "a file is asked for twice")
			if seen[id] = true; strings.HasSuffix(id, "7") {
				kept = append(kept, id)
			}
		}
		return kept, nil
	}
	require.NoError(t, store.Sweep(t.Context(), time.Now().Add(-24*time.Hour), known))
	require.Equal(t, 3, asked)
	require.Len(t, seen, files)
	left, err := os.ReadDir(store.Dir())
	require.NoError(t, err)
	names := map[string]bool{}
	for _, e := range left {
		names[e.Name()] = true
	}
	require.True(t, names["fresh"] && names["f7"] && names["f1197"])
	require.False(t, names["f8"] || names["f1202"])
	require.Len(t, names, files/10+2) // f7 to f1197, what is fresh, and the folder of what comes in

	away := errors.New("away")
	seen = map[string]bool{}
	err = store.Sweep(t.Context(), time.Now().Add(-24*time.Hour), func(context.Context, []string) ([]string, error) { return nil, away })
	require.ErrorIs(t, err, away)
	_, err = os.Stat(store.Path("f7"))
	require.NoError(t, err, "nothing is removed while nobody knows")
}
