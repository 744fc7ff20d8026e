package improve

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/personal"
)

// maxKey bounds ids that come from the centre.
const maxKey = 80

// standardLeast is LowRatedQuery.Least when it is not given: one bad word may be anybody's slip.
const standardLeast = 2

func (w Word) check() error {
	switch w.Verdict {
	case Helpful, Unhelpful, Useful, Wrong, Outdated:
	default:
		return fail.Field("verdict", fail.Invalid, "is not a verdict")
	}
	if w.VersionID == "" || w.Author == "" || w.Answer == "" || len(w.Author) > maxKey || len(w.Answer) > maxKey {
		return fail.Field("answer", fail.Invalid, "a word names its author, the answer and the version")
	}
	return checkText("comment", w.Comment, MaxComment, false)
}

// NoteFeedback is part of Service.
func (s *Store) NoteFeedback(ctx context.Context, words []Word) (int, error) {
	if len(words) > MaxBatch {
		return 0, fail.New(fail.Invalid, "at most %d at once", MaxBatch)
	}
	// The last word of a person on an answer counts; one statement may touch a row once.
	last := make(map[[3]string]int, len(words))
	for n, w := range words {
		if err := w.check(); err != nil {
			return 0, err
		}
		last[[3]string{w.Author, w.Answer, w.VersionID}] = n
	}
	var id, version, author, answer, verdict, comment []string
	var at []time.Time
	for n, w := range words {
		if last[[3]string{w.Author, w.Answer, w.VersionID}] != n {
			continue
		}
		id, version, author = append(id, ids.New("fbk")), append(version, w.VersionID), append(author, w.Author)
		answer, verdict = append(answer, w.Answer), append(verdict, string(w.Verdict))
		comment, at = append(comment, personal.Mask(w.Comment)), append(at, w.GivenAt)
	}
	// A word that is known already is not written again: the centre tells most of them many times.
	var kept int
	err := s.db.QueryRowContext(ctx, `
		WITH known AS (
			SELECT w.id, v.id AS version_id, v.record_id, w.author, w.answer, w.verdict, w.comment, w.at
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
				AS w(id, version, author, answer, verdict, comment, at)
			JOIN record_versions v ON v.id = w.version
		), written AS (
			INSERT INTO feedbacks (id, version_id, record_id, author, answer, verdict, comment, given_at)
			SELECT id, version_id, record_id, author, answer, verdict, comment, at FROM known
			ON CONFLICT (author, answer, version_id) DO UPDATE
				SET verdict = EXCLUDED.verdict, comment = EXCLUDED.comment, given_at = EXCLUDED.given_at
				WHERE (feedbacks.verdict, feedbacks.comment) IS DISTINCT FROM (EXCLUDED.verdict, EXCLUDED.comment)
		) SELECT count(*) FROM known`,
		pq.Array(id), pq.Array(version), pq.Array(author), pq.Array(answer), pq.Array(verdict), pq.Array(comment), pq.Array(at)).Scan(&kept)
	if err != nil {
		return 0, fmt.Errorf("note feedback: %w", err)
	}
	return kept, nil
}

const tally = `
	SELECT f.version_id, f.record_id, count(*) FILTER (WHERE f.verdict = 'helpful'), count(*) FILTER (WHERE f.verdict = 'unhelpful'),
		count(*) FILTER (WHERE f.verdict = 'useful'), count(*) FILTER (WHERE f.verdict = 'wrong'),
		count(*) FILTER (WHERE f.verdict = 'outdated')
	FROM feedbacks f`

// bad are the verdicts that speak against a version.
const bad = `('unhelpful', 'wrong', 'outdated')`

// Tallies is part of Service. A version without words has zeroes.
func (s *Store) Tallies(ctx context.Context, versionIDs []string) ([]Tally, error) {
	if len(versionIDs) > MaxPage {
		return nil, fail.New(fail.Invalid, "at most %d at once", MaxPage)
	}
	found, err := s.tallies(ctx, tally+` WHERE f.version_id = ANY($1) GROUP BY f.version_id, f.record_id`, pq.Array(versionIDs))
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Tally, len(found))
	for _, t := range found {
		byID[t.VersionID] = t
	}
	all := make([]Tally, len(versionIDs))
	for i, id := range versionIDs {
		all[i] = byID[id]
		all[i].VersionID = id
	}
	return all, nil
}

// LowRated is part of Service.
func (s *Store) LowRated(ctx context.Context, q LowRatedQuery) ([]Tally, error) {
	first, err := page(q.First, 50)
	if err != nil {
		return nil, err
	}
	if q.Least <= 0 {
		q.Least = standardLeast
	}
	whole, agencies, regions := segments(q.Bounded, q.Within)
	// The order is that of Wilson's lower bound, which Postgres computes for all versions with enough bad words.
	return s.tallies(ctx, tally+`
		JOIN record_versions v ON v.id = f.version_id JOIN records r ON r.id = v.record_id
		WHERE (NOT $1 OR v.status = 'published') AND `+inSegments("r", 4)+`
		GROUP BY f.version_id, f.record_id
		HAVING count(*) FILTER (WHERE f.verdict IN `+bad+`) >= $2
		ORDER BY `+wilsonLow(`count(*) FILTER (WHERE f.verdict IN `+bad+`)::float8`, `count(*)::float8`)+` DESC, f.version_id LIMIT $3`,
		q.PublishedOnly, q.Least, first, whole, agencies, regions)
}

// wilsonLow is the lower end of Wilson in SQL, for k of n > 0.
func wilsonLow(k, n string) string {
	return fmt.Sprintf(`((%[1]s/%[2]s + %[3]f/(2*%[2]s) - sqrt(%[3]f*((%[1]s/%[2]s)*(1-%[1]s/%[2]s)/%[2]s + %[3]f/(4*%[2]s*%[2]s)))) / (1 + %[3]f/%[2]s))`,
		k, n, z95*z95)
}

func (s *Store) tallies(ctx context.Context, query string, args ...any) ([]Tally, error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("count feedback: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Tally
	for rows.Next() {
		var t Tally
		if err := rows.Scan(&t.VersionID, &t.RecordID, &t.Helpful, &t.Unhelpful, &t.Useful, &t.Wrong, &t.Outdated); err != nil {
			return nil, fmt.Errorf("count feedback: %w", err)
		}
		against := t.Unhelpful + t.Wrong + t.Outdated
		t.Badness, _ = Wilson(against, against+t.Helpful+t.Useful)
		all = append(all, t)
	}
	return all, rows.Err()
}

// Comments is part of Service.
func (s *Store) Comments(ctx context.Context, versionID string) ([]Word, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT version_id, author, answer, verdict, comment, given_at FROM feedbacks
		WHERE version_id = $1 AND comment <> '' ORDER BY given_at DESC, id DESC LIMIT $2`, versionID, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("read feedback: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Word
	for rows.Next() {
		var w Word
		if err := rows.Scan(&w.VersionID, &w.Author, &w.Answer, &w.Verdict, &w.Comment, &w.GivenAt); err != nil {
			return nil, fmt.Errorf("read feedback: %w", err)
		}
		all = append(all, w)
	}
	return all, rows.Err()
}
