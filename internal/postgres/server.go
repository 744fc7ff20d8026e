package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// child is a server that this process started and therefore has to wait for.
type child struct {
	pid  int
	done chan struct{} // closed when it has ended
}

func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// launch starts the server on the place's data directory. It has its own session (a Ctrl-C must not reach it before EKC has
// finished) and outlives a killed parent; the next start attaches to it.
func launch(p place, b binaries, socketDir string) (*child, error) {
	logPath := startLog(p)
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // a path of the place
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the server has its own copy
	// Not CommandContext: the server lives longer than the start's context.
	cmd := exec.Command(b.program("postgres"), "-D", p.data(), //nolint:gosec,noctx // a found program
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+socketDir, "-c", fmt.Sprintf("port=%d", port))
	cmd.Dir = p.data()
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = p.account.attributes(true)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	c := &child{pid: cmd.Process.Pid, done: make(chan struct{})}
	go func() { // owned by the child: ends with the server
		defer close(c.done)
		_ = cmd.Wait() // the exit code tells nothing that the log does not
	}()
	return c, nil
}

// startLog holds what the server says before its own log begins, and why a start failed; each start truncates it.
func startLog(p place) string { return filepath.Join(p.base, "start.log") }

// awaitReady waits until the server answers, or has ended, or ctx ends. Recovery after an unclean stop takes its time, so
// the caller's ctx should be generous.
func awaitReady(ctx context.Context, c *child, p place, socketDir string) error {
	err := poll(ctx, lockPoll, func() (bool, error) {
		if c.ended() {
			return false, errors.New("the server ended at once")
		}
		return ping(ctx, socketDir, p.data()) == nil, nil
	})
	if err == nil {
		return nil
	}
	said, readErr := os.ReadFile(startLog(p))
	if readErr != nil {
		said = []byte(readErr.Error())
	}
	return fmt.Errorf("start the server: %w: %s (more in %s)", err, tail(string(said)), filepath.Join(p.data(), "log"))
}

// ping asks the server behind the socket whether it answers and is the one of the data directory.
func ping(ctx context.Context, socketDir, data string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	db, err := open(socketDir, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is pending on it
	var dir string
	if err := db.QueryRowContext(ctx, "SHOW data_directory").Scan(&dir); err != nil {
		return err
	}
	if dir != data {
		return fmt.Errorf("the server behind %s has its data in %s, not in %s", socketDir, dir, data)
	}
	return nil
}
