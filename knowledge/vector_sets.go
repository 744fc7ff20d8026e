package knowledge

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/knowledge/embed"
)

// meanings are the embedders in use on this node, as the database has it. They are replaced whole.
type meanings struct {
	// search is the active set with its embedder, which is nil when this node cannot open it: words are searched alone then.
	search vectorSet
	asker  embed.Embedder
	// next is the set being built, with its embedder or nil; it has no name when there is none.
	next   vectorSet
	helper embed.Embedder
	// retired are the sets to be removed.
	retired []vectorSet
}

// writers are the embedders whose vectors a new version gets on this node.
func (m *meanings) writers() []embed.Embedder {
	var out []embed.Embedder
	for _, e := range []embed.Embedder{m.asker, m.helper} {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// wish makes the configured embedder's set the one to be built, unless it is searched already. The last node that starts
// decides; a set that another wish has begun is given up.
func (b *Base) wish(ctx context.Context) error {
	e := b.embedder
	if e.Dimensions() < 1 || e.Dimensions() > embed.MaxDimensions {
		return fail.New(fail.Invalid, "the vectors of %s have %d dimensions: 1 to %d can be indexed", e.Name(), e.Dimensions(), embed.MaxDimensions)
	}
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("ask for the vectors of %s: %w", e.Name(), err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{`LOCK TABLE vector_sets IN SHARE ROW EXCLUSIVE MODE`, nil},
		{`UPDATE vector_sets SET state = 'retired', changed_at = now() WHERE state = 'building' AND id <> $1`, []any{e.Name()}},
		{
			`INSERT INTO vector_sets (id, source, dimensions, state, changed_at) VALUES ($1, $2, $3, 'building', now())
		  ON CONFLICT (id) DO UPDATE SET source = $2, changed_at = now(),
		  state = CASE vector_sets.state WHEN 'retired' THEN 'building' ELSE vector_sets.state END`,
			[]any{e.Name(), embed.SourceOf(e), e.Dimensions()},
		},
	} {
		if _, err := tx.ExecContext(ctx, step.statement, step.args...); err != nil {
			return fmt.Errorf("ask for the vectors of %s: %w", e.Name(), err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ask for the vectors of %s: %w", e.Name(), err)
	}
	return nil
}

// readMeanings brings what this node knows of the sets up to date.
func (b *Base) readMeanings(ctx context.Context) (*meanings, error) {
	rows, err := b.db.QueryContext(ctx, `
		SELECT id, source, dimensions, state FROM vector_sets WHERE state <> 'retired' OR changed_at <= now() - $1 * interval '1 second'`,
		b.keepVectors.Seconds())
	if err != nil {
		return nil, fmt.Errorf("read the sets of vectors: %w", err)
	}
	defer func() { _ = rows.Close() }()
	m := &meanings{}
	for rows.Next() {
		var s vectorSet
		if err := rows.Scan(&s.name, &s.source, &s.dimensions, &s.state); err != nil {
			return nil, fmt.Errorf("read the sets of vectors: %w", err)
		}
		switch s.state {
		case setActive:
			m.search = s
		case setBuilding:
			m.next = s
		default:
			m.retired = append(m.retired, s)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the sets of vectors: %w", err)
	}
	m.asker, m.helper = b.opened(ctx, m.search), b.opened(ctx, m.next)
	b.meanings.Store(m)
	return m, nil
}

// openVectors settles by which vectors this node searches before it serves. In an empty base the configured embedder needs no
// waiting for, unless another node is just making its index.
func (b *Base) openVectors(ctx context.Context) error {
	if b.embedder != nil {
		if err := b.wish(ctx); err != nil {
			return err
		}
	}
	m, err := b.readMeanings(ctx)
	if err != nil || m.helper == nil || b.keepEmbedder {
		return err
	}
	_, missing, err := b.coverage(ctx, m.next.name)
	if err != nil || missing > 0 {
		return err
	}
	err = b.alone(ctx, func(conn *sql.Conn) error {
		if err := indexVectors(ctx, conn, m.next); err != nil {
			return err
		}
		return switchTo(ctx, conn, m.next)
	})
	if err != nil {
		return err
	}
	_, err = b.readMeanings(ctx)
	return err
}

// reopenAfter is the pause before an embedder is tried again that could not be opened.
const reopenAfter = 30 * time.Second

// opened gives the embedder of a set: the configured one, the built-in one, or one that is opened by its source. nil: this node
// does not have it now. Only the goroutine that tends the vectors calls it, and Open before that.
func (b *Base) opened(ctx context.Context, s vectorSet) embed.Embedder {
	switch {
	case s.name == "":
		return nil
	case b.embedder != nil && b.embedder.Name() == s.name:
		return b.embedder
	case s.name == embed.Builtin{}.Name():
		return embed.Builtin{}
	}
	if e, ok := b.others[s.name]; ok {
		return e
	}
	if b.openEmbedder == nil || s.source == "" || time.Now().Before(b.reopen[s.name]) {
		return nil
	}
	e, err := b.openEmbedder(ctx, s.source)
	if err == nil && e.Name() != s.name {
		err = fmt.Errorf("it calls itself %s", e.Name())
	}
	if err != nil {
		b.reopen[s.name] = time.Now().Add(min(reopenAfter, b.backfillEvery))
		b.log.Warn("knowledge: cannot open the embedder of the vectors in use; words are searched alone", "embedder", s.name, "error", err)
		return nil
	}
	b.others[s.name] = e
	return e
}

// switchTo makes a complete set the one that is searched, unless another was asked for meanwhile. Every node hears of it.
func switchTo(ctx context.Context, db *sql.Conn, s vectorSet) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("switch to %s: %w", s.name, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	for _, statement := range []string{
		`LOCK TABLE vector_sets IN SHARE ROW EXCLUSIVE MODE`,
		`UPDATE vector_sets SET state = 'retired', changed_at = now()
		 WHERE state = 'active' AND EXISTS (SELECT FROM vector_sets n WHERE n.id = ` + pq.QuoteLiteral(s.name) + ` AND n.state = 'building')`,
		`UPDATE vector_sets SET state = 'active', changed_at = now() WHERE state = 'building' AND id = ` + pq.QuoteLiteral(s.name),
		`SELECT pg_notify('` + Channel + `', '')`,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("switch to %s: %w", s.name, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("switch to %s: %w", s.name, err)
	}
	return nil
}
