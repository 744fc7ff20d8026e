package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/lib/pq"
)

// startGrace is how long a server that did not get ready may take to stop.
const startGrace = 10 * time.Second

// ErrNotRunning is Attach's answer when no server runs on the data directory.
var ErrNotRunning = errors.New("no server runs on this data directory")

// Options say which cluster to start.
type Options struct {
	// DataDir is EKC_DATA_DIR; the cluster lives in its folder postgres. It is made when missing.
	DataDir string
	// Extension is preferred when several versions of PostgreSQL are installed: the newest that has it is taken.
	Extension string
	// Settings override those of the cluster; they take effect at the server's next start, not when attaching.
	Settings map[string]string
	// Log is told what happens; nil: nothing is.
	Log *slog.Logger
	// TempDir is where the socket goes when the data directory's path is too long; empty: /tmp.
	TempDir string
}

func (o Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

func (o Options) temp() string {
	if o.TempDir == "" {
		return "/tmp" // not os.TempDir: TMPDIR may be long, and must be the same for all who share
	}
	return o.TempDir
}

// Cluster is this process's share in a running server.
type Cluster struct {
	place     place
	socketDir string
	users     *lock
	started   *child // nil when attached
	log       *slog.Logger

	stop    sync.Once
	stopErr error
}

// Start returns a running cluster: makes it if there is none, starts its server or attaches to the running one. ctx bounds
// the start only; it should allow for crash recovery (a minute or more). Stop must be called at the end.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	p, err := prepare(ctx, o.DataDir, o.log())
	if err != nil {
		return nil, fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	c := &Cluster{place: p, log: o.log()}
	err = c.transition(ctx, func() error { return c.enter(ctx, o) })
	if err != nil {
		return nil, fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	return c, nil
}

// Attach returns the running cluster of a data directory, ErrNotRunning if there is none.
func Attach(ctx context.Context, o Options) (*Cluster, error) {
	p, ok, err := find(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	if !ok {
		return nil, ErrNotRunning
	}
	c := &Cluster{place: p, log: o.log()}
	err = c.transition(ctx, func() error {
		running, err := c.attach(ctx)
		if err == nil && !running {
			return ErrNotRunning
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// transition runs change under the exclusive lock and counts this process as a user of the server when it succeeds.
func (c *Cluster) transition(ctx context.Context, change func() error) error {
	guard, err := openLock(filepath.Join(c.place.base, "transition.lock"))
	if err != nil {
		return err
	}
	defer guard.release()
	if err := guard.take(ctx); err != nil {
		return fmt.Errorf("another process is starting or stopping the server in %s: %w", c.place.base, err)
	}
	if err := change(); err != nil {
		return err
	}
	if c.users, err = openLock(filepath.Join(c.place.base, "users.lock")); err != nil {
		return err
	}
	// Who leaves holds it exclusively for a moment longer than the transition; not to be counted would be to lose the server
	// to the next who leaves.
	if err := poll(ctx, lockPoll, func() (bool, error) { return c.users.try(false) }); err != nil {
		return fmt.Errorf("be counted as a user of the server in %s: %w", c.place.base, err)
	}
	return nil
}

// enter attaches or starts; it is called under the transition lock.
func (c *Cluster) enter(ctx context.Context, o Options) error {
	if attached, err := c.attach(ctx); err != nil || attached {
		return err
	}
	major, err := c.place.major()
	if err != nil {
		return err
	}
	server, err := choose(installed(ctx), major, o.Extension)
	if err != nil {
		return err
	}
	if major == 0 {
		c.log.Info("making a new PostgreSQL cluster", "path", c.place.base, "version", server.major)
		if err := initialise(ctx, c.place, server, o.Settings["fsync"] != "off"); err != nil {
			return err
		}
	}
	if err := clearStale(ctx, c.place.data()); err != nil {
		return err
	}
	return c.start(ctx, server, o)
}

func (c *Cluster) start(ctx context.Context, server binaries, o Options) (err error) {
	if c.socketDir, err = makeSocketDir(c.place, o.temp()); err != nil {
		return err
	}
	if err := writeSettings(c.place, o.Settings); err != nil {
		return fmt.Errorf("write the server's settings: %w", err)
	}
	if c.started, err = launch(c.place, server, c.socketDir); err != nil {
		return err
	}
	if err := awaitReady(ctx, c.started, c.place, c.socketDir); err != nil {
		if !c.started.ended() { // too slow: do not leave a server behind that nobody counts
			pm := postmaster{pid: c.started.pid}
			stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startGrace)
			defer cancel()
			err = errors.Join(err, pm.shutdown(stopCtx, c.place.data()))
		}
		return err
	}
	c.log.Info("PostgreSQL is running", "version", server.major, "pid", c.started.pid, "path", c.place.base, "socket", c.socketDir)
	return nil
}

// attach connects to the server that runs on the directory already; false when none does.
func (c *Cluster) attach(ctx context.Context) (bool, error) {
	data := c.place.data()
	pm, ok, err := readPostmaster(data)
	if err != nil || !ok || !pm.alive(data) {
		return false, err
	}
	// It may still be recovering, or on its way out after an immediate stop; then it is gone soon.
	err = poll(ctx, lockPoll, func() (bool, error) {
		if pm, ok, err = readPostmaster(data); err != nil || !ok || !pm.alive(data) {
			return true, err
		}
		return pm.socketDir != "" && ping(ctx, pm.socketDir, data) == nil, nil
	})
	if err != nil {
		return false, fmt.Errorf("a server (process %d) runs on %s but does not answer: %w", pm.pid, data, err)
	}
	if !ok || !pm.alive(data) {
		return false, nil
	}
	c.socketDir = pm.socketDir
	c.log.Info("attached to the running PostgreSQL", "pid", pm.pid, "path", c.place.base, "socket", c.socketDir)
	return true, nil
}

// Stop leaves the cluster; the last process to leave shuts the server down (fast), and Stop returns when it has gone. When
// ctx ends first the server is ended at once, and its next start recovers. Later calls return what the first did.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stop.Do(func() { c.stopErr = c.leave(ctx) })
	return c.stopErr
}

func (c *Cluster) leave(ctx context.Context) error {
	defer c.users.release()
	guard, err := openLock(filepath.Join(c.place.base, "transition.lock"))
	if err != nil {
		return err
	}
	defer guard.release()
	if err := guard.take(ctx); err != nil {
		return fmt.Errorf("leave the cluster: %w", err)
	}
	last, err := c.users.try(true)
	if err != nil {
		return err
	}
	if !last {
		c.log.Info("PostgreSQL keeps running for another process", "path", c.place.base)
		return nil
	}
	pm, ok, err := readPostmaster(c.place.data())
	if err != nil || !ok || !pm.alive(c.place.data()) {
		return err
	}
	if err := pm.shutdown(ctx, c.place.data()); err != nil {
		return err
	}
	c.log.Info("PostgreSQL has stopped", "path", c.place.base)
	return nil
}

// Exited is closed when a server that this process started has ended; it is nil, hence never ready, when attached.
func (c *Cluster) Exited() <-chan struct{} {
	if c.started == nil {
		return nil
	}
	return c.started.done
}

// URL is the address of a database of the cluster, for lib/pq and everything that reads libpq's URLs.
func (c *Cluster) URL(database string) string { return address(c.socketDir, database) }

// Path is the directory that holds the cluster.
func (c *Cluster) Path() string { return c.place.base }

func address(socketDir, database string) string {
	query := url.Values{"host": {socketDir}, "port": {strconv.Itoa(port)}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}

// open is for the few statements of this package. lib/pq heeds a context only once it is connected, so that a server which
// accepts and then is silent needs a limit of its own.
func open(socketDir, database string) (*sql.DB, error) {
	connector, err := pq.NewConnector(address(socketDir, database) + "&connect_timeout=3")
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}
