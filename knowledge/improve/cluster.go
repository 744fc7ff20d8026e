package improve

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lib/pq"
	"github.com/pgvector/pgvector-go"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/personal"
)

// joinAt is the least cosine to a leader at which a question joins its gap. The vectors are the built-in embedder's: stems,
// synonyms and letters, whatever embedder the base searches with, so that clusters do not change with it.
const joinAt = 0.62

// gapLock orders the transactions that sort questions into gaps; "EKCG".
const gapLock = 0x454b4347

func (q Question) check() error {
	switch {
	case q.ID == "" || len(q.ID) > maxKey || q.Citizen == "" || len(q.Citizen) > maxKey:
		return fail.Field("id", fail.Invalid, "a question names its turn and its citizen")
	case q.Cause != Unanswered && q.Cause != LowRated:
		return fail.Field("cause", fail.Invalid, "is not a cause")
	}
	return checkText("text", q.Text, MaxText, true)
}

// NoteQuestions is part of Service. Leader clustering: each question joins the nearest leader that is near enough, or leads a new
// gap. Within a batch the order is that of asking, so the same questions make the same gaps however they come together.
func (s *Store) NoteQuestions(ctx context.Context, questions []Question) (int, error) {
	if len(questions) > MaxBatch {
		return 0, fail.New(fail.Invalid, "at most %d at once", MaxBatch)
	}
	sorted := slices.Clone(questions)
	for i := range sorted {
		if err := sorted[i].check(); err != nil {
			return 0, err
		}
		sorted[i].Text = strings.TrimSpace(personal.Mask(sorted[i].Text))
	}
	slices.SortFunc(sorted, func(a, b Question) int {
		return cmp.Or(a.AskedAt.Compare(b.AskedAt), cmp.Compare(a.ID, b.ID))
	})
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("note questions: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, gapLock); err != nil {
		return 0, fmt.Errorf("note questions: %w", err)
	}
	known, err := knownQuestions(ctx, tx, sorted)
	if err != nil {
		return 0, fmt.Errorf("note questions: %w", err)
	}
	noted := 0
	for _, q := range sorted {
		if known[q.ID] {
			continue
		}
		if err := s.place(ctx, tx, q); err != nil {
			return 0, fmt.Errorf("note questions: %w", err)
		}
		known[q.ID] = true
		noted++
	}
	return noted, tx.Commit()
}

// knownQuestions are the ids of those that were noted before: a node tells most of them again and again.
func knownQuestions(ctx context.Context, tx *sql.Tx, questions []Question) (map[string]bool, error) {
	asked := make([]string, len(questions))
	for i := range questions {
		asked[i] = questions[i].ID
	}
	var found []string
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(array_agg(id), '{}') FROM gap_questions WHERE id = ANY($1)`, pq.Array(asked)).Scan(pq.Array(&found))
	known := make(map[string]bool, len(questions))
	for _, id := range found {
		known[id] = true
	}
	return known, err
}

// place puts a new question into its gap.
func (s *Store) place(ctx context.Context, tx *sql.Tx, q Question) error {
	vectors, err := s.embedder.Embed(ctx, []string{q.Text})
	if err != nil {
		return err
	}
	vector := pgvector.NewVector(vectors[0])
	var gap string
	err = tx.QueryRowContext(ctx, `SELECT id FROM gaps WHERE embedder = $2 AND 1 - (vec <=> $1) >= $3 ORDER BY vec <=> $1, id LIMIT 1`,
		vector, s.embedder.Name(), joinAt).Scan(&gap)
	if errors.Is(err, sql.ErrNoRows) {
		gap = ids.New("gap")
		_, err = tx.ExecContext(ctx, `INSERT INTO gaps (id, leader, embedder, vec, created_at) VALUES ($1, $2, $3, $4, $5)`,
			gap, q.Text, s.embedder.Name(), vector, s.clock())
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO gap_questions (id, gap_id, text, citizen, agency, region, topic, cause, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, q.ID, gap, q.Text, q.Citizen, q.Agency, q.Region, q.Topic, q.Cause, q.AskedAt)
	return err
}

// medoid is the text with the greatest sum of cosines to the others, the first of equals.
func (s *Store) medoid(ctx context.Context, texts []string) (string, error) {
	vectors, err := s.embedder.Embed(ctx, texts)
	if err != nil || len(texts) == 0 {
		return "", err
	}
	// A sum of cosines is the cosine with the sum.
	sum := make([]float32, len(vectors[0]))
	for _, v := range vectors {
		for i, x := range v {
			sum[i] += x
		}
	}
	best, most := 0, float32(-1)
	for n, v := range vectors {
		dot := float32(0)
		for i, x := range v {
			dot += x * sum[i]
		}
		if dot > most {
			best, most = n, dot
		}
	}
	return texts[best], nil
}
