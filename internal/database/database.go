// Package database opens the core's Postgres: one pool, the ent client over it, with the policies of the data model in
// force. It imports the generated data model and nothing else of the project.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"ekc/ent"
	_ "ekc/ent/runtime" // brings the policies into force
)

// idleFor is how long an unused connection is kept.
const idleFor = 5 * time.Minute

// Core is the core's database.
type Core struct {
	DB     *sql.DB
	Client *ent.Client
	URL    string
}

// Open connects to the database of the URL with at most conns connections, and fails when it does not answer.
func Open(ctx context.Context, url string, conns int) (*Core, error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(idleFor)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
	return &Core{DB: db, Client: client, URL: url}, nil
}

// Close ends all connections.
func (c *Core) Close() error { return c.Client.Close() }
