package quality

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"ekc/access/viewer"
)

// Telling is how often a record was told by Yana.
type Telling struct {
	RecordID string
	// Times counts answers, Dialogues the interactions with one.
	Times, Dialogues int
}

// toldIn are the answers in interactions of some kind; the parameters are those of args without the period.
var toldIn = ` JOIN interactions i ON i.id = t.interaction_id
	AND ($1 = '' OR i.agency_id = $1) AND ($2 = '' OR i.region_id = $2) AND ($3 = '' OR i.topic = $3) AND ` + coveredBy("i", 4)

// answersIn selects the answers of a period from the index of turns alone. Interactions, which are many and wide, are joined only where
// something is asked about them. The period is written out: Postgres would plan for any other, and by one process.
func answersIn(p Period, joined string) string {
	low, high := p.ids()
	return fmt.Sprintf(` FROM assistant_turns t%s WHERE t.interaction_id >= %s AND t.interaction_id < %s AND t.decision = 'ANSWER' AND t.record_id `,
		joined, pq.QuoteLiteral(low), pq.QuoteLiteral(high))
}

// MostTold lists the records that Yana told most in a period, at most first. Which these are is counted by several processes of Postgres at
// once, and their dialogues, which only one can tell apart, for these alone.
func (s *Service) MostTold(ctx context.Context, q StatisticsQuery, first int) ([]Telling, error) {
	var err error
	if q.Period, err = s.period(q.Period); err != nil {
		return nil, err
	}
	args, err := q.args(ctx)
	if err != nil {
		return nil, err
	}
	joined, args, whole := toldIn, args[2:], args[5]
	if whole == true && q.AgencyID == "" && q.RegionID == "" && q.Topic == "" {
		joined, args = "", nil
	}
	system, from, next := viewer.AsSystem(ctx), answersIn(q.Period, joined), len(args)+1
	most, err := s.tellings(system, fmt.Sprintf(`SELECT t.record_id, count(*), 0%s <> '' GROUP BY t.record_id ORDER BY count(*) DESC, t.record_id LIMIT $%d`,
		from, next), append(slices.Clone(args), first)...)
	if err != nil || len(most) == 0 {
		return nil, err
	}
	records := make([]string, len(most))
	for n, t := range most {
		records[n] = t.RecordID
	}
	all, err := s.tellings(system, fmt.Sprintf(`SELECT t.record_id, count(*), count(DISTINCT t.interaction_id)%s IN (SELECT unnest($%d::text[])) GROUP BY t.record_id`,
		from, next), append(slices.Clone(args), pq.Array(records))...)
	slices.SortFunc(all, func(a, b Telling) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.RecordID, b.RecordID))
	})
	return all, err
}

func (s *Service) tellings(system context.Context, query string, args ...any) ([]Telling, error) {
	rows, err := s.o.Client.QueryContext(system, query, args...)
	if err != nil {
		return nil, fmt.Errorf("count answers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []Telling
	for rows.Next() {
		var t Telling
		if err := rows.Scan(&t.RecordID, &t.Times, &t.Dialogues); err != nil {
			return nil, fmt.Errorf("count answers: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
