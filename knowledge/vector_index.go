package knowledge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"ekc/knowledge/embed"
)

// longestVector is the most dimensions that pgvector indexes as they are; longer ones are indexed in half precision.
const longestVector = 2000

// vectorSet is a row of vector_sets: the vectors of one embedder.
type vectorSet struct {
	name, source string
	dimensions   int
	state        string
}

// The states of a set of vectors.
const (
	setBuilding = "building"
	setActive   = "active"
	setRetired  = "retired"
)

// kind is the type by which vectors are compared.
func (s vectorSet) kind() string {
	if s.dimensions > longestVector {
		return fmt.Sprintf("halfvec(%d)", s.dimensions)
	}
	return fmt.Sprintf("vector(%d)", s.dimensions)
}

// operators is the operator class of the index.
func (s vectorSet) operators() string {
	if s.dimensions > longestVector {
		return "halfvec_cosine_ops"
	}
	return "vector_cosine_ops"
}

// index is the name of the set's HNSW index. The built-in embedder's first one comes with the migrations.
func (s vectorSet) index() string {
	if s.name == "builtin-1-128" {
		return "embeddings_builtin_hnsw"
	}
	sum := sha256.Sum256([]byte(s.name))
	return "embeddings_" + hex.EncodeToString(sum[:6]) + "_hnsw"
}

// shape is the size of the index's graph: the built-in embedder's vectors are short and need less.
func (s vectorSet) shape() string {
	if s.source == embed.BuiltinSource {
		return "m = 8, ef_construction = 32"
	}
	return "m = 16, ef_construction = 64"
}

// indexVectors makes the set's index when there is none that can be used, without stopping writers. An index that a killed
// process has left half made is made again.
func indexVectors(ctx context.Context, db *sql.Conn, s vectorSet) error {
	var valid bool
	err := db.QueryRowContext(ctx, `
		SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
		WHERE c.relname = $1 AND i.indrelid = 'embeddings'::regclass`, s.index()).Scan(&valid)
	switch {
	case err == nil && valid:
		return nil
	case err == nil:
		err = dropVectorIndex(ctx, db, s)
	case errors.Is(err, sql.ErrNoRows):
		err = nil
	}
	if err != nil {
		return fmt.Errorf("look for the index of %s: %w", s.name, err)
	}
	for _, statement := range []string{
		`SET maintenance_work_mem = '256MB'`,
		fmt.Sprintf(`CREATE INDEX CONCURRENTLY %s ON embeddings USING hnsw ((vec::%s) %s) WITH (%s) WHERE embedder = %s`,
			pq.QuoteIdentifier(s.index()), s.kind(), s.operators(), s.shape(), pq.QuoteLiteral(s.name)),
		`RESET maintenance_work_mem`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("index the vectors of %s: %w", s.name, err)
		}
	}
	return nil
}

func dropVectorIndex(ctx context.Context, db *sql.Conn, s vectorSet) error {
	if _, err := db.ExecContext(ctx, `DROP INDEX CONCURRENTLY IF EXISTS `+pq.QuoteIdentifier(s.index())); err != nil {
		return fmt.Errorf("drop the index of %s: %w", s.name, err)
	}
	return nil
}
