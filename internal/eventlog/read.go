package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// batch is how many events are read at once.
const batch = 500

// horizon returns the position up to which nothing can appear any more, and the last one drawn: when they differ, an open
// transaction holds the horizon back. The three statements must stay apart and in this order: see the package comment.
func (l *Log) horizon(ctx context.Context, conn *sql.Conn) (position, drawn int64, err error) {
	err = conn.QueryRowContext(ctx, `SELECT `+drawnSoFar+` FROM events_id_seq`).Scan(&drawn)
	if err != nil {
		return 0, 0, fmt.Errorf("last position: %w", err)
	}
	rows, err := conn.QueryContext(ctx,
		`SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = $1::bigint::oid AND objsubid = 2
		 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, gate)
	if err != nil {
		return 0, 0, fmt.Errorf("open appenders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	position = drawn
	for rows.Next() {
		var key int64
		if err := rows.Scan(&key); err != nil {
			return 0, 0, fmt.Errorf("open appenders: %w", err)
		}
		// The lock is named after a position modulo keys; one far above drawn was taken after drawn was read.
		behind := ((drawn-key)%keys + keys) % keys
		if behind < keys/2 && drawn-behind < position {
			position = drawn - behind
		}
	}
	return position, drawn, rows.Err()
}

// selection is which events a stream wants; at most one of the ids is set, none means all.
type selection struct{ interactionID, accountID string }

func (s selection) key() string {
	switch {
	case s.interactionID != "":
		return "i" + s.interactionID
	case s.accountID != "":
		return "a" + s.accountID
	default:
		return "*"
	}
}

// querier is a pool or one connection of it.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// read returns the settled events after one position up to another, at most batch.
func read(ctx context.Context, db querier, s selection, after, upTo int64) ([]Event, error) {
	where, args := "", []any{after, upTo, batch}
	switch {
	case s.interactionID != "":
		where, args = "AND interaction_id = $4", append(args, s.interactionID)
	case s.accountID != "":
		where, args = "AND account_id = $4", append(args, s.accountID)
	}
	rows, err := db.QueryContext(ctx,
		`SELECT id, at, kind, COALESCE(interaction_id, ''), COALESCE(account_id, ''), COALESCE(queue_id, ''), data
		 FROM events WHERE id > $1 AND id <= $2 `+where+` ORDER BY id LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the event log: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var events []Event
	for rows.Next() {
		var e Event
		var data []byte
		if err := rows.Scan(&e.ID, &e.At, &e.Kind, &e.InteractionID, &e.AccountID, &e.QueueID, &data); err != nil {
			return nil, fmt.Errorf("read the event log: %w", err)
		}
		if len(data) > 0 {
			if err := json.Unmarshal(data, &e.Data); err != nil {
				return nil, fmt.Errorf("data of event %d: %w", e.ID, err)
			}
		}
		events = append(events, e)
	}
	return events, rows.Err()
}
