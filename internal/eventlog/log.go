package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent"
)

// gate is the class of the advisory locks that appenders hold; "EKC1".
const gate = 0x454b4331

// keys bounds the second half of a lock's name, which is a 32-bit number.
const keys = int64(1) << 31

// drawnSoFar is the last position drawn from events_id_seq, 0 before the first.
const drawnSoFar = `(CASE WHEN is_called THEN last_value ELSE 0 END)`

// attempts is how often a transaction is tried that Postgres broke off to resolve a conflict.
const attempts = 4

// Log is the event log of one database, as one node sees it.
type Log struct {
	db     *sql.DB
	client *ent.Client
	url    string
	log    *slog.Logger

	hub      *hub
	wake     chan struct{}
	announce chan struct{}
	tail     atomic.Int64
}

// New returns the log behind the client. url is for the one connection that listens. Run must run for streams to live.
func New(db *sql.DB, client *ent.Client, url string, log *slog.Logger) *Log {
	return &Log{
		db: db, client: client, url: url, log: log,
		hub:      newHub(),
		wake:     make(chan struct{}, 1),
		announce: make(chan struct{}, 1),
	}
}

// InTx runs work in one transaction and wakes the readers of all nodes when it is committed. A transaction that Postgres
// breaks off for a deadlock, a serialization conflict or an outdated plan is tried again: work must not keep state between tries.
func (l *Log) InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error {
	var err error
	for range attempts {
		if err = l.once(ctx, work); !conflict(err) {
			break
		}
	}
	if err == nil {
		l.Wake()
		poke(l.announce)
	}
	return err
}

// Transactions is what AsSystem needs of a log.
type Transactions interface {
	// InTx runs work in one transaction, perhaps several times, and commits.
	InTx(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) error
}

// SystemTx runs work as the system in one transaction, perhaps several times, and commits: the rights of the viewer are decided before
// anything is changed. Who is asked about the viewer there finds them in the context of the caller.
type SystemTx func(ctx context.Context, work func(system context.Context, tx *ent.Tx) error) error

// AsSystem is InTx of the log for work that is done as the system.
func AsSystem(l Transactions) SystemTx {
	return func(ctx context.Context, work func(system context.Context, tx *ent.Tx) error) error {
		return l.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error { return work(viewer.AsSystem(ctx), tx) })
	}
}

func (l *Log) once(ctx context.Context, work func(ctx context.Context, tx *ent.Tx) error) (err error) {
	tx, err := l.client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() {
		if p := recover(); p != nil {
			_ = tx.Rollback()
			panic(p)
		}
	}()
	ctx, gathered := gather(ctx, tx)
	if err = work(ctx, tx); err == nil {
		err = gathered.write(ctx)
	}
	if err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}

// Wake makes the follower of this node look at the log now.
func (l *Log) Wake() { poke(l.wake) }

// Tail is the position up to which this node has followed the log: everything at or below it is settled and was handed to
// the streams. Take it before reading a state, and a stream resumed from it misses nothing of what came after. It is 0, the
// very beginning, until Started.
func (l *Log) Tail() int64 { return l.tail.Load() }

// Prune removes the events that are older than Retention by an hour or more and returns how many. It goes by the clock of
// the database, which dated them: a node whose own clock is wrong must not empty the log.
func (l *Log) Prune(ctx context.Context) (int64, error) {
	result, err := l.db.ExecContext(ctx, `DELETE FROM events WHERE at < clock_timestamp() - make_interval(secs => $1)`,
		(Retention + time.Hour).Seconds())
	if err != nil {
		return 0, fmt.Errorf("prune the event log: %w", err)
	}
	return result.RowsAffected()
}

// planOutdated is what a kept statement fails with, once on each connection, after a migration changed what it returns.
const planOutdated = "0A000"

func conflict(err error) bool {
	var p *pq.Error
	return errors.As(err, &p) && (p.Code == "40001" || p.Code == "40P01" || p.Code == planOutdated)
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
