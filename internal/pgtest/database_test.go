package pgtest_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	_ "github.com/lib/pq"
	"github.com/oklog/ulid/v2"
	"github.com/stretchr/testify/require"

	"ekc/internal/pgtest"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() }) // its database may have gone before
	return db
}

func migrate(statement string, calls *atomic.Int32) pgtest.Migrate {
	return func(ctx context.Context, url string) error {
		calls.Add(1)
		db, err := sql.Open("postgres", url)
		if err != nil {
			return err
		}
		// Left open on purpose: a forgotten connection must not block the clones.
		_, err = db.ExecContext(ctx, statement)
		return err
	}
}

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	key := "pgtest:" + ulid.Make().String()
	var calls atomic.Int32
	build := migrate("CREATE EXTENSION vector; CREATE TABLE note (id int PRIMARY KEY, place vector(3))", &calls)
	t.Run("group", func(t *testing.T) {
		for range 8 {
			t.Run("clone", func(t *testing.T) {
				t.Parallel()
				db := open(t, pgtest.Database(t, key, build))
				_, err := db.ExecContext(t.Context(), "INSERT INTO note VALUES (1, '[1,2,3]')")
				require.NoError(t, err, "a shared database would have the row already")
			})
		}
	})
	require.Equal(t, int32(1), calls.Load(), "the template is migrated once")
}

func TestDatabaseIsDroppedWithOpenConnections(t *testing.T) {
	t.Parallel()
	var url string
	var db *sql.DB
	t.Run("use", func(t *testing.T) {
		url = pgtest.Empty(t)
		var err error
		db, err = sql.Open("postgres", url)
		require.NoError(t, err)
		require.NoError(t, db.PingContext(t.Context()))
	})
	t.Cleanup(func() { _ = db.Close() })
	err := open(t, url).PingContext(t.Context())
	require.ErrorContains(t, err, "does not exist")
}

func TestFailedMigrationIsTriedAgain(t *testing.T) {
	t.Parallel()
	key := "pgtest:" + ulid.Make().String()
	var calls atomic.Int32
	failing := &recorder{TB: t}
	done := make(chan struct{})
	go func() { // Fatalf ends the goroutine
		defer close(done)
		pgtest.Database(failing, key, migrate("CREATE NONSENSE", &calls))
	}()
	<-done
	require.Contains(t, failing.said, "NONSENSE")
	db := open(t, pgtest.Database(t, key, migrate("CREATE TABLE good ()", &calls)))
	_, err := db.ExecContext(t.Context(), "SELECT FROM good")
	require.NoError(t, err)
}

func TestHashSeesNamesAndContents(t *testing.T) {
	t.Parallel()
	of := func(name, text string) string { return pgtest.Hash(fstest.MapFS{name: {Data: []byte(text)}}) }
	first := of("a.sql", "x")
	require.Equal(t, of("a.sql", "x"), first)
	require.NotEqual(t, of("b.sql", "x"), first)
	require.NotEqual(t, of("a.sql", "y"), first)
}

func BenchmarkDatabase(b *testing.B) {
	var calls atomic.Int32
	build := migrate("CREATE EXTENSION vector", &calls)
	pgtest.Database(b, "pgbench:1", build)
	begin := time.Now()
	for b.Loop() {
		pgtest.Database(b, "pgbench:1", build)
	}
	b.ReportMetric(float64(time.Since(begin).Milliseconds())/float64(b.N), "ms/clone")
}
