package knowledge

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"ekc/internal/ids"
)

// Channel is where the base's database announces changes; the payload is the new revision.
const Channel = "knowledge_changed"

// written tells what one batch did.
type written struct {
	created, updated, unchanged int
	versions                    []string // ids of the new versions
}

// writeBatch publishes the rows that differ from what is published and notes the job's progress, in one transaction.
func (b *Base) writeBatch(ctx context.Context, rows []*row, job string, line int) (written, error) {
	tx, err := b.db.BeginTx(ctx, nil)
	if err != nil {
		return written{}, fmt.Errorf("write records: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	w := &writer{tx: tx, base: b}
	result, err := w.write(ctx, rows)
	if err == nil {
		_, err = tx.ExecContext(ctx,
			`UPDATE import_jobs SET committed_line = $2, updated_at = $3 WHERE id = $1`, job, line, b.clock())
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return written{}, fmt.Errorf("write records: %w", err)
	}
	return result, nil
}

type writer struct {
	tx   *sql.Tx
	base *Base
}

// published is what the base has of a record.
type published struct {
	hash        []byte
	last        int // highest version number
	tags, links []byte
	files       []byte
}

// hasLabels tells whether the record has the tags, links and files that a row states; one that states none asks for nothing.
func (p published) hasLabels(r *row) bool {
	var tags []string
	var links []Link
	var files []File
	if json.Unmarshal(p.tags, &tags) != nil || json.Unmarshal(p.links, &links) != nil || json.Unmarshal(p.files, &files) != nil {
		return false
	}
	return (len(r.Tags) == 0 || slices.Equal(tags, r.Tags)) && (len(r.Links) == 0 || slices.Equal(links, r.Links)) &&
		(len(r.Files) == 0 || slices.Equal(files, r.Files))
}

func (w *writer) write(ctx context.Context, rows []*row) (written, error) {
	var revision int64
	// The lock is held until the commit, so that revisions become visible in order; see ent/schema.BaseState.
	err := w.tx.QueryRowContext(ctx, `SELECT revision + 1 FROM base_states WHERE id = 1 FOR UPDATE`).Scan(&revision)
	if err != nil {
		return written{}, err
	}
	topics, err := w.topics(ctx, rows)
	if err != nil {
		return written{}, err
	}
	have, err := w.have(ctx, rows)
	if err != nil {
		return written{}, err
	}
	var result written
	changed := make([]*row, 0, len(rows))
	for _, r := range rows {
		old, exists := have[r.ID]
		hash := r.hash()
		switch {
		case exists && bytes.Equal(old.hash, hash[:]) && old.hasLabels(r):
			result.unchanged++
			continue
		case exists:
			result.updated++
		default:
			result.created++
		}
		changed = append(changed, r)
	}
	if len(changed) == 0 {
		return result, nil
	}
	result.versions, err = w.publish(ctx, changed, have, topics, revision)
	return result, err
}

func (w *writer) have(ctx context.Context, rows []*row) (map[string]published, error) {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = r.ID
	}
	found, err := w.tx.QueryContext(ctx, `
		SELECT r.id, COALESCE(max(v.number), 0),
		       COALESCE((array_agg(v.content_hash) FILTER (WHERE v.status = 'published'))[1], ''::bytea),
		       COALESCE((array_agg(v.tags) FILTER (WHERE v.status = 'published'))[1], '[]'),
		       COALESCE((array_agg(v.links) FILTER (WHERE v.status = 'published'))[1], '[]'),
		       COALESCE((array_agg(v.files) FILTER (WHERE v.status = 'published'))[1], '[]')
		FROM records r LEFT JOIN record_versions v ON v.record_id = r.id
		WHERE r.id = ANY($1) GROUP BY r.id`, pq.Array(keys))
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	have := make(map[string]published)
	for found.Next() {
		var id string
		var p published
		if err := found.Scan(&id, &p.last, &p.hash, &p.tags, &p.links, &p.files); err != nil {
			return nil, err
		}
		have[id] = p
	}
	return have, found.Err()
}

// publish writes the rows as new published versions, retires the old ones and announces the revision.
func (w *writer) publish(ctx context.Context, rows []*row, have map[string]published, topics map[listed]string, revision int64) ([]string, error) {
	c := w.columns(rows, have, topics)
	now := w.base.clock()
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{insertRecords, []any{pq.Array(c.id), pq.Array(c.agency), pq.Array(c.region), pq.Array(c.variantOf), revision, now}},
		{`DELETE FROM embeddings e USING record_versions v
		  WHERE e.version_id = v.id AND v.record_id = ANY($1) AND v.status = 'published'`, []any{pq.Array(c.id)}},
		{
			`INSERT INTO record_events (record_id, version_id, action, at)
		  SELECT record_id, id, 'superseded', $2 FROM record_versions WHERE record_id = ANY($1) AND status = 'published'`,
			[]any{pq.Array(c.id), now},
		},
		{
			`UPDATE record_versions SET status = 'archived', revision = revision + 1 WHERE record_id = ANY($1) AND status = 'published'`,
			[]any{pq.Array(c.id)},
		},
		{insertVersions, []any{
			pq.Array(c.version), pq.Array(c.id), pq.Array(c.number), pq.Array(c.question), pq.Array(c.answer),
			pq.Array(c.short), pq.Array(c.topic), pq.Array(c.legal), pq.Array(c.from), pq.Array(c.to), pq.Array(c.intent),
			pq.Array(c.personal), pq.Array(c.source), pq.Array(c.license), pq.Array(c.hash), now,
			pq.Array(c.tags), pq.Array(c.links), pq.Array(c.files),
		}},
		{
			`INSERT INTO phrasings (version_id, position, text)
		  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])`,
			[]any{pq.Array(c.phrasingOf), pq.Array(c.position), pq.Array(c.phrasing)},
		},
		{
			`INSERT INTO record_events (record_id, version_id, action, at)
		  SELECT *, 'imported', $3::timestamptz FROM unnest($1::text[], $2::text[])`, []any{pq.Array(c.id), pq.Array(c.version), now},
		},
		{`UPDATE base_states SET revision = $1 WHERE id = 1`, []any{revision}},
		{`SELECT pg_notify($1, $2)`, []any{Channel, fmt.Sprint(revision)}},
	} {
		if _, err := w.tx.ExecContext(ctx, step.sql, step.args...); err != nil {
			return nil, err
		}
	}
	return c.version, nil
}

const insertRecords = `
	INSERT INTO records (id, agency, region, variant_of, revision, created_at, updated_at)
	SELECT *, $5::bigint, $6::timestamptz, $6::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
	ON CONFLICT (id) DO UPDATE SET agency = EXCLUDED.agency, region = EXCLUDED.region, variant_of = EXCLUDED.variant_of,
		revision = EXCLUDED.revision, updated_at = EXCLUDED.updated_at`

// insertVersions keeps the tags, links and files that editors gave a record where the file says nothing of them.
const insertVersions = `
	INSERT INTO record_versions (id, record_id, number, status, question, answer, short, topic_id, legal_basis,
		valid_from, valid_to, intent, personal, source, license, content_hash, created_at, published_at, tags, links, files)
	SELECT id, record_id, number, 'published', question, answer, short, NULLIF(topic, ''), legal::jsonb,
		NULLIF(vfrom, '')::date, NULLIF(vto, '')::date, intent, personal, source, license, hash, $16, $16,
		COALESCE(NULLIF(t.tags, '')::jsonb, last.tags, '[]'), COALESCE(NULLIF(t.links, '')::jsonb, last.links, '[]'),
		COALESCE(NULLIF(t.files, '')::jsonb, last.files, '[]')
	FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
		$9::text[], $10::text[], $11::bool[], $12::bool[], $13::text[], $14::text[], $15::bytea[], $17::text[], $18::text[], $19::text[])
		AS t(id, record_id, number, question, answer, short, topic, legal, vfrom, vto, intent, personal, source, license, hash, tags, links, files)
	LEFT JOIN LATERAL (
		SELECT o.tags, o.links, o.files FROM record_versions o WHERE o.record_id = t.record_id AND o.published_at IS NOT NULL
		ORDER BY o.number DESC LIMIT 1) AS last ON true`

// columns are rows turned into the arrays that one statement inserts.
type columns struct {
	id, agency, region, variantOf, version          []string
	number                                          []int64
	question, answer, short, topic, legal, from, to []string
	source, license, tags, links, files             []string
	intent, personal                                []bool
	hash                                            [][]byte
	phrasingOf                                      []string
	position                                        []int64
	phrasing                                        []string
}

func (w *writer) columns(rows []*row, have map[string]published, topics map[listed]string) *columns {
	c := &columns{}
	for _, r := range rows {
		version := ids.New("ver")
		hash := r.hash()
		legal := []byte("[]")
		if len(r.LegalBasis) > 0 {
			legal, _ = json.Marshal(r.LegalBasis) // strings only: cannot fail
		}
		c.id, c.agency, c.region = append(c.id, r.ID), append(c.agency, r.Agency), append(c.region, r.Region)
		c.variantOf, c.version = append(c.variantOf, r.VariantOf), append(c.version, version)
		c.number = append(c.number, int64(have[r.ID].last+1))
		c.question, c.answer = append(c.question, r.Question), append(c.answer, r.Answer)
		c.short, c.topic = append(c.short, r.Short), append(c.topic, topics[listed{r.Agency, r.Topic}])
		c.legal = append(c.legal, string(legal))
		c.tags, c.links = append(c.tags, jsonCell(r.Tags)), append(c.links, jsonCell(r.Links))
		c.files = append(c.files, jsonCell(r.Files))
		c.from, c.to = append(c.from, string(r.ValidFrom)), append(c.to, string(r.ValidTo))
		c.intent, c.personal = append(c.intent, r.Intent), append(c.personal, r.Personal)
		c.source, c.license, c.hash = append(c.source, r.Source), append(c.license, r.License), append(c.hash, hash[:])
		for i, p := range r.Phrasings {
			c.phrasingOf, c.position = append(c.phrasingOf, version), append(c.position, int64(i))
			c.phrasing = append(c.phrasing, p)
		}
	}
	return c
}
