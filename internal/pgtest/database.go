package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
)

const (
	databasePrefix = "ekctest_"
	databaseAge    = 2 * time.Hour // a test database this old was left behind by a killed run
	workTimeout    = 2 * time.Minute
)

// Database returns the URL of a fresh database for the test, a clone of the template that migrate has made once for the key;
// it is dropped, with whatever connections are left, when the test ends. The key names the template and must change with
// its contents: write "family:" and Hash of the migrations.
func Database(t testing.TB, key string, migrate Migrate) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
	defer cancel()
	s, err := connect()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	template, err := s.template(ctx, key, migrate)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := databaseName(time.Now())
	if err := s.clone(ctx, template, name); err != nil {
		t.Fatalf("pgtest: clone %s: %v", template, err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), workTimeout)
		defer cancel()
		if err := run(ctx, s.admin, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name); err != nil {
			t.Errorf("pgtest: drop %s: %v", name, err)
		}
	})
	return s.url(name)
}

// Empty returns the URL of a fresh, empty database for the test, for tests of migrations themselves.
func Empty(t testing.TB) string {
	t.Helper()
	return Database(t, "empty:1", func(context.Context, string) error { return nil })
}

// Hash is a digest of all files of the file system: names and contents. Give it the embedded migrations.
func Hash(files fs.FS) string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%q %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("pgtest: read the files to hash: %v", err)) // embedded files cannot fail
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// clone copies a template. WAL_LOG and FILE_COPY take equally long here (about 50 ms for 8 MB, four at a time), but FILE_COPY
// forces two checkpoints, which the tests running beside it would feel.
func (s *server) clone(ctx context.Context, template, name string) error {
	return run(ctx, s.admin, "CREATE DATABASE %s STRATEGY wal_log TEMPLATE "+pq.QuoteIdentifier(template), name)
}

// sweep drops test databases that killed runs have left behind.
func (s *server) sweep(ctx context.Context) error {
	rows, err := s.admin.QueryContext(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", databasePrefix)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // closed by Next at the end; this is for a failed Scan
	var old []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if made, ok := madeAt(name); ok && time.Since(made) > databaseAge {
			old = append(old, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range old {
		// Another process may sweep as well; whoever is second finds nothing.
		if err := run(ctx, s.admin, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name); err != nil && !isCode(err, "3D000") {
			return err
		}
	}
	return nil
}

func databaseName(now time.Time) string {
	return databasePrefix + strconv.FormatInt(now.Unix(), 36) + "_" + strings.ToLower(rand.Text())
}

func madeAt(name string) (time.Time, bool) {
	stamp, _, ok := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
	seconds, err := strconv.ParseInt(stamp, 36, 64)
	return time.Unix(seconds, 0), ok && err == nil
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// run executes a statement about a database, whose name cannot be a parameter.
func run(ctx context.Context, db execer, format, database string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf(format, pq.QuoteIdentifier(database)))
	return err
}

func isCode(err error, code string) bool {
	var failure *pq.Error
	return errors.As(err, &failure) && string(failure.Code) == code
}
