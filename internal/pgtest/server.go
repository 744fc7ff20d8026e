package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lib/pq"

	"ekc/internal/postgres"
)

// Variable names an outside server for the tests.
const Variable = "EKC_TEST_DATABASE_URL"

// startTimeout allows for a machine whose every core is compiling.
const startTimeout = 3 * time.Minute

// server is where the test databases are made.
type server struct {
	admin *sql.DB
	url   func(database string) string
}

// connect returns the server of this test process. It is the one global here: a test binary has no other place to keep
// what all its tests share, and the process's end is its teardown.
var connect = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	s, err := open(ctx)
	if err != nil {
		return nil, fmt.Errorf("test database server: %w", err)
	}
	return s, s.sweep(ctx)
})

func open(ctx context.Context) (*server, error) {
	if outside := os.Getenv(Variable); outside != "" {
		return openOutside(ctx, outside)
	}
	// Never stopped here: this process's share ends with it, and the server stays for the next one.
	cluster, err := postgres.Start(ctx, Options())
	if err != nil {
		return nil, err
	}
	s := &server{url: cluster.URL}
	return s, s.dial(ctx, cluster.URL("postgres"))
}

func openOutside(ctx context.Context, address string) (*server, error) {
	base, err := url.Parse(address)
	if err != nil || (base.Scheme != "postgres" && base.Scheme != "postgresql") {
		return nil, fmt.Errorf("%s must be a URL like postgres://user:password@host/postgres", Variable)
	}
	s := &server{url: func(database string) string {
		u := *base
		u.Path = "/" + database
		return u.String()
	}}
	return s, s.dial(ctx, address)
}

func (s *server) dial(ctx context.Context, address string) error {
	connector, err := pq.NewConnector(address)
	if err != nil {
		return err
	}
	s.admin = sql.OpenDB(connector)
	s.admin.SetMaxOpenConns(4) // each of many test processes has these
	s.admin.SetMaxIdleConns(1)
	return s.admin.PingContext(ctx)
}

// Options are those of the shared test cluster. Its directory is one per user and machine, short enough for a socket.
func Options() postgres.Options {
	return postgres.Options{
		DataDir:   filepath.Join("/tmp", fmt.Sprintf("ekc-pgtest-%d", os.Getuid())),
		Extension: "vector",
		Settings: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"max_connections": "500", "shared_buffers": "256MB", "max_wal_size": "1GB", "checkpoint_timeout": "1h",
			"autovacuum_naptime": "5min", // hundreds of short-lived databases: visiting each every minute costs more than it gives
		},
	}
}
