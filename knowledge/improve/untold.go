package improve

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/internal/fail"
)

// maxTold is how many records UntoldQuery.Told may name.
const maxTold = 200_000

// UntoldQuery selects published records that nobody was told.
type UntoldQuery struct {
	// Told are the ids of the records that somebody was told; the centre knows them.
	Told []string `json:"told"`
	// PublishedBefore leaves out what has not been there for long enough to be told.
	PublishedBefore time.Time `json:"publishedBefore"`
	// Bounded says that only records of the segments Within are looked at, and those of all agencies or regions.
	Bounded bool      `json:"bounded"`
	Within  []Segment `json:"within"`
	// First is how many, at most MaxPage; 0: 50.
	First int `json:"first"`
}

// Untold is a published record that nobody was told.
type Untold struct {
	RecordID    string    `json:"recordId"`
	VersionID   string    `json:"versionId"`
	Question    string    `json:"question"`
	Agency      string    `json:"agency"`
	Region      string    `json:"region"`
	PublishedAt time.Time `json:"publishedAt"`
}

// UntoldPage is the beginning of the list, and how long it is.
type UntoldPage struct {
	Records []Untold `json:"records"`
	Total   int      `json:"total"`
}

//nolint:gosec // only constants are put together
var selectUntold = `
	SELECT r.id, v.id, v.question, r.agency, r.region, v.published_at, count(*) OVER ()
	FROM record_versions v JOIN records r ON r.id = v.record_id LEFT JOIN unnest($1::text[]) AS told(id) ON told.id = r.id
	WHERE v.status = 'published' AND told.id IS NULL AND v.published_at < $2 AND ` + inSegments("r", 3) + `
	ORDER BY v.published_at, r.id LIMIT $6`

// Untold is part of Service.
func (s *Store) Untold(ctx context.Context, q UntoldQuery) (UntoldPage, error) {
	first, err := page(q.First, 50)
	if err != nil {
		return UntoldPage{}, err
	}
	if len(q.Told) > maxTold {
		return UntoldPage{}, fail.New(fail.Invalid, "at most %d told records", maxTold)
	}
	whole, agencies, regions := segments(q.Bounded, q.Within)
	rows, err := s.db.QueryContext(ctx, selectUntold, pq.Array(q.Told), q.PublishedBefore, whole, agencies, regions, first)
	if err != nil {
		return UntoldPage{}, fmt.Errorf("list untold records: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := UntoldPage{Records: []Untold{}}
	for rows.Next() {
		var u Untold
		if err := rows.Scan(&u.RecordID, &u.VersionID, &u.Question, &u.Agency, &u.Region, &u.PublishedAt, &out.Total); err != nil {
			return UntoldPage{}, fmt.Errorf("list untold records: %w", err)
		}
		out.Records = append(out.Records, u)
	}
	return out, rows.Err()
}
