package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPoll is how often a held lock is tried again: flock cannot be waited for under a context.
const lockPoll = 50 * time.Millisecond

// lock is a flock on a file of the place. The kernel releases it when the process ends, however it ends.
type lock struct{ file *os.File }

func openLock(path string) (*lock, error) {
	// O_CLOEXEC is Go's default: the server must not inherit the lock.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600) //nolint:gosec // a path of the place
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	return &lock{file: file}, nil
}

// try takes the lock, shared or exclusive, if that is possible at once. A lock already held is converted.
func (l *lock) try(exclusive bool) (bool, error) {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
		}
	}
}

// take waits for the exclusive lock until ctx ends.
func (l *lock) take(ctx context.Context) error {
	return poll(ctx, lockPoll, func() (bool, error) { return l.try(true) })
}

// release gives the lock back and closes the file.
func (l *lock) release() { _ = l.file.Close() }

// poll calls check at once and then every interval, until it says true, fails, or ctx ends.
func poll(ctx context.Context, interval time.Duration, check func() (bool, error)) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		if done, err := check(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
