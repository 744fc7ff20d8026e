package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/lib/pq"

	"ekc/internal/config"
	"ekc/internal/postgres"
	coremigrations "ekc/migrations/core"
	knowledgemigrations "ekc/migrations/knowledge"
)

// Names of the databases in the embedded cluster.
const (
	coreDatabase      = "ekc"
	knowledgeDatabase = "ekc_knowledge"
)

// clusterTimeout allows for crash recovery; reachTimeout for a database that answers slowly.
const (
	clusterTimeout = 3 * time.Minute
	reachTimeout   = 15 * time.Second
)

// Databases names those that a process needs.
type Databases uint8

// The databases.
const (
	CoreDatabase Databases = 1 << iota
	KnowledgeDatabase
	BothDatabases = CoreDatabase | KnowledgeDatabase
)

// Storage is where the data is: outside databases, or the embedded cluster, started or attached to.
type Storage struct {
	CoreURL      string
	KnowledgeURL string

	settings config.Storage
	needs    Databases
	cluster  *postgres.Cluster
}

// OpenStorage finds the databases that are needed, and starts the embedded cluster when one of them lives there; the address of
// another stays empty. Close must be called.
func OpenStorage(ctx context.Context, c config.Storage, needs Databases, log *slog.Logger) (*Storage, error) {
	s := &Storage{settings: c, needs: needs}
	if s.needs&CoreDatabase != 0 {
		s.CoreURL = c.DatabaseURL.Reveal()
	}
	if s.needs&KnowledgeDatabase != 0 {
		s.KnowledgeURL = c.KnowledgeDatabaseURL.Reveal()
	}
	if s.embedsCore() || s.embedsKnowledge() {
		if err := s.embed(ctx, log); err != nil {
			return nil, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
		}
	}
	for _, outside := range []struct {
		variable string
		url      config.ConnString
		needed   Databases
	}{{"EKC_DATABASE_URL", c.DatabaseURL, CoreDatabase}, {"EKC_KNOWLEDGE_DATABASE_URL", c.KnowledgeDatabaseURL, KnowledgeDatabase}} {
		if outside.url == "" || s.needs&outside.needed == 0 {
			continue
		}
		if err := reach(ctx, outside.url.Reveal()); err != nil {
			return nil, errors.Join(unreachable(outside.variable, outside.url, err), s.Close(context.WithoutCancel(ctx)))
		}
	}
	return s, nil
}

func (s *Storage) embedsCore() bool { return s.needs&CoreDatabase != 0 && s.settings.DatabaseURL == "" }

func (s *Storage) embedsKnowledge() bool {
	return s.needs&KnowledgeDatabase != 0 && s.settings.KnowledgeDatabaseURL == ""
}

func (s *Storage) embed(ctx context.Context, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, clusterTimeout)
	defer cancel()
	var err error
	if s.cluster, err = postgres.Start(ctx, postgres.Options{DataDir: s.settings.DataDir, Extension: "vector", Log: log}); err != nil {
		return err
	}
	if s.embedsCore() {
		s.CoreURL = s.cluster.URL(coreDatabase)
		if err := s.cluster.CreateDatabase(ctx, coreDatabase); err != nil {
			return err
		}
	}
	if s.embedsKnowledge() {
		s.KnowledgeURL = s.cluster.URL(knowledgeDatabase)
		if err := s.cluster.RequireExtension(ctx, "vector"); err != nil {
			return err
		}
		return s.cluster.CreateDatabase(ctx, knowledgeDatabase)
	}
	return nil
}

// Embedded is the cluster's directory; empty when both databases are outside.
func (s *Storage) Embedded() string {
	if s.cluster == nil {
		return ""
	}
	return s.cluster.Path()
}

// watch makes the end of an embedded server that this process started the failure of a crew.
func (s *Storage) watch(c *crew) {
	if s.cluster == nil {
		return
	}
	exited := s.cluster.Exited()
	if exited == nil {
		return
	}
	c.add("the embedded PostgreSQL", func(ctx context.Context) error {
		select {
		case <-exited:
		case <-ctx.Done():
		}
		return nil
	})
}

// Migrate brings the databases to the newest schema.
func (s *Storage) Migrate(ctx context.Context) error {
	if s.needs&CoreDatabase != 0 {
		if err := migrate(ctx, s.CoreURL, coremigrations.Apply); err != nil {
			return err
		}
	}
	if s.needs&KnowledgeDatabase != 0 {
		return migrate(ctx, s.KnowledgeURL, knowledgemigrations.Apply)
	}
	return nil
}

func migrate(ctx context.Context, url string, apply func(context.Context, *sql.DB) error) error {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is pending on it
	return hintMigration(apply(ctx, db))
}

// Close leaves the embedded cluster; the last process that leaves stops it. It may be called more than once.
func (s *Storage) Close(ctx context.Context) error {
	if s.cluster == nil {
		return nil
	}
	return s.cluster.Stop(ctx)
}

func reach(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	connector, err := pq.NewConnector(url)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }() // nothing is pending on it
	var version int
	if err := db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&version); err != nil {
		return err
	}
	if version < oldestPostgres {
		return fmt.Errorf("the server is PostgreSQL %d; EKC needs %d or newer", version/10000, oldestPostgres/10000)
	}
	return nil
}

const oldestPostgres = 150000
