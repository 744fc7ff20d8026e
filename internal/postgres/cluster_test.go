package postgres_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/internal/postgres"
)

// quick makes a test cluster small and fast; what is tested here does not depend on the disk.
var quick = map[string]string{"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}

type fixture struct {
	t       *testing.T
	options postgres.Options
	// elsewhere are clusters outside of the fixture's directory, deleted at the end.
	elsewhere []string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	// Not t.TempDir: its parents are closed to the server's account when the tests run as root.
	dir, err := os.MkdirTemp("/tmp", "ekc-postgres-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o711)) //nolint:gosec // the server's account has to pass through
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return &fixture{t: t, options: postgres.Options{
		DataDir: filepath.Join(dir, "var"), Settings: quick, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}}
}

func (f *fixture) context() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	f.t.Cleanup(cancel)
	return ctx
}

func (f *fixture) start() *postgres.Cluster {
	f.t.Helper()
	c, err := postgres.Start(f.context(), f.options)
	require.NoError(f.t, err)
	f.t.Cleanup(func() { require.NoError(f.t, c.Stop(f.context())) })
	return c
}

func (f *fixture) open(c *postgres.Cluster, database string) *sql.DB {
	f.t.Helper()
	db, err := sql.Open("postgres", c.URL(database))
	require.NoError(f.t, err)
	f.t.Cleanup(func() { _ = db.Close() }) // its server may have gone before
	return db
}

func (f *fixture) one(db *sql.DB, query string) string {
	f.t.Helper()
	var value string
	require.NoError(f.t, db.QueryRowContext(f.context(), query).Scan(&value))
	return value
}

func (f *fixture) exec(db *sql.DB, query string) {
	f.t.Helper()
	_, err := db.ExecContext(f.context(), query)
	require.NoError(f.t, err)
}

func (f *fixture) pidFile(c *postgres.Cluster) string {
	return filepath.Join(c.Path(), "data", "postmaster.pid")
}

func (f *fixture) pid(c *postgres.Cluster) int {
	f.t.Helper()
	text, err := os.ReadFile(f.pidFile(c))
	require.NoError(f.t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	require.NoError(f.t, err)
	return pid
}

func TestStartServesAndKeepsData(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	require.NoError(t, c.CreateDatabase(f.context(), `od"d name`))
	require.NoError(t, c.CreateDatabase(f.context(), `od"d name`), "a second time changes nothing")
	db := f.open(c, `od"d name`)
	f.exec(db, "CREATE TABLE kept (word text)")
	f.exec(db, "INSERT INTO kept VALUES ('ЁЖ')")
	require.Equal(t, "ёж", f.one(db, "SELECT lower(word) FROM kept"), "the locale knows Russian letters")
	require.Equal(t, "UTF8", f.one(db, "SHOW server_encoding"))
	require.Empty(t, f.one(db, "SHOW listen_addresses"), "nothing listens on TCP")
	require.Equal(t, "on", f.one(db, "SHOW synchronous_commit"))
	require.Equal(t, "terse", f.one(db, "SHOW log_error_verbosity"), "values of rows stay out of the log")
	require.NoError(t, c.Stop(f.context()))
	require.NoFileExists(t, f.pidFile(c))
	require.NoError(t, c.Stop(f.context()), "stopping twice is no error")

	again := f.start()
	require.Equal(t, "ЁЖ", f.one(f.open(again, `od"d name`), "SELECT word FROM kept"))
}

func TestSocketAndDataArePrivate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	for _, name := range []string{"", "data", "run"} {
		info, err := os.Stat(filepath.Join(c.Path(), name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), name)
		stat, ok := info.Sys().(*syscall.Stat_t)
		require.True(t, ok)
		require.NotZero(t, stat.Uid, "never root's")
	}
}

func TestSettingsFileCanBeOverriddenByHand(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	require.NoError(t, c.Stop(f.context()))
	conf, err := os.OpenFile(filepath.Join(c.Path(), "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = conf.WriteString("work_mem = '7MB'\nmax_connections = 33\n")
	require.NoError(t, err)
	require.NoError(t, conf.Close())
	db := f.open(f.start(), "postgres")
	require.Equal(t, "7MB", f.one(db, "SHOW work_mem"))
	require.Equal(t, "33", f.one(db, "SHOW max_connections"))
}

func TestFailedStartSaysWhy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.options.Settings = map[string]string{"shared_buffers": "many"}
	_, err := postgres.Start(f.context(), f.options)
	require.ErrorContains(t, err, "shared_buffers")
	f.options.Settings = quick
	f.start()
}

func TestClusterOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	require.NoError(t, c.Stop(f.context()))
	require.NoError(t, os.WriteFile(filepath.Join(c.Path(), "data", "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := postgres.Start(f.context(), f.options)
	require.ErrorIs(t, err, postgres.ErrNoServer)
	require.ErrorContains(t, err, "PostgreSQL 9")
}

func TestPathTooLongForASocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.options.DataDir = filepath.Join(f.options.DataDir, strings.Repeat("deep/", 30))
	// The server's account must be able to walk all of it.
	require.NoError(t, os.MkdirAll(f.options.DataDir, 0o755)) //nolint:gosec // as said
	c := f.start()
	require.Equal(t, "1", f.one(f.open(c, "postgres"), "SELECT 1"))
	socket := f.one(f.open(c, "postgres"), "SHOW unix_socket_directories")
	require.NotContains(t, socket, "deep")
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(socket)) })
	info, err := os.Stat(socket)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestForeignSocketDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.options.TempDir = filepath.Dir(f.options.DataDir)
	f.options.DataDir = filepath.Join(f.options.DataDir, strings.Repeat("deep/", 30))
	require.NoError(t, os.MkdirAll(f.options.DataDir, 0o755)) //nolint:gosec // as above
	c := f.start()
	socket := f.one(f.open(c, "postgres"), "SHOW unix_socket_directories")
	require.NoError(t, c.Stop(f.context()))
	require.NoError(t, os.Chmod(socket, 0o777)) //nolint:gosec // what is refused below
	_, err := postgres.Start(f.context(), f.options)
	require.ErrorContains(t, err, "not a private directory")
}
