package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/lib/pq"
)

// CreateDatabase makes a database of the cluster unless it exists.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	db, err := open(c.socketDir, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is pending on it
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return fmt.Errorf("look for database %s: %w", name, err)
	}
	if exists {
		return nil
	}
	_, err = db.ExecContext(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(name))
	var failure *pq.Error
	if errors.As(err, &failure) && (failure.Code == "42P04" || failure.Code == "23505") {
		return nil // another process was faster: duplicate_database, or unique_violation in the catalogue
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// RequireExtension fails, saying what to do, when the server cannot create the named extension.
func (c *Cluster) RequireExtension(ctx context.Context, name string) error {
	db, err := open(c.socketDir, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is pending on it
	var exists bool
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)", name).Scan(&exists)
	if err != nil {
		return fmt.Errorf("look for extension %s: %w", name, err)
	}
	if !exists {
		return fmt.Errorf("the PostgreSQL server lacks the extension %s: run scripts/setup.sh", name)
	}
	return nil
}
