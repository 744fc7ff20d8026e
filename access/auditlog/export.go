package auditlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
)

// exported is one line of an export.
type exported struct {
	Sequence int64  `json:"sequence"`
	Hash     string `json:"hash"`
	Entry
}

// Export writes the sealed log from a sequence on, a JSON object a line, with each link's hash, so that the chain can be checked without
// the database (Link says how); it returns how many lines. Entries hold no personal data of citizens.
func Export(ctx context.Context, db *sql.DB, from int64, w io.Writer) (int64, error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return 0, fmt.Errorf("export the audit log: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // it has only read
	v := verification{tx: tx}
	lines, after, encoder := int64(0), max(from, 1)-1, json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for {
		page, err := v.page(ctx, after)
		if err != nil {
			return lines, fmt.Errorf("export the audit log: %w", err)
		}
		if len(page) == 0 {
			return lines, nil
		}
		for _, l := range page {
			line := exported{Sequence: l.sequence, Hash: l.hash.String(), Entry: Entry{ID: l.entryID}}
			if l.entry != nil {
				line.Entry = *l.entry
			}
			if err := encoder.Encode(line); err != nil {
				return lines, fmt.Errorf("export the audit log: %w", err)
			}
			lines, after = lines+1, l.sequence
		}
	}
}
