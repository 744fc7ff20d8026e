//go:build ignore

// Command main writes or checks the migrations of the knowledge database:
//
//	go run ./knowledge/ent/migrate/main.go NAME     write migrations/knowledge/<time>_NAME.sql and atlas.sum
//	go run ./knowledge/ent/migrate/main.go -check   exit 1 when migrations and schema differ, changing nothing
//
// Indexes on vectors are written by hand: ent cannot express them, and the diff leaves indexes alone that it does not know.
package main

import (
	"context"
	"log"

	_ "github.com/lib/pq"

	"ekc/internal/schemadiff"
	"ekc/knowledge/ent/migrate"
)

func main() {
	diff := schemadiff.Diff{Dir: "migrations/knowledge", Tables: migrate.Tables}
	if err := diff.Main(context.Background()); err != nil {
		log.Fatal(err)
	}
}
