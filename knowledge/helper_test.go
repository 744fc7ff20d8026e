package knowledge_test

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/internal/pgtest"
	"ekc/knowledge"
	knowledgemigrations "ekc/migrations/knowledge"
)

// database is a fresh, migrated knowledge database.
func database(t testing.TB) string {
	t.Helper()
	return pgtest.Database(t, "knowledge:"+pgtest.Hash(knowledgemigrations.Files()), knowledgemigrations.ApplyTo)
}

func open(t testing.TB, o knowledge.Options) *knowledge.Base {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	b, err := knowledge.Open(context.Background(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// baseOf is a base with the given JSON lines imported.
func baseOf(t testing.TB, lines ...string) *knowledge.Base {
	t.Helper()
	b := open(t, knowledge.Options{
		URL: database(t), Clock: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
		ValidAgency: func(c string) bool { return c != "NASA" }, ValidRegion: func(c string) bool { return c != "00" },
	})
	if len(lines) > 0 {
		importLines(t, b, lines...)
	}
	return b
}

func importLines(t testing.TB, b *knowledge.Base, lines ...string) knowledge.ImportSummary {
	t.Helper()
	s, err := b.Import(t.Context(), strings.NewReader(strings.Join(lines, "\n")), knowledge.ImportOptions{Name: "test.jsonl"})
	require.NoError(t, err)
	require.Empty(t, s.Problems)
	return s
}

func search(t testing.TB, b knowledge.Service, q knowledge.Query) []knowledge.Hit {
	t.Helper()
	hits, err := b.Search(t.Context(), q)
	require.NoError(t, err)
	return hits
}

func idsOf(hits []knowledge.Hit) []string {
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.RecordID
	}
	return out
}

// count runs a query that gives one number.
func count(t testing.TB, url, query string) int {
	t.Helper()
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}
