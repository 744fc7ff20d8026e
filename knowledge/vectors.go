package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	// backfillRetry is the pause after a failed backfill, for example when the embedding server is away.
	backfillRetry = 10 * time.Second
	// backfillEvery is how often versions without vectors are looked for: an import may have been cut off, here or in another
	// process, between its records and their vectors.
	backfillEvery = time.Minute
)

// ensureVectorIndex makes the index of the current embedder's vectors when there is none. The built-in embedder's comes
// with the migrations.
func (b *Base) ensureVectorIndex(ctx context.Context) error {
	if b.embedder.Name() == (embed.Builtin{}).Name() {
		return nil
	}
	name := b.embedder.Name()
	sum := sha256.Sum256([]byte(name))
	_, err := b.db.ExecContext(ctx, fmt.Sprintf(`
		CREATE INDEX IF NOT EXISTS embeddings_%s_hnsw ON embeddings
		USING hnsw ((vec::vector(%d)) vector_cosine_ops) WHERE embedder = %s`,
		hex.EncodeToString(sum[:6]), b.embedder.Dimensions(), pq.QuoteLiteral(name)))
	if err != nil {
		return fmt.Errorf("index the vectors of %s: %w", name, err)
	}
	return nil
}

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

// backfill gives vectors to the published versions that have none of the current embedder: after a change of the
// embedder, and after an import that was cut off.
func (b *Base) backfill(ctx context.Context) {
	for ctx.Err() == nil {
		missing, err := b.missingVectors(ctx)
		if err == nil && len(missing) > 0 {
			err = b.embedVersions(ctx, missing)
		}
		pause := time.Duration(0)
		switch {
		case err != nil:
			pause = backfillRetry
			if ctx.Err() == nil {
				b.log.Warn("knowledge: cannot embed records", "embedder", b.embedder.Name(), "error", err)
			}
		case len(missing) == 0:
			pause = b.backfillEvery
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (b *Base) missingVectors(ctx context.Context) ([]string, error) {
	rows, err := b.db.QueryContext(ctx, `
		SELECT v.id FROM record_versions v WHERE v.status = 'published'
		AND NOT EXISTS (SELECT FROM embeddings e WHERE e.version_id = v.id AND e.embedder = $1) LIMIT $2`,
		b.embedder.Name(), embedBatch)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// embedVersions stores the vectors of the versions' questions and phrasings; those that are stored already stay.
func (b *Base) embedVersions(ctx context.Context, versions []string) error {
	rows, err := b.db.QueryContext(ctx, `
		SELECT id, 0, question FROM record_versions WHERE id = ANY($1) AND status = 'published'
		UNION ALL SELECT p.version_id, p.position + 1, p.text FROM phrasings p
		JOIN record_versions v ON v.id = p.version_id WHERE v.id = ANY($1) AND v.status = 'published'`, pq.Array(versions))
	if err != nil {
		return fmt.Errorf("embed records: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var ids, texts []string
	var units []int64
	for rows.Next() {
		var id, text string
		var unit int64
		if err := rows.Scan(&id, &unit, &text); err != nil {
			return fmt.Errorf("embed records: %w", err)
		}
		ids, units, texts = append(ids, id), append(units, unit), append(texts, text)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("embed records: %w", err)
	}
	vectors, err := b.embedder.Embed(ctx, texts)
	if err != nil {
		return fmt.Errorf("embed records: %w", err)
	}
	literals := make([]string, len(vectors))
	for i, v := range vectors {
		literals[i] = pgvector.NewVector(v).String()
	}
	// A version may have been replaced or deleted meanwhile; the join leaves such rows out.
	_, err = b.db.ExecContext(ctx, `
		INSERT INTO embeddings (version_id, unit, embedder, vec)
		SELECT t.id, t.unit, $4, t.vec::vector FROM unnest($1::text[], $2::bigint[], $3::text[]) AS t(id, unit, vec)
		JOIN record_versions v ON v.id = t.id AND v.status = 'published'
		ON CONFLICT (version_id, embedder, unit) DO NOTHING`,
		pq.Array(ids), pq.Array(units), pq.Array(literals), b.embedder.Name())
	if err != nil {
		return fmt.Errorf("store vectors: %w", err)
	}
	return nil
}

// nearest gives the records whose questions or phrasings are nearest in meaning, with their cosine to the query. A failure
// is logged and gives none: the lexical index answers alone.
func (b *Base) nearest(ctx context.Context, text string) map[string]float64 {
	ctx, cancel := context.WithTimeout(ctx, b.semantic)
	defer cancel()
	found, err := b.queryNearest(ctx, text)
	if err != nil {
		b.log.Warn("knowledge: semantic search failed", "embedder", b.embedder.Name(), "error", err)
	}
	return found
}

func (b *Base) queryNearest(ctx context.Context, text string) (map[string]float64, error) {
	vectors, err := b.embedder.Embed(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	// The embedder's name and dimensions are written out: only then does the planner use its partial index.
	rows, err := b.db.QueryContext(ctx, fmt.Sprintf(`
		SELECT v.record_id, 1 - n.distance FROM (
			SELECT version_id, vec::vector(%[1]d) <=> $1::vector(%[1]d) AS distance FROM embeddings
			WHERE embedder = %[2]s ORDER BY vec::vector(%[1]d) <=> $1::vector(%[1]d) LIMIT %[3]d
		) n JOIN record_versions v ON v.id = n.version_id WHERE v.status = 'published'`,
		b.embedder.Dimensions(), pq.QuoteLiteral(b.embedder.Name()), neighbours), pgvector.NewVector(vectors[0]))
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
