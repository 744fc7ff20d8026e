// Package prepared opens Postgres through lib/pq with connections that keep the statements they run often prepared. lib/pq
// alone parses and plans each statement with arguments anew, which takes a second round trip and, for most of ours, more of
// the server's time than the statement itself. It imports nothing of the project.
//
// A pooler that gives every transaction another server connection (PgBouncer before 1.21) does not work with it; nor do
// LISTEN and session locks, which EKC needs anyway.
package prepared

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/lib/pq"
)

// Bounds of one connection's memory: statements that stay prepared, and statements that were seen once.
const (
	keptStatements = 256
	seenStatements = 1024
)

// Statements returns a connector whose connections, made by the given one of lib/pq, keep their statements prepared.
func Statements(connector driver.Connector) driver.Connector { return preparing{connector} }

type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner, ok := c.(pqConn)
	if !ok {
		_ = c.Close()
		return nil, errors.New("prepared: the driver's connection lacks a method that is relied upon")
	}
	return newConn(inner), nil
}

// pqConn is what a connection of lib/pq can do.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// pqStmt is what a prepared statement of lib/pq can do.
type pqStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is one connection; database/sql uses it from one goroutine at a time.
type conn struct {
	pqConn
	kept *simplelru.LRU[string, pqStmt]
	seen *simplelru.LRU[string, struct{}]
}

func newConn(inner pqConn) *conn {
	c := &conn{pqConn: inner}
	// The sizes are positive constants, the only thing NewLRU refuses.
	c.kept, _ = simplelru.NewLRU(keptStatements, func(_ string, s pqStmt) { _ = s.Close() })
	c.seen, _ = simplelru.NewLRU[string, struct{}](seenStatements, nil)
	return c
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.pqConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	return rows, c.forgetStale(query, err)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.pqConn.ExecContext(ctx, query, args)
	}
	result, err := s.ExecContext(ctx, args)
	return result, c.forgetStale(query, err)
}

// statement returns the prepared form of a query that came before, and nil for one that comes the first time or may be more than
// one statement or something else than a query, as those of a migration are.
func (c *conn) statement(ctx context.Context, query string, args []driver.NamedValue) (pqStmt, error) {
	if len(args) == 0 && !readable(query) {
		return nil, nil //nolint:nilnil // not prepared is an answer
	}
	if s, ok := c.kept.Get(query); ok {
		return s, nil
	}
	if !c.seen.Contains(query) {
		c.seen.Add(query, struct{}{})
		return nil, nil //nolint:nilnil // as above
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(pqStmt)
	if !ok {
		return nil, errors.Join(errors.New("prepared: the driver's statement lacks a method that is relied upon"), prepared.Close())
	}
	c.kept.Add(query, s)
	c.seen.Remove(query)
	return s, nil
}

// readable reports whether a text without arguments is one query that may be prepared. A semicolon anywhere, within a literal too, is
// taken for the end of a first statement: Postgres prepares one alone.
func readable(query string) bool {
	text := strings.TrimLeft(query, " \t\r\n")
	return (strings.HasPrefix(text, "SELECT ") || strings.HasPrefix(text, "WITH ")) && !strings.Contains(text, ";")
}

// Codes of Postgres for a prepared statement whose table has changed or that is not there any more.
const (
	featureNotSupported     = "0A000"
	invalidSQLStatementName = "26000"
)

// forgetStale makes a statement be prepared anew after a migration changed what it returns. The query itself fails, as it
// would on any driver that prepares, and succeeds when it is tried again.
func (c *conn) forgetStale(query string, err error) error {
	var p *pq.Error
	if errors.As(err, &p) && (p.Code == featureNotSupported || p.Code == invalidSQLStatementName) {
		c.kept.Remove(query)
	}
	return err
}
