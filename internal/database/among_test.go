package database_test

import (
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"ekc/internal/database"
)

func TestValuesAreWrittenIntoTheStatement(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{
		`SELECT * FROM "t" WHERE "t"."state" IN ('A', 'B')`: {"B", "A", "B"},
		`SELECT * FROM "t" WHERE "t"."state" IN ('a''b')`:   {"a'b"},
		`SELECT * FROM "t" WHERE FALSE`:                     nil,
	} {
		b := sql.Dialect(dialect.Postgres)
		s := b.Select().From(b.Table("t"))
		database.Literally[func(*sql.Selector)]("state", values)(s)
		got, given := s.Query()
		require.Equal(t, want, got)
		require.Empty(t, given)
	}
}
