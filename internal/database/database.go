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
	"ekc/internal/prepared"
)

// idleFor is how long an unused connection is kept.
const idleFor = 5 * time.Minute

// Core is the core's database.
type Core struct {
	DB     *sql.DB
	Client *ent.Client
	URL    string
}

// idleTransaction is how long a transaction may stand still before Postgres ends it, unless the URL says otherwise. One whose
// node has vanished without a word would keep its row locks, and hold back every reader of the event log, until the
// system's TCP gives the connection up: by default after two hours.
const (
	idleTransaction        = "10s"
	idleTransactionSetting = "idle_in_transaction_session_timeout"
)

// Open connects to the database of the URL with at most conns connections, and fails when it does not answer.
func Open(ctx context.Context, url string, conns int) (*Core, error) {
	config, err := pq.NewConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	if config.Runtime == nil {
		config.Runtime = map[string]string{}
	}
	if config.Runtime[idleTransactionSetting] == "" {
		config.Runtime[idleTransactionSetting] = idleTransaction
	}
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	db := sql.OpenDB(prepared.Statements(connector))
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
