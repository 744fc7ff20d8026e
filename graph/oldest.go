package graph

import (
	"context"
	"time"
)

// began says how rows of a call are put into the order of time. Their ids do not tell it, and what a query did not ask for they do not
// hold: read reads the times then.
type began[T any] struct {
	id   func(T) string
	at   func(T) time.Time
	read func(ctx context.Context, ids []string) ([]T, error)
}

// oldestFirst sorts rows by when they began.
func oldestFirst[T any](ctx context.Context, rows []T, b began[T]) ([]T, error) {
	if len(rows) < 2 {
		return rows, nil
	}
	at := make(map[string]time.Time, len(rows))
	ids := make([]string, len(rows))
	known := true
	for n, row := range rows {
		ids[n] = b.id(row)
		at[ids[n]] = b.at(row)
		known = known && !b.at(row).IsZero()
	}
	if !known {
		full, err := b.read(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, row := range full {
			at[b.id(row)] = b.at(row)
		}
	}
	return sorted(rows, func(row T) string { return at[b.id(row)].UTC().Format(sortable) + b.id(row) }), nil
}
