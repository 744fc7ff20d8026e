//go:build ignore

// Command main writes the migration that brings the knowledge database from the committed migrations to the ent schema:
//
//	go run ./knowledge/ent/migrate/main.go NAME     write migrations/knowledge/<time>_NAME.sql and atlas.sum
//	go run ./knowledge/ent/migrate/main.go -check   exit 1 when the two differ, changing nothing
//
// The migrations are replayed in a scratch database of the test server (see internal/pgtest). Indexes on vectors are
// written by hand: ent cannot express them, and the diff leaves indexes alone that it does not know.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	_ "github.com/lib/pq"

	"ekc/internal/pgtest"
	"ekc/internal/postgres"
	"ekc/knowledge/ent/migrate"
)

const committed = "migrations/knowledge"

func main() {
	check := flag.Bool("check", false, "only tell whether the migrations and the schema differ")
	flag.Parse()
	if !*check && flag.NArg() != 1 {
		log.Fatal("usage: main.go NAME | main.go -check")
	}
	if err := run(context.Background(), *check, flag.Arg(0)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, check bool, name string) error {
	dir := committed
	if check {
		name = "drift"
		var err error
		if dir, err = copyOf(committed); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
	}
	before, err := count(dir)
	if err != nil {
		return err
	}
	if err := diff(ctx, dir, name, check); err != nil {
		return err
	}
	after, err := count(dir)
	if err != nil {
		return err
	}
	if check && after != before {
		return fmt.Errorf("the schema has changed without a migration: run `go run ./knowledge/ent/migrate/main.go NAME`")
	}
	if !check && after == before {
		fmt.Println("nothing to migrate")
	}
	return nil
}

// diff replays the directory in a scratch database and writes what is missing.
func diff(ctx context.Context, dir, name string, check bool) error {
	cluster, err := postgres.Start(ctx, pgtest.Options())
	if err != nil {
		return err
	}
	defer func() { _ = cluster.Stop(ctx) }()
	scratch := fmt.Sprintf("ekcdiff_knowledge_%d", time.Now().UnixNano())
	if err := cluster.CreateDatabase(ctx, scratch); err != nil {
		return err
	}
	admin, err := sql.Open("postgres", cluster.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = admin.Close() }()
	defer func() { _, _ = admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+scratch+" WITH (FORCE)") }()
	db, err := sql.Open("postgres", cluster.URL(scratch))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	goose, err := sqltool.NewGooseDir(dir)
	if err != nil {
		return err
	}
	if !check { // a file written by hand has no checksum yet
		sum, err := goose.Checksum()
		if err != nil {
			return err
		}
		if err := atlas.WriteSumFile(goose, sum); err != nil {
			return err
		}
	}
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.Postgres, db),
		schema.WithDir(goose), schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(dialect.Postgres),
		schema.WithFormatter(sqltool.GooseFormatter))
	if err != nil {
		return err
	}
	return m.NamedDiff(ctx, name, migrate.Tables...)
}

func count(dir string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.sql"))
	return len(files), err
}

func copyOf(dir string) (string, error) {
	tmp, err := os.MkdirTemp("", "ekc-drift")
	if err != nil {
		return "", err
	}
	return tmp, os.CopyFS(tmp, os.DirFS(dir))
}
