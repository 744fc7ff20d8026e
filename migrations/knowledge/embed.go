// Package knowledgemigrations holds the versioned migrations of the question base's database, written by
// `go run ./knowledge/ent/migrate NAME`, and applies them.
package knowledgemigrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"ekc/migrations"
)

//go:embed *.sql
var files embed.FS

// lockID keeps two processes from migrating one database at once; it differs from the core's, which may share a server.
const lockID = 0x656b635f6b6e6f77

// Files are the migrations, for tests that key their template database by them.
func Files() fs.FS { return files }

// Apply brings the database to the newest schema; it waits for another process that is doing the same.
func Apply(ctx context.Context, db *sql.DB) error {
	if err := migrations.Apply(ctx, db, files, lockID); err != nil {
		return fmt.Errorf("knowledge: %w", err)
	}
	return nil
}

// ApplyTo opens the database of the URL and brings it to the newest schema.
func ApplyTo(ctx context.Context, url string) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return fmt.Errorf("knowledge migrations: %w", err)
	}
	defer func() { _ = db.Close() }() // nothing is pending on it
	return Apply(ctx, db)
}
