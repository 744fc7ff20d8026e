package postgres_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/postgres"
)

// closed gives the fixture a data directory that nobody but root can reach, like one in /root.
func (f *fixture) closed() string {
	f.t.Helper()
	if os.Geteuid() != 0 {
		f.t.Skip("only root has a data directory that its server's account cannot reach")
	}
	parent := filepath.Join(filepath.Dir(f.options.DataDir), "closed")
	require.NoError(f.t, os.Mkdir(parent, 0o700))
	f.options.DataDir = filepath.Join(parent, "var")
	// Registered before any start, hence run after every stop.
	f.t.Cleanup(func() {
		for _, path := range f.elsewhere {
			require.NoError(f.t, os.RemoveAll(path))
		}
	})
	return parent
}

func TestUnreachableDataDirectory(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	parent := f.closed()
	c := f.start()
	f.elsewhere = append(f.elsewhere, c.Path())
	require.False(t, strings.HasPrefix(c.Path(), parent), "the cluster is elsewhere")
	note, err := os.ReadFile(filepath.Join(f.options.DataDir, "postgres.location"))
	require.NoError(t, err)
	require.Equal(t, c.Path()+"\n", string(note))
	f.exec(f.open(c, "postgres"), "CREATE TABLE kept ()")
	require.NoError(t, c.Stop(f.context()))

	moved := filepath.Join(parent, "moved")
	require.NoError(t, os.Rename(f.options.DataDir, moved))
	f.options.DataDir = moved
	again := f.start()
	require.Equal(t, c.Path(), again.Path(), "the note moves along")
	f.exec(f.open(again, "postgres"), "SELECT FROM kept")
}

func TestDeletedDataDirectoryBeginsAfresh(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.closed()
	c := f.start()
	f.elsewhere = append(f.elsewhere, c.Path())
	require.NoError(t, c.Stop(f.context()))
	require.NoError(t, os.RemoveAll(f.options.DataDir))
	again := f.start()
	f.elsewhere = append(f.elsewhere, again.Path())
	require.NotEqual(t, c.Path(), again.Path())
}

func TestClusterBehindClosedDoorsIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if os.Geteuid() != 0 {
		t.Skip("only root starts a server under another account")
	}
	c := f.start()
	require.NoError(t, c.Stop(f.context()))
	parent := filepath.Dir(f.options.DataDir)
	require.NoError(t, os.Chmod(parent, 0o700)) //nolint:gosec // closed on purpose
	_, err := postgres.Start(f.context(), f.options)
	require.ErrorContains(t, err, "cannot be reached")
}

func TestAnotherUsersClusterIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may enter every cluster")
	}
	f := newFixture(t)
	require.NoError(t, os.MkdirAll(f.options.DataDir, 0o700))
	// A directory of root's stands for anybody's.
	require.NoError(t, os.WriteFile(filepath.Join(f.options.DataDir, "postgres.location"), []byte("/usr\n"), 0o600))
	_, err := postgres.Start(f.context(), f.options)
	require.ErrorContains(t, err, "belongs to user 0")
}

func TestDataDirectoryThatIsAFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.NoError(t, os.WriteFile(f.options.DataDir, nil, 0o600))
	_, err := postgres.Start(f.context(), f.options)
	require.ErrorContains(t, err, f.options.DataDir)
}
