package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/knowledge/ent"
	"ekc/knowledge/ent/phrasing"
	"ekc/knowledge/ent/recordversion"
	"ekc/knowledge/ent/schema"
)

// relabelBatch is how many versions are read at once to write their hashes anew.
const relabelBatch = 500

// relabel is relabelled for what bears a topic.
func (e *edition) relabel(ctx context.Context, actor, topicID, before, after string) error {
	bearing, err := e.RecordVersion.Query().Where(recordversion.TopicID(topicID), recordversion.StatusNEQ(recordversion.StatusArchived)).IDs(ctx)
	if err != nil {
		return err
	}
	return e.relabelled(ctx, actor, bearing, "topic", before, after)
}

// relabelled does what a change of a label asks for in the versions that bear it: their entries in the history, a new revision of those
// that are being worked on, so that no editor writes the old label unseen, and word to every node of those in force.
func (e *edition) relabelled(ctx context.Context, actor string, versionIDs []string, field, before, after string) error {
	changed, err := json.Marshal([]string{field})
	if err != nil {
		return err
	}
	differences, err := json.Marshal([]schema.FieldChange{{Field: field, Before: before, After: after}})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{
			`INSERT INTO record_events (record_id, version_id, action, actor, changed, differences, at)
		  SELECT record_id, id, $2, $3, $4::jsonb, $5::jsonb, $6 FROM record_versions WHERE id = ANY($1) ORDER BY record_id`,
			[]any{pq.Array(versionIDs), string(EventRelabelled), actor, string(changed), string(differences), e.now},
		},
		{`UPDATE record_versions SET revision = revision + 1 WHERE id = ANY($1) AND status <> 'published'`, []any{pq.Array(versionIDs)}},
		{`UPDATE records r SET revision = $2, updated_at = $3 FROM record_versions v
		  WHERE v.id = ANY($1) AND v.status = 'published' AND r.id = v.record_id`, []any{pq.Array(versionIDs), e.revision, e.now}},
		{`UPDATE base_states SET revision = $1 WHERE id = 1`, []any{e.revision}},
		{`SELECT pg_notify($1, $2)`, []any{Channel, fmt.Sprint(e.revision)}},
	} {
		if _, err := e.ExecContext(ctx, step.sql, step.args...); err != nil {
			return err
		}
	}
	return e.rehash(ctx, versionIDs)
}

// rehash writes the hashes of versions whose topic has another name, or a file that an export wrote would not be found the same.
func (e *edition) rehash(ctx context.Context, versionIDs []string) error {
	for len(versionIDs) > 0 {
		n := min(len(versionIDs), relabelBatch)
		all, err := e.RecordVersion.Query().Where(recordversion.IDIn(versionIDs[:n]...)).WithTopic().WithRecord().
			WithPhrasings(func(q *ent.PhrasingQuery) { q.Order(ent.Asc(phrasing.FieldPosition)) }).All(ctx)
		if err != nil {
			return err
		}
		var id []string
		var hash [][]byte
		for _, v := range all {
			content := versionOf(v).Content()
			sum := content.row(v.Edges.Record).hash()
			id, hash = append(id, v.ID), append(hash, sum[:])
		}
		if _, err := e.ExecContext(ctx, `UPDATE record_versions v SET content_hash = n.hash
			FROM unnest($1::text[], $2::bytea[]) AS n(id, hash) WHERE v.id = n.id`, pq.Array(id), pq.Array(hash)); err != nil {
			return err
		}
		versionIDs = versionIDs[n:]
	}
	return nil
}

// Tags lists tags; see Classifier.
func (b *Base) Tags(ctx context.Context, q TagQuery) ([]Tag, error) {
	rows, err := b.db.QueryContext(ctx, `
		SELECT t.tag, count(*) FROM records r JOIN record_versions v ON v.record_id = r.id AND v.status = 'published'
		CROSS JOIN jsonb_array_elements_text(v.tags) AS t(tag)
		WHERE r.agency = $1 GROUP BY t.tag ORDER BY t.tag LIMIT $2`, q.Agency, MaxTopics)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Tag
	for rows.Next() {
		var t Tag
		if err := rows.Scan(&t.Name, &t.Records); err != nil {
			return nil, fmt.Errorf("list tags: %w", err)
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return out, nil
}

// ChangeTag puts one tag in the place of another; see Classifier.
func (b *Base) ChangeTag(ctx context.Context, c TagChange) (int, error) {
	if err := checkActor(c.Actor); err != nil {
		return 0, err
	}
	c.From, c.To = strings.ToLower(strings.TrimSpace(c.From)), strings.ToLower(strings.TrimSpace(c.To))
	if c.From == "" || c.From == c.To {
		return 0, fail.Field("from", fail.Invalid, "is missing, or the same as the new one")
	}
	if err := checkText("to", c.To, maxTagLength); err != nil {
		return 0, err
	}
	var changed []string
	err := b.edit(ctx, func(e *edition) error {
		if err := e.lockBase(ctx); err != nil {
			return err
		}
		var err error
		if changed, err = e.changeTag(ctx, c); err != nil {
			return err
		}
		if len(changed) == 0 {
			return fail.Field("from", fail.NotFound, "no record of the agency bears the tag %q", c.From)
		}
		return e.relabelled(ctx, c.Actor, changed, "tags", c.From, c.To)
	})
	return len(changed), err
}

// changeTag keeps the order of the tags, and one of two that have become the same.
func (e *edition) changeTag(ctx context.Context, c TagChange) ([]string, error) {
	rows, err := e.QueryContext(ctx, `
		UPDATE record_versions v SET tags = COALESCE((
			SELECT jsonb_agg(t.tag ORDER BY t.place) FROM (
				SELECT CASE WHEN o.tag = $2 THEN $3 ELSE o.tag END AS tag, min(o.place) AS place
				FROM jsonb_array_elements_text(v.tags) WITH ORDINALITY AS o(tag, place) GROUP BY 1) t
			WHERE t.tag <> ''), '[]')
		FROM records r
		WHERE r.id = v.record_id AND r.agency = $1 AND v.status <> 'archived' AND v.tags @> to_jsonb($2::text) RETURNING v.id`,
		c.Agency, c.From, c.To)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var changed []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		changed = append(changed, id)
	}
	return changed, rows.Err()
}
