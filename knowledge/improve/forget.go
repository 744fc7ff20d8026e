package improve

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"
	"github.com/pgvector/pgvector-go"

	"ekc/internal/fail"
)

// Dialogues name what the base may have of dialogues, by the ids that the centre gave it; at most MaxBatch of each.
type Dialogues struct {
	// Answers are messages that citizens may have said something about.
	Answers []string `json:"answers"`
	// Questions are Question.ID.
	Questions []string `json:"questions"`
	// Interactions are those that proposals may have been made in.
	Interactions []string `json:"interactions"`
}

// Kept is what citizens said and asked, as far as the base keeps it.
type Kept struct {
	Words     []Word     `json:"words"`
	Questions []Question `json:"questions"`
}

// Forgotten are the ids of what the base keeps of dialogues without words and person, as certificates list them.
type Forgotten struct {
	Words     []string `json:"words"`
	Questions []string `json:"questions"`
	Proposals []string `json:"proposals"`
}

func (d Dialogues) check() error {
	if max(len(d.Answers), len(d.Questions), len(d.Interactions)) > MaxBatch {
		return fail.New(fail.Invalid, "at most %d at once", MaxBatch)
	}
	return nil
}

// Kept is part of Service. What was forgotten is not kept.
func (s *Store) Kept(ctx context.Context, d Dialogues) (Kept, error) {
	if err := d.check(); err != nil {
		return Kept{}, err
	}
	var k Kept
	err := s.each(ctx, func(rows *sql.Rows) error {
		var w Word
		err := rows.Scan(&w.VersionID, &w.Author, &w.Answer, &w.Verdict, &w.Comment, &w.GivenAt)
		k.Words = append(k.Words, w)
		return err
	}, `SELECT version_id, author, answer, verdict, comment, given_at FROM feedbacks WHERE answer = ANY($1) AND author <> id
		ORDER BY given_at, id`, pq.Array(d.Answers))
	if err == nil {
		err = s.each(ctx, func(rows *sql.Rows) error {
			var q Question
			err := rows.Scan(&q.ID, &q.Text, &q.Citizen, &q.Agency, &q.Region, &q.Topic, &q.Cause, &q.AskedAt)
			k.Questions = append(k.Questions, q)
			return err
		}, `SELECT id, text, citizen, agency, region, topic, cause, asked_at FROM gap_questions WHERE id = ANY($1) AND text <> ''
			ORDER BY asked_at, id`, pq.Array(d.Questions))
	}
	if err != nil {
		return Kept{}, fmt.Errorf("read what is kept of dialogues: %w", err)
	}
	return k, nil
}

func (s *Store) each(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Forget is part of Service. Rows stay, so that a repeat names the same ones: verdicts still count, under a name that is the word's own;
// questions count in no gap any more. A gap whose leader was forgotten is led by the oldest question that is left.
func (s *Store) Forget(ctx context.Context, d Dialogues) (Forgotten, error) {
	if err := d.check(); err != nil {
		return Forgotten{}, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return Forgotten{}, fmt.Errorf("forget dialogues: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	f, err := s.forget(ctx, tx, d)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return Forgotten{}, fmt.Errorf("forget dialogues: %w", err)
	}
	return f, nil
}

func (s *Store) forget(ctx context.Context, tx *sql.Tx, d Dialogues) (f Forgotten, err error) {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, gapLock); err != nil {
		return f, err
	}
	var gaps []string
	for _, one := range []struct {
		query string
		ids   []string
		into  *[]string
	}{
		{`WITH gone AS (UPDATE feedbacks SET author = id, comment = '' WHERE answer = ANY($1) RETURNING id)
			SELECT COALESCE(array_agg(id ORDER BY id), '{}') FROM gone`, d.Answers, &f.Words},
		{`SELECT COALESCE(array_agg(DISTINCT gap_id), '{}') FROM gap_questions WHERE id = ANY($1) AND text <> ''`, d.Questions, &gaps},
		{`WITH gone AS (UPDATE gap_questions SET text = '', citizen = id WHERE id = ANY($1) RETURNING id)
			SELECT COALESCE(array_agg(id ORDER BY id), '{}') FROM gone`, d.Questions, &f.Questions},
		{`WITH gone AS (UPDATE proposals SET comment = '' WHERE interaction_id = ANY($1) RETURNING id)
			SELECT COALESCE(array_agg(id ORDER BY id), '{}') FROM gone`, d.Interactions, &f.Proposals},
	} {
		if err := tx.QueryRowContext(ctx, one.query, pq.Array(one.ids)).Scan(pq.Array(one.into)); err != nil {
			return f, err
		}
	}
	for _, id := range gaps {
		if err := s.leadAnew(ctx, tx, id); err != nil {
			return f, fmt.Errorf("gap %s: %w", id, err)
		}
	}
	return f, nil
}

// leadAnew gives a gap another leader, where no question with the words of its leader is left. One without questions is led by nothing,
// and nothing joins it.
func (s *Store) leadAnew(ctx context.Context, tx *sql.Tx, gapID string) error {
	var leader string
	var dimensions int
	err := tx.QueryRowContext(ctx, `SELECT leader, vector_dims(vec) FROM gaps WHERE id = $1
		AND NOT EXISTS (SELECT FROM gap_questions q WHERE q.gap_id = gaps.id AND q.text = leader) FOR UPDATE`, gapID).Scan(&leader, &dimensions)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	embedder, vector := "", make([]float32, dimensions)
	err = tx.QueryRowContext(ctx, `SELECT text FROM gap_questions WHERE gap_id = $1 AND text <> '' ORDER BY asked_at, id LIMIT 1`, gapID).Scan(&leader)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		leader = ""
	case err != nil:
		return err
	default:
		vectors, err := s.embedder.Embed(ctx, []string{leader})
		if err != nil {
			return err
		}
		embedder, vector = s.embedder.Name(), vectors[0]
	}
	_, err = tx.ExecContext(ctx, `UPDATE gaps SET leader = $2, embedder = $3, vec = $4 WHERE id = $1`, gapID, leader, embedder, pgvector.NewVector(vector))
	return err
}
