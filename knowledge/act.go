package knowledge

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/internal/ids"
)

// resting is a published record that rests on an act.
type resting struct {
	recordID, versionID, agency, region string
	last                                int64 // highest version number
	open                                bool
}

// ReviewByAct opens the reviews that a changed act calls for; see Editor.
func (b *Base) ReviewByAct(ctx context.Context, q ActReview) (ActReviewed, error) {
	q.Act, q.Article, q.Reason = strings.TrimSpace(q.Act), strings.TrimSpace(q.Article), strings.TrimSpace(q.Reason)
	if err := q.check(); err != nil {
		return ActReviewed{}, err
	}
	var done ActReviewed
	err := b.edit(ctx, func(e *edition) error {
		// Imports lock records in another order; they wait for this.
		if err := e.lockBase(ctx); err != nil {
			return err
		}
		found, err := e.restingOn(ctx, q.Act, q.Article)
		if err != nil {
			return err
		}
		var open []resting
		for _, r := range found {
			switch {
			case !q.touches(r):
			case r.open:
				done.Busy = append(done.Busy, r.recordID)
			default:
				done.Opened, open = append(done.Opened, r.recordID), append(open, r)
			}
		}
		return e.openReviews(ctx, open, q)
	})
	if err != nil {
		return ActReviewed{}, err
	}
	return done, nil
}

func (q *ActReview) check() error {
	if err := checkActor(q.Actor); err != nil {
		return err
	}
	if q.Act == "" {
		return fail.Field("act", fail.Invalid, "is missing")
	}
	if err := checkText("act", q.Act+q.Article, maxQuestionLength); err != nil {
		return err
	}
	return checkText("reason", q.Reason, MaxReason)
}

// touches tells whether a record lies in a segment of the request.
func (q *ActReview) touches(r resting) bool {
	for _, s := range q.Within {
		if (s.Agency == "" || s.Agency == r.agency) && (s.Region == "" || s.Region == r.region) {
			return true
		}
	}
	return false
}

// basisPattern is contained in the legal basis of what rests on the act.
func basisPattern(act, article string) string {
	one := map[string]string{"act": act}
	if article != "" {
		one["article"] = article
	}
	text, _ := json.Marshal([]any{one}) // strings only: cannot fail
	return string(text)
}

// restingOn locks the published records that rest on an act.
func (e *edition) restingOn(ctx context.Context, act, article string) ([]resting, error) {
	rows, err := e.QueryContext(ctx, `
		SELECT r.id, v.id, r.agency, r.region, (SELECT max(o.number) FROM record_versions o WHERE o.record_id = r.id),
		       EXISTS (SELECT FROM record_versions o WHERE o.record_id = r.id AND o.status <> 'published' AND o.status <> 'archived')
		FROM records r JOIN record_versions v ON v.record_id = r.id AND v.status = 'published'
		WHERE v.legal_basis @> $1::jsonb ORDER BY r.id FOR UPDATE OF r`, basisPattern(act, article))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var found []resting
	for rows.Next() {
		var r resting
		if err := rows.Scan(&r.recordID, &r.versionID, &r.agency, &r.region, &r.last, &r.open); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// openReviews copies published versions into versions to be reviewed. Until those are published the old ones stay in force.
func (e *edition) openReviews(ctx context.Context, all []resting, q ActReview) error {
	var id, source []string
	var number []int64
	for _, r := range all {
		id, source, number = append(id, ids.New("ver")), append(source, r.versionID), append(number, r.last+1)
	}
	author, _ := json.Marshal([]string{q.Actor}) // a string: cannot fail
	reason := strings.TrimSpace(strings.TrimSpace(q.Act+" "+q.Article) + ". " + q.Reason)
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{copyForReview, []any{pq.Array(id), pq.Array(source), pq.Array(number), string(author), e.now}},
		{`INSERT INTO phrasings (version_id, position, text) SELECT n.id, p.position, p.text
		  FROM unnest($1::text[], $2::text[]) AS n(id, source) JOIN phrasings p ON p.version_id = n.source`, []any{pq.Array(id), pq.Array(source)}},
		{
			`INSERT INTO record_events (record_id, version_id, action, actor, reason, at)
		  SELECT v.record_id, v.id, $2, $3, $4, $5 FROM record_versions v WHERE v.id = ANY($1) ORDER BY v.record_id`,
			[]any{pq.Array(id), string(EventReviewed), q.Actor, reason, e.now},
		},
		{`UPDATE records r SET updated_at = $2 FROM record_versions v WHERE v.id = ANY($1) AND r.id = v.record_id`, []any{pq.Array(id), e.now}},
	} {
		if _, err := e.ExecContext(ctx, step.sql, step.args...); err != nil {
			return err
		}
	}
	return nil
}

const copyForReview = `
	INSERT INTO record_versions (id, record_id, number, status, question, answer, short, topic_id, legal_basis, tags, links, files,
		authors, based_on, valid_from, valid_to, intent, personal, source, license, content_hash, created_at)
	SELECT n.id, v.record_id, n.number, 'review', v.question, v.answer, v.short, v.topic_id, v.legal_basis, v.tags, v.links, v.files,
		$4::jsonb, v.id, v.valid_from, v.valid_to, v.intent, v.personal, v.source, v.license, v.content_hash, $5
	FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n(id, source, number) JOIN record_versions v ON v.id = n.source`
