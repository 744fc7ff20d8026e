package quality

import (
	"context"
	"fmt"

	"ekc/knowledge/improve"
)

// Precision is how often Yana was right, by the judgement of samples.
type Precision struct {
	Judged, Right, Partly, Wrong int
	// Share of those judged that were wholly right, with its 95 % Wilson interval; 0, 0 and 1 when none was judged.
	Share, Low, High float64
}

// judgedInPeriod are the last verdicts on the answers of the interactions that the parameters select; see StatisticsQuery.args.
var judgedInPeriod = `
	SELECT verdict, count(*) FROM (
		SELECT DISTINCT ON (r.turn_id) r.verdict FROM assistant_turns t JOIN interactions i ON i.id = t.interaction_id
		JOIN answer_reviews r ON r.turn_id = t.id
		WHERE t.interaction_id >= $1 AND t.interaction_id < $2 AND r.verdict IS NOT NULL
			AND ($3 = '' OR i.agency_id = $3) AND ($4 = '' OR i.region_id = $4) AND ($5 = '' OR i.topic = $5) AND ` + coveredBy("i", 6) + `
		ORDER BY r.turn_id, r.judged_at DESC) last GROUP BY verdict`

// judgedInSample are the verdicts of sample $1.
const judgedInSample = `SELECT verdict, count(*) FROM answer_reviews WHERE sample_id = $1 AND verdict IS NOT NULL GROUP BY verdict`

// precision counts the verdicts that a query gives.
func (s *Service) precision(system context.Context, query string, args ...any) (Precision, error) {
	var p Precision
	rows, err := s.o.Client.QueryContext(system, query, args...)
	if err != nil {
		return p, fmt.Errorf("count verdicts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]*int{"RIGHT": &p.Right, "PARTLY": &p.Partly, "WRONG": &p.Wrong}
	for rows.Next() {
		var verdict string
		var n int
		if err := rows.Scan(&verdict, &n); err != nil {
			return p, fmt.Errorf("count verdicts: %w", err)
		}
		*counts[verdict] = n
	}
	p.Judged = p.Right + p.Partly + p.Wrong
	if p.Judged > 0 {
		p.Share = float64(p.Right) / float64(p.Judged)
	}
	p.Low, p.High = improve.Wilson(p.Right, p.Judged)
	return p, rows.Err()
}
