// Package migrations applies versioned goose migrations; core/ and knowledge/ hold them. It imports nothing of the project.
package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Apply brings the database to the newest of the migrations. lockID, one for each set, keeps two processes from migrating one
// database at once: the second waits.
func Apply(ctx context.Context, db *sql.DB, files fs.FS, lockID int64) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}
