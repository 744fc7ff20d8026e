package app

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/lib/pq"

	"ekc/internal/config"
)

// The hints below turn what Postgres or the system says into one line with what to do about it.

func unreachable(variable string, url config.ConnString, err error) error {
	return fmt.Errorf("cannot use the database of %s (%s): %w; is the server up, and may this user connect?", variable, url, err)
}

// SQLSTATE classes of what an administrator can put right.
const (
	codeNoFile      = "58P01" // an extension's control file
	codeUnsupported = "0A000" // the same since PostgreSQL 15
	codeNoRight     = "42501"
)

func hintMigration(err error) error {
	var p *pq.Error
	if !errors.As(err, &p) {
		return err
	}
	switch p.Code {
	case codeNoFile, codeUnsupported:
		return fmt.Errorf("%w; install pgvector on the database server (Debian: postgresql-NN-pgvector, or scripts/setup.sh)", err)
	case codeNoRight:
		return fmt.Errorf("%w; let an administrator run CREATE EXTENSION vector in the database, and own the schema by this user", err)
	}
	return err
}

func hintListen(setting, addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s %s is taken by another program (another ekc serve?); choose another, with a port such as 8081", setting, addr)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s %s: this user may not listen there; ports below 1024 need a privilege", setting, addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s %s: this machine has no such address", setting, addr)
	}
	return fmt.Errorf("%s %s: %w", setting, addr, err)
}
