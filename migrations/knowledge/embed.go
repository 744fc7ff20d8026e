// Package knowledgemigrations holds the versioned migrations of the question base's database, written by
// `go run ./knowledge/ent/migrate NAME`, and applies them. It imports nothing of the project.
package knowledgemigrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// lockID keeps two processes from migrating one database at once; it differs from the core's, which may share a server.
const lockID = 0x656b635f6b6e6f77

// Files are the migrations, for tests that key their template database by them.
func Files() fs.FS { return files }

// Apply brings the database to the newest schema; it waits for another process that is doing the same.
func Apply(ctx context.Context, db *sql.DB) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID))
	if err != nil {
		return fmt.Errorf("knowledge migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("knowledge migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("knowledge migrations: %w", err)
	}
	return nil
}
