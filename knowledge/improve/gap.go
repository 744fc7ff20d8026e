package improve

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/knowledge"
)

// looked is how many of a gap's questions, the newest, are read for its medoid and examples.
const looked = 200

// selectGaps counts the questions that its parameters select, gap by gap, and shows the newest of their texts.
//
//nolint:gosec // only constants are put together
var selectGaps = `
	SELECT g.id, g.state, g.record_id, g.reason, count(DISTINCT q.citizen), count(*), count(*) FILTER (WHERE q.cause = 'low_rated'),
		max(q.asked_at), mode() WITHIN GROUP (ORDER BY q.topic), mode() WITHIN GROUP (ORDER BY q.agency),
		mode() WITHIN GROUP (ORDER BY q.region), (array_agg(q.text ORDER BY q.asked_at DESC, q.id))[:` + fmt.Sprint(looked) + `]
	FROM gaps g JOIN gap_questions q ON q.gap_id = g.id
	WHERE q.text <> '' AND ($1 = '' OR g.id = $1) AND ($2 = '' OR g.state = $2) AND q.asked_at >= $3 AND q.asked_at < $4
		AND ($5 = '' OR q.agency = $5) AND ($6 = '' OR q.region = $6) AND ($7 = '' OR q.topic = $7) AND ` + inSegments("q", 9) + `
	GROUP BY g.id ORDER BY count(DISTINCT q.citizen) DESC, count(*) DESC, g.id LIMIT $8`

// Gaps is part of Service.
func (s *Store) Gaps(ctx context.Context, q GapQuery) ([]Gap, error) {
	first, err := page(q.First, 20)
	if err != nil {
		return nil, err
	}
	return s.gaps(ctx, "", q, first)
}

// Gap is part of Service.
func (s *Store) Gap(ctx context.Context, id string) (Gap, error) {
	found, err := s.gaps(ctx, id, GapQuery{}, 1)
	if err == nil && (len(found) == 0 || id == "") {
		err = fail.Field("gapId", fail.NotFound, "no such gap")
	}
	if err != nil {
		return Gap{}, err
	}
	return found[0], nil
}

func (s *Store) gaps(ctx context.Context, id string, q GapQuery, first int) ([]Gap, error) {
	if q.To.IsZero() {
		q.To = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	whole, agencies, regions := segments(q.Bounded, q.Within)
	rows, err := s.db.QueryContext(ctx, selectGaps, id, q.State, q.From, q.To, q.Agency, q.Region, q.Topic, first, whole, agencies, regions)
	if err != nil {
		return nil, fmt.Errorf("read gaps: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Gap
	for rows.Next() {
		var g Gap
		var texts []string
		if err := rows.Scan(&g.ID, &g.State, &g.RecordID, &g.Reason, &g.Citizens, &g.Questions, &g.LowRated, &g.LastAt, &g.Topic,
			&g.Agency, &g.Region, pq.Array(&texts)); err != nil {
			return nil, fmt.Errorf("read gaps: %w", err)
		}
		if g.Question, err = s.medoid(ctx, texts); err != nil {
			return nil, err
		}
		g.Examples = different(texts, MaxExamples)
		all = append(all, g)
	}
	return all, rows.Err()
}

// different are the first n texts that differ.
func different(texts []string, n int) []string {
	seen := make(map[string]bool, len(texts))
	out := make([]string, 0, n)
	for _, t := range texts {
		if !seen[t] && len(out) < n {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// DecideGap is part of Service. The gap is locked while its draft is made, so that two editors never make two; a crash between the
// draft and the gap's own change leaves a draft that nobody points to, and the gap open.
func (s *Store) DecideGap(ctx context.Context, d GapDecision) (Gap, error) {
	if err := checkText("reason", d.Reason, MaxComment, d.Dismiss); err != nil {
		return Gap{}, err
	}
	if err := checkText("question", d.Question, MaxText, false); err != nil {
		return Gap{}, err
	}
	g, err := s.Gap(ctx, d.ID)
	if err != nil {
		return Gap{}, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return Gap{}, fmt.Errorf("decide gap: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	var state GapState
	if err := tx.QueryRowContext(ctx, `SELECT state FROM gaps WHERE id = $1 FOR UPDATE`, d.ID).Scan(&state); err != nil {
		return Gap{}, missing(err, "gapId", "no such gap")
	}
	if state != GapOpen {
		return Gap{}, fail.New(fail.Conflict, "the gap is %s already", state)
	}
	state, record := GapDismissed, ""
	if !d.Dismiss {
		state = GapDrafted
		if record, err = s.draftGap(ctx, g, d); err != nil {
			return Gap{}, err
		}
	}
	if _, err = tx.ExecContext(ctx, `UPDATE gaps SET state = $2, record_id = $3, reason = $4, decided_by = $5, decided_at = $6 WHERE id = $1`,
		d.ID, state, record, d.Reason, d.Actor, s.clock()); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return Gap{}, fmt.Errorf("decide gap: %w", err)
	}
	return s.Gap(ctx, d.ID)
}

func (s *Store) draftGap(ctx context.Context, g Gap, d GapDecision) (recordID string, err error) {
	question := d.Question
	if question == "" {
		question = g.Question
	}
	topic := "" // the one of what citizens were told, where the agency has it in its list
	err = s.db.QueryRowContext(ctx, `SELECT name FROM topics WHERE name = $1 AND agency IN ($2, '') AND retired_at IS NULL LIMIT 1`,
		g.Topic, d.Agency).Scan(&topic)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("look for the topic: %w", err)
	}
	made, err := s.base.CreateRecord(ctx, knowledge.NewRecord{
		Actor: d.Actor, Agency: d.Agency, Region: d.Region,
		Content: knowledge.Content{Question: question, Topic: topic, Phrasings: others(question, g.Examples), Source: "gap " + g.ID},
	})
	return made.ID, err
}

// others are the examples that are not the question itself.
func others(question string, examples []string) []string {
	var out []string
	for _, e := range examples {
		if e != question {
			out = append(out, e)
		}
	}
	return out
}

// missing is a failure of a query for one row.
func missing(err error, field, message string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fail.Field(field, fail.NotFound, "%s", message)
	}
	return err
}
