package app

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/lib/pq"

	knowledgemigrations "ekc/migrations/knowledge"
)

const (
	scratchPrefix = "ekc_scratch_"
	dropTimeout   = 30 * time.Second
)

// Scratch makes an empty, migrated question base beside the real one, for an evaluation. drop removes it, whatever has
// become of ctx.
func (s *Storage) Scratch(ctx context.Context) (address string, drop func() error, err error) {
	name := scratchPrefix + strings.ToLower(rand.Text())
	u, err := url.Parse(s.KnowledgeURL)
	if err != nil {
		return "", nil, errors.New("the database address cannot be read")
	}
	if err := s.execute(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(name)); err != nil {
		return "", nil, fmt.Errorf("make a scratch database: %w; this user must be allowed to create databases", err)
	}
	drop = func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
		defer cancel()
		return s.execute(ctx, "DROP DATABASE IF EXISTS "+pq.QuoteIdentifier(name)+" WITH (FORCE)")
	}
	u.Path = "/" + name
	if err := migrate(ctx, u.String(), knowledgemigrations.Apply); err != nil {
		return "", nil, errors.Join(err, drop())
	}
	return u.String(), drop, nil
}

func (s *Storage) execute(ctx context.Context, statement string) error {
	db, err := sql.Open("postgres", s.KnowledgeURL)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing is pending on it
	_, err = db.ExecContext(ctx, statement)
	return err
}
