package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

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
	if err := work(ctx, tx); err != nil {
		return errors.Join(err, ignoreDone(tx.Rollback()))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}

// appendEvents takes the gate's lock and then draws positions, in one statement: a row of the join exists, and its default
// position is drawn, only after the lock was taken.
const appendEvents = `
	WITH gate AS MATERIALIZED (
		SELECT pg_advisory_xact_lock_shared($1, (` + drawnSoFar + ` % $2)::int)::text AS entered FROM events_id_seq)
	INSERT INTO events (at, kind, interaction_id, account_id, queue_id, data)
	SELECT clock_timestamp(), e.kind, NULLIF(e.interaction, ''), NULLIF(e.account, ''), NULLIF(e.queue, ''), NULLIF(e.data, '')::jsonb
	FROM gate, unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
		AS e(kind, interaction, account, queue, data, n)
	WHERE gate.entered = '' ORDER BY e.n`

// Append writes events in tx. The readers see them, in the order of their positions, once it is committed.
func (l *Log) Append(ctx context.Context, tx *ent.Tx, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	var columns [5][]string
	for _, e := range events {
		data := ""
		if len(e.Data) > 0 {
			text, err := json.Marshal(e.Data)
			if err != nil {
				return fmt.Errorf("event data: %w", err)
			}
			data = string(text)
		}
		for n, value := range [5]string{e.Kind, e.InteractionID, e.AccountID, e.QueueID, data} {
			columns[n] = append(columns[n], value)
		}
	}
	_, err := tx.ExecContext(ctx, appendEvents, gate, keys,
		pq.Array(columns[0]), pq.Array(columns[1]), pq.Array(columns[2]), pq.Array(columns[3]), pq.Array(columns[4]))
	if err != nil {
		return fmt.Errorf("append to the event log: %w", err)
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
