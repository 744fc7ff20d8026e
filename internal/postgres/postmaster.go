package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what a data directory's postmaster.pid says about the server that runs (or ran) on it.
type postmaster struct {
	pid       int
	socketDir string
}

// readPostmaster reads postmaster.pid; ok is false when there is none. The file is written in steps, so a short one has
// zero values.
func readPostmaster(data string) (pm postmaster, ok bool, err error) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid")) //nolint:gosec // a path of the place
	if errors.Is(err, fs.ErrNotExist) {
		return postmaster{}, false, nil
	}
	if err != nil {
		return postmaster{}, false, err
	}
	lines := strings.Split(string(text), "\n")
	pm.pid, _ = strconv.Atoi(strings.TrimSpace(lines[0])) // 0: not a process, so the file is stale
	if len(lines) > 4 {
		pm.socketDir = strings.TrimSpace(lines[4])
	}
	return pm, true, nil
}

// alive reports whether the process exists, works in the data directory and is not a zombie. A postmaster changes into its
// data directory first of all, so this tells it from an unrelated process that got the number of a dead one, which
// PostgreSQL itself cannot.
func (pm postmaster) alive(data string) bool {
	return pm.pid > 1 && worksIn(pm.pid, data)
}

func worksIn(pid int, dir string) bool {
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return err == nil && cwd == dir && !zombie(pid)
}

func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X")
}

// orphans lists the processes that still work in a data directory: the children that a killed postmaster left behind.
func orphans(data string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && worksIn(pid, data) && isPostgres(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func isPostgres(pid int) bool {
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.TrimSpace(string(comm)) == "postgres"
}

// clearStale makes a data directory without a running postmaster ready for a start: waits for the children of a killed one
// (they leave by themselves, a busy one is told to), and removes a pid file whose number an unrelated process has now.
// PostgreSQL guards the directory a second time, by the shared memory that living children are attached to.
func clearStale(ctx context.Context, data string) error {
	const patience = 3 * time.Second
	begin := time.Now()
	err := poll(ctx, lockPoll, func() (bool, error) {
		left := orphans(data)
		if time.Since(begin) > patience {
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGQUIT) // gone already: as good
			}
		}
		return len(left) == 0, nil
	})
	if err != nil {
		return fmt.Errorf("processes of a killed server do not leave %s: %w", data, err)
	}
	err = os.Remove(filepath.Join(data, "postmaster.pid"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the stale pid file: %w", err)
	}
	return nil
}

// shutdown asks the server to stop: fast (transactions are rolled back, a checkpoint is written), and at the end of ctx at
// once (the next start recovers from the log). It returns when the server has gone.
func (pm postmaster) shutdown(ctx context.Context, data string) error {
	gone := func() (bool, error) {
		now, ok, err := readPostmaster(data)
		if err != nil {
			return false, err
		}
		return !pm.alive(data) || !ok || now.pid != pm.pid, nil
	}
	if err := syscall.Kill(pm.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop the server: %w", err)
	}
	err := poll(ctx, lockPoll, gone)
	if err == nil || ctx.Err() == nil {
		return err
	}
	_ = syscall.Kill(pm.pid, syscall.SIGQUIT) // its absence is what the poll looks for
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(fmt.Errorf("the server did not stop in time and was ended at once: %w", err), poll(last, lockPoll, gone))
}
