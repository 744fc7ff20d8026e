// Package schemadiff writes the migration that brings a database from its committed migrations to its ent schema, and
// tells whether one is missing. It is used by the commands in ent/migrate and knowledge/ent/migrate only.
package schemadiff

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"

	"ekc/internal/pgtest"
	"ekc/internal/postgres"
)

// Diff says what to compare.
type Diff struct {
	// Dir holds the committed goose migrations and atlas.sum.
	Dir string
	// Tables are those of the generated ent/migrate package.
	Tables []*schema.Table
}

// Main runs the command line: `NAME` writes Dir/<time>_NAME.sql, `-check` fails when the two differ and changes nothing.
func (d Diff) Main(ctx context.Context) error {
	check := flag.Bool("check", false, "only tell whether the migrations and the schema differ")
	flag.Parse()
	if *check {
		return d.Check(ctx)
	}
	if flag.NArg() != 1 {
		return errors.New("usage: main.go NAME | main.go -check")
	}
	before, err := count(d.Dir)
	if err != nil {
		return err
	}
	if err := d.write(ctx, d.Dir, flag.Arg(0), true); err != nil {
		return err
	}
	after, err := count(d.Dir)
	if err == nil && after == before {
		_, err = fmt.Println("nothing to migrate")
	}
	return err
}

// Check fails when a migration is missing.
func (d Diff) Check(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "ekc-drift")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(dir, os.DirFS(d.Dir)); err != nil {
		return err
	}
	before, err := count(dir)
	if err != nil {
		return err
	}
	if err := d.write(ctx, dir, "drift", false); err != nil {
		return err
	}
	after, err := count(dir)
	if err == nil && after != before {
		err = fmt.Errorf("the schema behind %s has changed without a migration: write one with make migrate-diff", d.Dir)
	}
	return err
}

// write replays dir in a scratch database of the test server and adds to dir what the schema has beyond it.
func (d Diff) write(ctx context.Context, dir, name string, sum bool) error {
	cluster, err := postgres.Start(ctx, pgtest.Options())
	if err != nil {
		return err
	}
	defer func() { _ = cluster.Stop(ctx) }()
	admin, err := sql.Open("postgres", cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	scratch := fmt.Sprintf("ekcdiff_%d", time.Now().UnixNano())
	if err := cluster.CreateDatabase(ctx, scratch); err != nil {
		return err
	}
	defer func() { _, _ = admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+scratch+" WITH (FORCE)") }()
	db, err := sql.Open("postgres", cluster.URL(scratch))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	files, err := sqltool.NewGooseDir(dir)
	if err != nil {
		return err
	}
	if sum { // a file written by hand has no checksum yet
		if err := checksum(files); err != nil {
			return err
		}
	}
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db),
		schema.WithDir(files), schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(dialect.Postgres),
		schema.WithFormatter(sqltool.GooseFormatter))
	if err != nil {
		return err
	}
	return m.NamedDiff(ctx, name, d.Tables...)
}

func checksum(dir atlas.Dir) error {
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	return atlas.WriteSumFile(dir, sum)
}

func count(dir string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	return len(files), err
}
