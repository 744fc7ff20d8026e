package improve

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"ekc/internal/fail"
	"ekc/internal/ids"
	"ekc/knowledge/personal"
)

// CaseSource is where a case of the test bench comes from.
type CaseSource string

// The sources.
const (
	ByHand       CaseSource = "hand"
	FromPhrasing CaseSource = "phrasing"
	FromReview   CaseSource = "review"
)

// BenchCase is a query of the editors' test bench and the record that must be found for it.
type BenchCase struct {
	ID    string `json:"id"`
	Query string `json:"query"`
	// Region is the citizen's; empty: not known.
	Region string `json:"region"`
	// Agency is whose editors keep it.
	Agency string `json:"agency"`
	// RecordID is expected to be found first; empty: nothing may be answered.
	RecordID  string     `json:"recordId"`
	Source    CaseSource `json:"source"`
	CreatedBy string     `json:"createdBy"`
	CreatedAt time.Time  `json:"createdAt"`
}

func (c *BenchCase) check() error {
	c.Query = strings.TrimSpace(personal.Mask(c.Query))
	switch c.Source {
	case ByHand, FromPhrasing, FromReview:
	default:
		return fail.Field("source", fail.Invalid, "is not a source")
	}
	if len(c.RecordID) > 400 {
		return fail.Field("recordId", fail.Invalid, "is no id")
	}
	return checkText("query", c.Query, MaxText, true)
}

const caseColumns = `c.id, c.query, c.region, c.agency, c.record_id, c.source, c.created_by, c.created_at`

func scanCase(row interface{ Scan(...any) error }) (BenchCase, error) {
	var c BenchCase
	err := row.Scan(&c.ID, &c.Query, &c.Region, &c.Agency, &c.RecordID, &c.Source, &c.CreatedBy, &c.CreatedAt)
	return c, err
}

// KeepCases is part of Service. The expected record of a case that is there already, by query and region, changes only by hand; what is
// of another agency stays.
func (s *Store) KeepCases(ctx context.Context, cases []BenchCase) ([]BenchCase, error) {
	if len(cases) > MaxBatch {
		return nil, fail.New(fail.Invalid, "at most %d at once", MaxBatch)
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("keep cases: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	kept := []BenchCase{}
	for _, c := range cases {
		if err := c.check(); err != nil {
			return nil, err
		}
		if c.RecordID != "" {
			var known bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM records WHERE id = $1)`, c.RecordID).Scan(&known); err != nil {
				return nil, fmt.Errorf("keep cases: %w", err)
			}
			if !known {
				return nil, fail.Field("recordId", fail.NotFound, "no record %q", c.RecordID)
			}
		}
		one, err := scanCase(tx.QueryRowContext(ctx, `
			INSERT INTO bench_cases AS c (id, query, region, agency, record_id, source, created_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (query, region) DO UPDATE SET record_id = EXCLUDED.record_id, source = EXCLUDED.source, created_by = EXCLUDED.created_by
			WHERE EXCLUDED.source = 'hand' AND c.agency = EXCLUDED.agency RETURNING `+caseColumns,
			ids.New("bnc"), c.Query, c.Region, c.Agency, c.RecordID, c.Source, c.CreatedBy, s.clock()))
		switch {
		case err == nil:
			kept = append(kept, one)
		case !errors.Is(err, sql.ErrNoRows):
			return nil, fmt.Errorf("keep cases: %w", err)
		case c.Source == ByHand:
			return nil, fail.Field("query", fail.Conflict, "another agency has this query on its bench")
		}
	}
	return kept, tx.Commit()
}

// CasesFromPhrasings is part of Service.
func (s *Store) CasesFromPhrasings(ctx context.Context, q PhrasingCases) (int, error) {
	if q.Most < 1 || q.Most > MaxBatch {
		return 0, fail.Field("most", fail.Invalid, "must be 1 to %d", MaxBatch)
	}
	// Which ones is drawn by their hash, so that a bench of any size holds records of every kind.
	rows, err := s.db.QueryContext(ctx, `
		SELECT p.text, r.region, r.id FROM phrasings p JOIN record_versions v ON v.id = p.version_id AND v.status = 'published'
		JOIN records r ON r.id = v.record_id
		WHERE r.agency = $1 AND NOT EXISTS (SELECT FROM bench_cases c WHERE c.query = p.text AND c.region = r.region)
		ORDER BY md5(p.text || r.id), r.id LIMIT $2`, q.Agency, q.Most)
	if err != nil {
		return 0, fmt.Errorf("read phrasings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var cases []BenchCase
	for rows.Next() {
		c := BenchCase{Agency: q.Agency, Source: FromPhrasing, CreatedBy: q.Actor}
		if err := rows.Scan(&c.Query, &c.Region, &c.RecordID); err != nil {
			return 0, fmt.Errorf("read phrasings: %w", err)
		}
		cases = append(cases, c)
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("read phrasings: %w", err)
	}
	kept, err := s.KeepCases(ctx, cases)
	return len(kept), err
}

// RemoveCase is part of Service.
func (s *Store) RemoveCase(ctx context.Context, id string) (BenchCase, error) {
	c, err := scanCase(s.db.QueryRowContext(ctx, `DELETE FROM bench_cases AS c WHERE c.id = $1 RETURNING `+caseColumns, id))
	return c, missing(err, "caseId", "no such case")
}

// Case is part of Service.
func (s *Store) Case(ctx context.Context, id string) (BenchCase, error) {
	c, err := scanCase(s.db.QueryRowContext(ctx, `SELECT `+caseColumns+` FROM bench_cases c WHERE c.id = $1`, id))
	return c, missing(err, "caseId", "no such case")
}

// Cases is part of Service.
func (s *Store) Cases(ctx context.Context, q CaseQuery) (CasePage, error) {
	first, err := page(q.First, 50)
	if err != nil {
		return CasePage{}, err
	}
	const where = ` WHERE (NOT $1 OR c.agency = ANY($2)) AND ($3 = '' OR c.record_id = $3)`
	args := []any{q.Bounded, pq.Array(q.Agencies), q.RecordID}
	out := CasePage{Cases: []BenchCase{}}
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM bench_cases c`+where, args...).Scan(&out.Total); err != nil {
		return CasePage{}, fmt.Errorf("count cases: %w", err)
	}
	out.Cases, err = s.cases(ctx, where+` AND c.id > $4 ORDER BY c.id LIMIT $5`, append(args, q.After, first+1)...)
	if len(out.Cases) > first {
		out.Cases = out.Cases[:first]
		out.Next = out.Cases[first-1].ID
	}
	return out, err
}

func (s *Store) cases(ctx context.Context, where string, args ...any) ([]BenchCase, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+caseColumns+` FROM bench_cases c`+where, args...) //nolint:gosec // only constants are put together
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := []BenchCase{}
	for rows.Next() {
		c, err := scanCase(rows)
		if err != nil {
			return nil, fmt.Errorf("read cases: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
