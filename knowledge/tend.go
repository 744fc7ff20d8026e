package knowledge

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"ekc/knowledge/embed"
)

// The tending of the vectors: every version in force has those of the set that is searched; a set that was asked for is built
// beside it, indexed and switched to; a retired one is removed. One node at a time does it, under an advisory lock that ends with
// its connection; what it has done is in the database, so another goes on where it was killed.

const (
	// tendingLock is the key of the advisory lock; any number will do.
	tendingLock = 0x656b632d766563
	// backfillRetry is the pause after a failure, for example when the embedding server is away.
	backfillRetry = 10 * time.Second
	// backfillEvery is how often versions without vectors are looked for: an import may have been cut off, here or in another
	// process, between its records and their vectors.
	backfillEvery = time.Minute
	// keepVectors is how long a retired set stays: every node has switched by then.
	keepVectors = time.Minute
	// askTime bounds a question to a server of embeddings that was away: the tending waits for it.
	askTime = 5 * time.Second
	// removeBatch is how many vectors one statement removes.
	removeBatch = 5000
)

// tendVectors keeps up with the sets of vectors and, where this node may, works on them.
func (b *Base) tendVectors(ctx context.Context) {
	tick := time.NewTicker(b.poll)
	defer tick.Stop()
	var next time.Time
	for {
		b.askForEmbedder(ctx)
		m, err := b.readMeanings(ctx)
		if err == nil && (!time.Now().Before(next) || !b.keepEmbedder && (m.helper != nil || len(m.retired) > 0)) {
			if err = b.tend(ctx, m); err == nil {
				next = time.Now().Add(b.backfillEvery)
			}
		}
		pause := time.Duration(0)
		if err != nil && ctx.Err() == nil {
			b.log.Warn("knowledge: cannot tend the vectors", "error", err)
			pause = min(backfillRetry, b.backfillEvery)
		}
		if !waitFor(ctx, pause) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-b.switched:
		}
	}
}

// askForEmbedder asks for the configured embedder that was away at the start, and wishes for its vectors once it is there.
func (b *Base) askForEmbedder(ctx context.Context) {
	if b.laterEmbedder == nil || !b.keepEmbedder || time.Now().Before(b.askLater) {
		return
	}
	b.askLater = time.Now().Add(min(backfillRetry, b.backfillEvery))
	asking, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	e, err := b.laterEmbedder(asking)
	if err != nil {
		b.log.Debug("knowledge: the configured embedder is still away", "error", err)
		return
	}
	b.embedder = e
	if err := b.wish(ctx); err != nil {
		b.embedder = nil
		b.log.Warn("knowledge: cannot change over to the configured embedder", "error", err)
		return
	}
	b.keepEmbedder = false
	b.log.Info("knowledge: the configured embedder is there now", "embedder", e.Name())
}

func waitFor(ctx context.Context, pause time.Duration) bool {
	if pause == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// alone does what changes the sets, their vectors or their indexes on a connection that holds the lock, or nothing when another
// node holds it.
func (b *Base) alone(ctx context.Context, do func(conn *sql.Conn) error) error {
	conn, err := b.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("tend the vectors: %w", err)
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	var mine bool
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(tendingLock)).Scan(&mine); err != nil || !mine {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backfillRetry)
		defer cancel()
		if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, int64(tendingLock)); err != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // the lock ends with the connection
		}
	}()
	return do(conn)
}

// tend does what there is to do, unless another node is at it.
func (b *Base) tend(ctx context.Context, m *meanings) error {
	return b.alone(ctx, func(conn *sql.Conn) error {
		var errs []error
		if !b.keepEmbedder {
			for _, s := range m.retired {
				errs = append(errs, b.remove(ctx, conn, s))
			}
		}
		if m.asker != nil {
			errs = append(errs, b.fill(ctx, m.search, m.asker))
		}
		if m.helper != nil && !b.keepEmbedder {
			errs = append(errs, b.build(ctx, conn, m.next, m.helper))
		}
		return errors.Join(errs...)
	})
}

// build completes a set and switches to it.
func (b *Base) build(ctx context.Context, conn *sql.Conn, s vectorSet, e embed.Embedder) error {
	if err := b.fill(ctx, s, e); err != nil {
		return err
	}
	if err := indexVectors(ctx, conn, s); err != nil {
		return err
	}
	// What was published while the index was made.
	if err := b.fill(ctx, s, e); err != nil {
		return err
	}
	if err := switchTo(ctx, conn, s); err != nil {
		return err
	}
	m, err := b.readMeanings(ctx)
	if err == nil && m.search.name == s.name {
		b.log.Info("knowledge: searching by new vectors", "embedder", s.name)
	}
	return err
}

// fill gives a set's vectors to all published versions that have none. It stops when the set is not wanted any more.
func (b *Base) fill(ctx context.Context, s vectorSet, e embed.Embedder) error {
	total, missing, err := b.coverage(ctx, s.name)
	if err != nil {
		return err
	}
	b.observe.VectorsCover(s.name, total-missing, total)
	for missing > 0 {
		after := ""
		for {
			versions, err := b.missingVectors(ctx, s.name, after)
			if err != nil || len(versions) == 0 {
				if err != nil {
					return err
				}
				break
			}
			if err := b.embedWith(ctx, e, versions); err != nil {
				return err
			}
			after = versions[len(versions)-1]
			missing = max(0, missing-len(versions))
			b.observe.VectorsCover(s.name, total-missing, total)
			if wanted, err := b.wanted(ctx, s); err != nil || !wanted {
				return err
			}
		}
		if total, missing, err = b.coverage(ctx, s.name); err != nil {
			return err
		}
	}
	b.observe.VectorsCover(s.name, total, total)
	return nil
}

// wanted reports whether a set is still what it was; the others that changed are noted on the way.
func (b *Base) wanted(ctx context.Context, s vectorSet) (bool, error) {
	m, err := b.readMeanings(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc([]vectorSet{m.search, m.next}, func(o vectorSet) bool { return o.name == s.name && o.state == s.state }), nil
}

// lacks is the condition for a version in force that has no vector under the embedder $1.
const lacks = `v.status = 'published' AND NOT EXISTS (SELECT FROM embeddings e WHERE e.version_id = v.id AND e.embedder = $1)`

func (b *Base) coverage(ctx context.Context, embedder string) (total, missing int, err error) {
	err = b.db.QueryRowContext(ctx, `
		SELECT (SELECT count(*) FROM record_versions WHERE status = 'published'), (SELECT count(*) FROM record_versions v WHERE `+lacks+`)`,
		embedder).Scan(&total, &missing)
	if err != nil {
		return 0, 0, fmt.Errorf("count what %s lacks: %w", embedder, err)
	}
	return total, missing, nil
}

func (b *Base) missingVectors(ctx context.Context, embedder, after string) ([]string, error) {
	var out []string
	err := b.db.QueryRowContext(ctx, `SELECT COALESCE(array_agg(id ORDER BY id), '{}') FROM (
		SELECT v.id FROM record_versions v WHERE `+lacks+` AND v.id > $2 ORDER BY v.id LIMIT $3) missing`,
		embedder, after, embedBatch).Scan(pq.Array(&out))
	if err != nil {
		return nil, fmt.Errorf("look for what %s lacks: %w", embedder, err)
	}
	return out, nil
}

// remove takes a retired set away, unless it is asked for again meanwhile.
func (b *Base) remove(ctx context.Context, conn *sql.Conn, s vectorSet) error {
	if err := dropVectorIndex(ctx, conn, s); err != nil {
		return err
	}
	after := int64(0)
	for {
		var removed int
		err := conn.QueryRowContext(ctx, `
			WITH old AS (
				SELECT id FROM embeddings WHERE embedder = $1 AND id > $2
				AND EXISTS (SELECT FROM vector_sets WHERE id = $1 AND state = 'retired') ORDER BY id LIMIT $3
			), gone AS (DELETE FROM embeddings WHERE id IN (SELECT id FROM old) RETURNING id)
			SELECT count(*), COALESCE(max(id), 0) FROM gone`, s.name, after, removeBatch).Scan(&removed, &after)
		if err != nil {
			return fmt.Errorf("remove the vectors of %s: %w", s.name, err)
		}
		if removed == 0 {
			break
		}
	}
	if _, err := conn.ExecContext(ctx, `DELETE FROM vector_sets WHERE id = $1 AND state = 'retired'`, s.name); err != nil {
		return fmt.Errorf("remove the vectors of %s: %w", s.name, err)
	}
	b.observe.VectorsRemoved(s.name)
	return nil
}
