//go:build ignore

// Command main writes or checks the migrations of the core:
//
//	go run ./ent/migrate/main.go NAME     write migrations/core/<time>_NAME.sql and atlas.sum
//	go run ./ent/migrate/main.go -check   exit 1 when migrations and schema differ, changing nothing
package main

import (
	"context"
	"log"

	_ "github.com/lib/pq"

	"ekc/ent/migrate"
	"ekc/internal/schemadiff"
)

func main() {
	diff := schemadiff.Diff{Dir: "migrations/core", Tables: migrate.Tables}
	if err := diff.Main(context.Background()); err != nil {
		log.Fatal(err)
	}
}
