package postgres_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/internal/postgres"
)

func TestKilledServerRecovers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	db := f.open(c, "postgres")
	f.exec(db, "CREATE TABLE kept (id int)")
	f.exec(db, "INSERT INTO kept VALUES (42)")
	pid := f.pid(c)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	select {
	case <-c.Exited():
	case <-f.context().Done():
		require.Fail(t, "the death of the server was not noticed")
	}
	require.FileExists(t, f.pidFile(c), "the killed server left its pid file")

	again := f.start()
	require.NotEqual(t, pid, f.pid(again))
	require.Equal(t, "42", f.one(f.open(again, "postgres"), "SELECT id FROM kept"))
	require.NoError(t, c.Stop(f.context()), "the first share is left without touching the second's server")
	require.Equal(t, "42", f.one(f.open(again, "postgres"), "SELECT id FROM kept"))
}

// A pid file may name a process that has nothing to do with PostgreSQL: numbers are reused, soonest in containers.
func TestStalePidFileOfAReusedNumber(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	text, err := os.ReadFile(f.pidFile(c))
	require.NoError(t, err)
	old := strconv.Itoa(f.pid(c))
	require.NoError(t, c.Stop(f.context()))

	stranger := exec.Command("sleep", "600")
	require.NoError(t, stranger.Start())
	t.Cleanup(func() {
		require.NoError(t, stranger.Process.Kill())
		require.Error(t, stranger.Wait(), "it was killed")
	})
	stale := strconv.Itoa(stranger.Process.Pid) + string(text[len(old):])
	require.NoError(t, os.WriteFile(f.pidFile(c), []byte(stale), 0o600))

	again := f.start()
	require.NotEqual(t, stranger.Process.Pid, f.pid(again))
	require.NoError(t, syscall.Kill(stranger.Process.Pid, 0), "the stranger was left alone")
}

func TestEmptyPidFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	require.NoError(t, c.Stop(f.context()))
	require.NoError(t, os.WriteFile(f.pidFile(c), nil, 0o600))
	f.start()
}

func TestInterruptedInitdbLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	base := filepath.Join(f.options.DataDir, "postgres")
	require.NoError(t, os.MkdirAll(filepath.Join(base, "data.new-1", "base"), 0o711)) //nolint:gosec // like the real one
	require.NoError(t, os.Chmod(f.options.DataDir, 0o711))                            //nolint:gosec // as above
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(base, 65534, 65534))
	}
	c := f.start()
	left, err := filepath.Glob(filepath.Join(c.Path(), "data.new-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestSecondProcessSharesAndLastOneStops(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.start()
	second := f.start()
	require.Equal(t, f.pid(first), f.pid(second))
	require.NotNil(t, first.Exited())
	require.Nil(t, second.Exited())
	require.NoError(t, first.Stop(f.context()))
	require.Equal(t, "1", f.one(f.open(second, "postgres"), "SELECT 1"), "the second still needs it")
	third, err := postgres.Attach(f.context(), f.options)
	require.NoError(t, err)
	require.NoError(t, third.Stop(f.context()))
	require.NoError(t, second.Stop(f.context()))
	require.NoFileExists(t, f.pidFile(second))
	_, err = postgres.Attach(f.context(), f.options)
	require.ErrorIs(t, err, postgres.ErrNotRunning)
}

// TestWhoStartsIsCounted lets a process that has stopped the server hold its lock for a moment longer, as a slow one may.
func TestWhoStartsIsCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before := f.start()
	require.NoError(t, before.Stop(f.context()))
	leaving, err := os.OpenFile(filepath.Join(before.Path(), "users.lock"), os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = leaving.Close() })
	exclusively := func() error { return syscall.Flock(int(leaving.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
	require.NoError(t, exclusively())
	started := make(chan *postgres.Cluster, 1)
	go func() {
		defer close(started)
		c, err := postgres.Start(f.context(), f.options)
		if err != nil {
			t.Errorf("start: %v", err)
			return
		}
		started <- c
	}()
	db := f.open(before, "postgres")
	require.Eventually(t, func() bool { return db.PingContext(t.Context()) == nil }, time.Minute, 10*time.Millisecond)
	select {
	case <-started:
		t.Fatal("the server runs, and nobody is counted as its user")
	case <-time.After(500 * time.Millisecond):
	}
	require.NoError(t, syscall.Flock(int(leaving.Fd()), syscall.LOCK_UN))
	c, ok := <-started
	require.True(t, ok)
	t.Cleanup(func() { require.NoError(t, c.Stop(f.context())) })
	require.ErrorIs(t, exclusively(), syscall.EWOULDBLOCK, "the next who leaves would stop the server of this one")
}

func TestManyStartAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const processes = 6
	type result struct {
		cluster *postgres.Cluster
		err     error
	}
	results := make(chan result, processes)
	for range processes {
		go func() {
			c, err := postgres.Start(f.context(), f.options)
			results <- result{c, err}
		}()
	}
	for range processes {
		r := <-results
		require.NoError(t, r.err)
		t.Cleanup(func() { require.NoError(t, r.cluster.Stop(f.context())) })
	}
}

func TestServerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.start()
	pid := f.pid(c)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	ctx, cancel := context.WithTimeout(f.context(), time.Second)
	defer cancel()
	_, err := postgres.Start(ctx, f.options)
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	require.ErrorContains(t, err, "process "+strconv.Itoa(pid))
	require.ErrorContains(t, err, "does not answer")
}

func TestImpatientStopEndsTheServerAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, err := postgres.Start(f.context(), f.options)
	require.NoError(t, err)
	f.exec(f.open(c, "postgres"), "CREATE TABLE kept ()")
	ctx, cancel := context.WithCancel(f.context())
	cancel()
	// The process may be faster than the cancelled context; either way it is gone and nothing is lost.
	if err := c.Stop(ctx); err != nil {
		require.ErrorContains(t, err, "did not stop in time")
		require.ErrorIs(t, err, context.Canceled)
	}
	again, err := postgres.Start(f.context(), f.options)
	require.NoError(t, err)
	require.NotNil(t, again.Exited(), "started anew, not attached")
	f.exec(f.open(again, "postgres"), "SELECT FROM kept")
	require.NoError(t, again.Stop(f.context()))
}

// helperVariable makes the test binary start a cluster and wait to be killed.
const helperVariable = "EKC_POSTGRES_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperVariable); dir != "" {
		os.Exit(startAndWait(dir))
	}
	os.Exit(m.Run())
}

func TestServerOutlivesAKilledProcess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	binary, err := os.Executable()
	require.NoError(t, err)
	process := exec.Command(binary)
	process.Env = append(os.Environ(), helperVariable+"="+f.options.DataDir)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	ready := make([]byte, 5)
	_, err = out.Read(ready)
	require.NoError(t, err)
	require.Equal(t, "ready", string(ready))
	require.NoError(t, process.Process.Kill())
	require.Error(t, process.Wait(), "it was killed")

	begin := time.Now()
	c := f.start()
	require.Nil(t, c.Exited(), "attached to the server that lives on")
	require.Equal(t, "1", f.one(f.open(c, "postgres"), "SELECT 1"))
	require.NoError(t, c.Stop(f.context()))
	require.NoFileExists(t, f.pidFile(c), "the killed process no longer counts as a user")
	require.Less(t, time.Since(begin), 30*time.Second)
}
