package routing

import (
	"context"
	"database/sql"
	"fmt"
)

// querier is a client or a transaction of ent; what ent's builders cannot say is said in SQL.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// each runs a query and calls scan for every row. what names the query in errors.
func each(ctx context.Context, q querier, what string, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer func() {
		if closeErr := rows.Close(); err == nil && closeErr != nil {
			err = fmt.Errorf("%s: %w", what, closeErr)
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// column reads the one text column of a query.
func column(ctx context.Context, q querier, what, query string, args ...any) ([]string, error) {
	var values []string
	err := each(ctx, q, what, func(rows *sql.Rows) error {
		var value string
		if err := rows.Scan(&value); err != nil {
			return err
		}
		values = append(values, value)
		return nil
	}, query, args...)
	return values, err
}

// found reports whether a query returns a row; it is used for statements that lock rows.
func found(ctx context.Context, q querier, what, query string, args ...any) (bool, error) {
	one := false
	err := each(ctx, q, what, func(*sql.Rows) error {
		one = true
		return nil
	}, query, args...)
	return one, err
}

// loadTable is every operator's load as a table of account_id, chats, calls. A condition on account_id reaches the indexes
// inside.
const loadTable = `(
	SELECT account_id, count(*) FILTER (WHERE channel = 'CHAT') AS chats, count(*) FILTER (WHERE channel = 'VOICE') AS calls
	FROM (
		SELECT operator_id AS account_id, channel FROM interactions
		WHERE state IN ('ACTIVE', 'HELD', 'WRAP_UP') AND operator_id IS NOT NULL
		UNION ALL
		SELECT o.account_id, i.channel FROM offers o JOIN interactions i ON i.id = o.interaction_id
		WHERE o.state = 'PENDING'
	) AS desk GROUP BY account_id)`
