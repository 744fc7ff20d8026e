package pgtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// Migrate brings the empty database behind the URL to the state that tests start from. It must close its connections.
type Migrate func(ctx context.Context, url string) error

const (
	templatePrefix = "ekctpl_"
	templateAge    = 24 * time.Hour // templates of older contents of the same family go after this
)

// template returns the name of the template database of the key, building it when it is not there. An advisory lock lets
// one process build and the others wait.
func (s *server) template(ctx context.Context, key string, migrate Migrate) (name string, err error) {
	name = templateName(key)
	if ready, err := s.exists(ctx, name); err != nil || ready {
		return name, err
	}
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }() // back to the pool, unlocked
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockNumber(name)); err != nil {
		return "", fmt.Errorf("wait for the template %s: %w", name, err)
	}
	defer func() {
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockNumber(name))
		if err == nil {
			err = unlockErr
		}
	}()
	if ready, err := s.exists(ctx, name); err != nil || ready {
		return name, err
	}
	if err := s.build(ctx, conn, name, migrate); err != nil {
		return "", fmt.Errorf("build the template for %q: %w", key, err)
	}
	return name, s.dropOldTemplates(ctx, conn, name)
}

// build migrates under a temporary name, so that an interrupted build is never cloned.
func (s *server) build(ctx context.Context, conn *sql.Conn, name string, migrate Migrate) error {
	draft := name + "_new"
	if err := run(ctx, conn, "DROP DATABASE IF EXISTS %s WITH (FORCE)", draft); err != nil {
		return err
	}
	if err := run(ctx, conn, "CREATE DATABASE %s", draft); err != nil {
		return err
	}
	if err := migrate(ctx, s.url(draft)); err != nil {
		_ = run(context.WithoutCancel(ctx), conn, "DROP DATABASE %s WITH (FORCE)", draft) // the next build drops it too
		return err
	}
	// A connection that migrate left behind would be in the way of every clone.
	_, err := conn.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", draft)
	if err != nil {
		return err
	}
	comment := "made " + time.Now().UTC().Format(time.RFC3339)
	if err := run(ctx, conn, "COMMENT ON DATABASE %s IS "+pq.QuoteLiteral(comment), draft); err != nil {
		return err
	}
	if err := run(ctx, conn, "ALTER DATABASE %s ALLOW_CONNECTIONS false", draft); err != nil {
		return err
	}
	return renameWhenFree(ctx, conn, draft, name)
}

// renameWhenFree renames a database; the backends that were told to go need a moment to do so.
func renameWhenFree(ctx context.Context, conn *sql.Conn, from, to string) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := run(ctx, conn, "ALTER DATABASE %s RENAME TO "+pq.QuoteIdentifier(to), from)
		if err == nil || !isCode(err, "55006") { // object_in_use
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-ticker.C:
		}
	}
}

// dropOldTemplates removes templates of earlier contents of the same family: nobody asks for them again.
func (s *server) dropOldTemplates(ctx context.Context, conn *sql.Conn, keep string) error {
	family := keep[:strings.LastIndex(keep, "_")+1]
	rows, err := conn.QueryContext(ctx, `SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '')
		FROM pg_database WHERE starts_with(datname, $1) AND datname <> $2`, family, keep)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // closed by Next at the end; this is for a failed Scan
	var old []string
	for rows.Next() {
		var name, comment string
		if err := rows.Scan(&name, &comment); err != nil {
			return err
		}
		made, err := time.Parse(time.RFC3339, strings.TrimPrefix(comment, "made "))
		if err == nil && time.Since(made) > templateAge {
			old = append(old, name)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range old {
		if err := run(ctx, conn, "DROP DATABASE IF EXISTS %s WITH (FORCE)", name); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) exists(ctx context.Context, name string) (bool, error) {
	var exists bool
	err := s.admin.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	return exists, err
}

// templateName is readable up to the family, the part of the key before the first colon, and unique by the rest.
func templateName(key string) string {
	family, _, _ := strings.Cut(key, ":")
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(family))
	sum := sha256.Sum256([]byte(key))
	return templatePrefix + readable[:min(len(readable), 20)] + "_" + hex.EncodeToString(sum[:8])
}

func lockNumber(name string) int64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name)) // never fails
	return int64(hash.Sum64() >> 1) //nolint:gosec // 63 bits fit
}
