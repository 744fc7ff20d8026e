package prepared_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"ekc/internal/pgtest"
	"ekc/internal/prepared"
)

// single opens an empty database with one connection, so that every query meets the same prepared statements.
func single(t *testing.T) *sql.DB {
	t.Helper()
	connector, err := pq.NewConnector(pgtest.Empty(t))
	require.NoError(t, err)
	db := sql.OpenDB(prepared.Statements(connector))
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func countPrepared(t *testing.T, db *sql.DB) int {
	t.Helper()
	var n int
	require.NoError(t, db.QueryRow(`SELECT count(*) FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%'`).Scan(&n))
	return n
}

func TestAStatementIsPreparedWhenItComesBack(t *testing.T) {
	t.Parallel()
	db := single(t)
	for round := range 4 {
		var got int
		require.NoError(t, db.QueryRow(`SELECT $1::int + 1`, round).Scan(&got))
		require.Equal(t, round+1, got)
		require.Equal(t, min(round, 1), countPrepared(t, db))
	}
	_, err := db.Exec(`SELECT 1; SELECT 2`)
	require.NoError(t, err, "several statements without arguments still run")
}

func TestStatementsOfAConnectionAreBounded(t *testing.T) {
	t.Parallel()
	db := single(t)
	for n := range 300 {
		for range 2 {
			var got int
			require.NoError(t, db.QueryRow(fmt.Sprintf(`SELECT $1::int + %d`, n), 1).Scan(&got))
			require.Equal(t, n+1, got)
		}
	}
	require.Equal(t, 256, countPrepared(t, db))
}

func TestAPreparedStatementOutlivesItsTransactionAndAnError(t *testing.T) {
	t.Parallel()
	db := single(t)
	divide := func(by int) error {
		tx, err := db.BeginTx(context.Background(), nil)
		require.NoError(t, err)
		defer func() { require.NoError(t, tx.Rollback()) }()
		var got int
		return tx.QueryRow(`SELECT 6 / $1::int`, by).Scan(&got)
	}
	require.NoError(t, divide(1))
	require.NoError(t, divide(2))
	require.ErrorContains(t, divide(0), "division by zero")
	require.NoError(t, divide(3))
	require.Equal(t, 1, countPrepared(t, db))
}

func TestAChangedTableCostsOneFailure(t *testing.T) {
	t.Parallel()
	db := single(t)
	_, err := db.Exec(`CREATE TABLE t (a int); INSERT INTO t VALUES (1)`)
	require.NoError(t, err)
	read := func() error {
		rows, err := db.Query(`SELECT * FROM t WHERE a = $1`, 1)
		if err != nil {
			return err
		}
		defer func() { require.NoError(t, rows.Close()) }()
		require.True(t, rows.Next())
		return rows.Err()
	}
	require.NoError(t, read())
	require.NoError(t, read())
	_, err = db.Exec(`ALTER TABLE t ADD b int`)
	require.NoError(t, err)
	require.ErrorContains(t, read(), "cached plan must not change result type")
	require.NoError(t, read())
}

func TestAQueryWithoutArgumentsIsPreparedToo(t *testing.T) {
	t.Parallel()
	db := single(t)
	for round := range 4 {
		var got int
		require.NoError(t, db.QueryRow("\n\tSELECT 41 + 1").Scan(&got))
		require.Equal(t, 42, got)
		require.Equal(t, min(round, 1), countPrepared(t, db))
	}
	for range 3 {
		_, err := db.Exec(`SELECT 1; SELECT 2`)
		require.NoError(t, err, "several statements are left as they are")
		_, err = db.Exec(`CREATE TEMP TABLE IF NOT EXISTS t (n int)`)
		require.NoError(t, err)
	}
	require.Equal(t, 1, countPrepared(t, db))
}
