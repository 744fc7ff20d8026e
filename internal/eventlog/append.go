package eventlog

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/lib/pq"

	"ekc/ent"
)

// line is an event as the table has it.
type line struct{ kind, interaction, account, queue, data string }

// gathering is what a transaction of InTx will have appended when it is committed. All of it is written at the very end, in
// one statement, so that the gate is held for no longer than the commit takes. It belongs to the goroutine of its transaction.
type gathering struct {
	tx    *ent.Tx
	lines []line
}

// gatheringKey finds the gathering of a transaction in its context.
type gatheringKey struct{}

// gather begins to gather what is appended within tx.
func gather(ctx context.Context, tx *ent.Tx) (context.Context, *gathering) {
	g := &gathering{tx: tx}
	return context.WithValue(ctx, gatheringKey{}, g), g
}

// Append writes events in tx, those of InTx at its end. The readers see them, in the order of their positions, once it is
// committed. Of like events in one transaction of InTx only the last is kept: whoever reads one reads what is then.
func (l *Log) Append(ctx context.Context, tx *ent.Tx, events ...Event) error {
	lines := make([]line, 0, len(events))
	for _, e := range events {
		added := line{kind: e.Kind, interaction: e.InteractionID, account: e.AccountID, queue: e.QueueID}
		if len(e.Data) > 0 {
			text, err := json.Marshal(e.Data) // with sorted keys
			if err != nil {
				return fmt.Errorf("event data: %w", err)
			}
			added.data = string(text)
		}
		lines = append(lines, added)
	}
	if g, ok := ctx.Value(gatheringKey{}).(*gathering); ok && g.tx == tx {
		g.lines = append(g.lines, lines...)
		return nil
	}
	return write(ctx, tx, lines)
}

// write appends what was gathered.
func (g *gathering) write(ctx context.Context) error { return write(ctx, g.tx, lastOfEach(g.lines)) }

// lastOfEach leaves out the lines that come again later.
func lastOfEach(lines []line) []line {
	last := make(map[line]int, len(lines))
	for n, l := range lines {
		last[l] = n
	}
	kept := make([]line, 0, len(last))
	for n, l := range lines {
		if last[l] == n {
			kept = append(kept, l)
		}
	}
	return kept
}

// appendEvents takes the gate's lock and then draws positions, in one statement: a row of the join exists, and its default
// position is drawn, only after the lock was taken.
const appendEvents = `
	WITH gate AS MATERIALIZED (
		SELECT pg_advisory_xact_lock_shared($1, (` + drawnSoFar + ` % $2)::int)::text AS entered FROM events_id_seq)
	INSERT INTO events (at, kind, interaction_id, account_id, queue_id, data)
	SELECT clock_timestamp(), e.kind, NULLIF(e.interaction, ''), NULLIF(e.account, ''), NULLIF(e.queue, ''), NULLIF(e.data, '')::jsonb
	FROM gate, unnest((SELECT $3::text[]), (SELECT $4::text[]), (SELECT $5::text[]), (SELECT $6::text[]), (SELECT $7::text[])) WITH ORDINALITY
		AS e(kind, interaction, account, queue, data, n)
	WHERE gate.entered = '' ORDER BY e.n`

func write(ctx context.Context, tx *ent.Tx, lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	var columns [5][]string
	for _, l := range lines {
		for n, value := range [5]string{l.kind, l.interaction, l.account, l.queue, l.data} {
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

// Mark remembers what was appended within InTx so far and returns what takes back all that was appended after it. Outside of InTx
// events are written at once, and nothing is taken back.
func Mark(ctx context.Context) (undo func()) {
	g, ok := ctx.Value(gatheringKey{}).(*gathering)
	if !ok {
		return func() {}
	}
	n := len(g.lines)
	return func() { g.lines = g.lines[:n] }
}
