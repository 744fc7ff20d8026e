package app

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// stuckAfter is how long the follower of the event log may stand still while there is something to follow. It is longer than
// any transaction that appends.
const stuckAfter = 15 * time.Second

// follower tells whether the event log is followed.
type follower struct {
	db   *sql.DB
	tail func() int64

	mu    sync.Mutex
	seen  int64
	since time.Time
}

func newFollower(db *sql.DB, tail func() int64) *follower {
	return &follower{db: db, tail: tail, since: time.Now()}
}

// check fails when events have waited for too long.
func (f *follower) check(ctx context.Context) error {
	var drawn int64
	err := f.db.QueryRowContext(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_id_seq`).Scan(&drawn)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if at := f.tail(); at != f.seen || at >= drawn {
		f.seen, f.since = at, time.Now()
	}
	if time.Since(f.since) > stuckAfter {
		return errors.New("the event log is not being followed")
	}
	return nil
}
