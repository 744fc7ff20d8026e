package knowledge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"github.com/pgvector/pgvector-go"

	"ekc/knowledge/embed"
)

const (
	// embedBatch is how many versions are given their vectors in one transaction.
	embedBatch = 400
	// neighbours is how many units nearest in meaning become candidates.
	neighbours = 30
	// semanticTimeout is the default of Options.SemanticTimeout.
	semanticTimeout = 400 * time.Millisecond
)

// embedding gives vectors to new versions beside the import that makes them.
type embedding struct {
	work chan []string
	done chan struct{}
	err  error
}

func (b *Base) startEmbedding(ctx context.Context) *embedding {
	e := &embedding{work: make(chan []string, 4), done: make(chan struct{})}
	go func() {
		defer close(e.done)
		for versions := range e.work {
			if e.err == nil {
				e.err = b.embedVersions(ctx, versions)
			}
		}
	}()
	return e
}

func (e *embedding) add(ctx context.Context, versions []string) error {
	if len(versions) == 0 {
		return nil
	}
	select {
	case e.work <- versions:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait ends the work and gives its first error.
func (e *embedding) wait() error {
	close(e.work)
	<-e.done
	return e.err
}

// embedVersions stores the vectors of the versions' questions and phrasings: those of the set that is searched and of the one
// that is being built. What this node cannot open is left to the one that tends the vectors.
func (b *Base) embedVersions(ctx context.Context, versions []string) error {
	var errs []error
	for _, e := range b.meanings.Load().writers() {
		errs = append(errs, b.embedWith(ctx, e, versions))
	}
	return errors.Join(errs...)
}

// unit is a question or phrasing of a version.
type unit struct {
	version string
	number  int64
	text    string
}

func (b *Base) unitsOf(ctx context.Context, versions []string) ([]unit, error) {
	rows, err := b.db.QueryContext(ctx, `
		SELECT id, 0, question FROM record_versions WHERE id = ANY($1) AND status = 'published'
		UNION ALL SELECT p.version_id, p.position + 1, p.text FROM phrasings p
		JOIN record_versions v ON v.id = p.version_id WHERE v.id = ANY($1) AND v.status = 'published'`, pq.Array(versions))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []unit
	for rows.Next() {
		var u unit
		if err := rows.Scan(&u.version, &u.number, &u.text); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// embedWith stores one embedder's vectors of the versions; those that are stored already stay.
func (b *Base) embedWith(ctx context.Context, e embed.Embedder, versions []string) error {
	units, err := b.unitsOf(ctx, versions)
	if err != nil {
		return fmt.Errorf("read what is to be embedded: %w", err)
	}
	ids, numbers, texts := make([]string, len(units)), make([]int64, len(units)), make([]string, len(units))
	for i, u := range units {
		ids[i], numbers[i], texts[i] = u.version, u.number, u.text
	}
	vectors, err := e.Embed(ctx, texts)
	if err != nil {
		return fmt.Errorf("embed records with %s: %w", e.Name(), err)
	}
	if len(vectors) != len(texts) {
		return fmt.Errorf("embed records with %s: %d vectors for %d texts", e.Name(), len(vectors), len(texts))
	}
	literals := make([]string, len(vectors))
	for i, v := range vectors {
		if len(v) != e.Dimensions() {
			return fmt.Errorf("embed records with %s: a vector of %d dimensions", e.Name(), len(v))
		}
		literals[i] = pgvector.NewVector(v).String()
	}
	// A version may have been replaced or deleted meanwhile; the join leaves such rows out.
	_, err = b.db.ExecContext(ctx, `
		INSERT INTO embeddings (version_id, unit, embedder, vec)
		SELECT t.id, t.unit, $4, t.vec::vector FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t(id, unit, vec)
		JOIN record_versions v ON v.id = t.id AND v.status = 'published'
		ON CONFLICT (version_id, embedder, unit) DO NOTHING`,
		pq.Array(ids), pq.Array(numbers), pq.Array(literals), e.Name())
	if err != nil {
		return fmt.Errorf("store vectors: %w", err)
	}
	return nil
}

// nearest gives the records whose questions or phrasings are nearest in meaning, with their cosine to the query, and whether
// the ranking model was fitted with the vectors that it went by. A failure is logged and gives none: the lexical index answers
// alone.
func (b *Base) nearest(ctx context.Context, text string) (near map[string]float64, fitted bool) {
	m := b.meanings.Load()
	fitted = m.search.name == embed.Builtin{}.Name()
	if m.asker == nil {
		return nil, fitted
	}
	ctx, cancel := context.WithTimeout(ctx, b.semantic)
	defer cancel()
	near, err := b.queryNearest(ctx, m, text)
	if err != nil {
		b.log.Warn("knowledge: semantic search failed", "embedder", m.search.name, "error", err)
	}
	return near, fitted
}

func (b *Base) queryNearest(ctx context.Context, m *meanings, text string) (map[string]float64, error) {
	vector, err := embed.Query(ctx, m.asker, text)
	if err != nil {
		return nil, err
	}
	// The embedder's name and dimensions are written out: only then does the planner use its partial index.
	rows, err := b.db.QueryContext(ctx, fmt.Sprintf(`
		SELECT v.record_id, 1 - n.distance FROM (
			SELECT version_id, vec::%[1]s <=> $1::%[1]s AS distance FROM embeddings
			WHERE embedder = %[2]s ORDER BY vec::%[1]s <=> $1::%[1]s LIMIT %[3]d
		) n JOIN record_versions v ON v.id = n.version_id WHERE v.status = 'published'`,
		m.search.kind(), pq.QuoteLiteral(m.search.name), neighbours), pgvector.NewVector(vector))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := make(map[string]float64, neighbours)
	for rows.Next() {
		var id string
		var cosine float64
		if err := rows.Scan(&id, &cosine); err != nil {
			return nil, err
		}
		found[id] = max(found[id], cosine)
	}
	return found, rows.Err()
}
