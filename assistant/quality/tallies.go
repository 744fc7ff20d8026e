package quality

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"ekc/assistant"
)

// askedIn reads the turns that a condition selects from their index alone and joins each interaction once, as the table told. The topic is
// that of the record told last.
func askedIn(turns string) string {
	return `
	WITH asked AS (
		SELECT interaction_id, count(*) AS questions, count(*) FILTER (WHERE decision = 'ANSWER') AS answered,
			count(*) FILTER (WHERE decision = 'CLARIFY') AS clarified,
			count(*) FILTER (WHERE decision = 'HAND_OVER' AND reason IN ('` + assistant.ReasonNotFound + `', '` + assistant.ReasonNoneFits + `')) AS unanswered
		FROM assistant_turns WHERE ` + turns + ` AND decision <> 'SMALL_TALK' GROUP BY interaction_id
	), told AS (
		SELECT a.*, COALESCE(i.topic, '') AS topic, COALESCE(i.agency_id, '') AS agency_id, COALESCE(i.region_id, '') AS region_id,
			i.state IN ('CLOSED', 'ABANDONED') AS ended,
			i.state = 'CLOSED' AND i.accepted_at IS NULL AND a.answered > 0 AS contained
		FROM asked a JOIN interactions i ON i.id = a.interaction_id
	)`
}

// groupKey names a group of all four groupings and its key.
const groupKey = `CASE WHEN GROUPING(topic) = 0 THEN 'topic' WHEN GROUPING(agency_id) = 0 THEN 'agency' WHEN GROUPING(region_id) = 0 THEN 'region'
			ELSE 'total' END, COALESCE(topic, agency_id, region_id, '')`

// selectFigures counts from the turns; the parameters are those of args.
var selectFigures = askedIn(`interaction_id >= $1 AND interaction_id < $2`) + `
	SELECT ` + groupKey + `,
		COALESCE(sum(questions), 0), COALESCE(sum(answered), 0), COALESCE(sum(clarified), 0), COALESCE(sum(unanswered), 0),
		count(*) FILTER (WHERE ended), count(*) FILTER (WHERE contained)
	FROM told WHERE ($3 = '' OR agency_id = $3) AND ($4 = '' OR region_id = $4) AND ($5 = '' OR topic = $5) AND ` + coveredCell(6) + `
	GROUP BY GROUPING SETS ((), (topic), (agency_id), (region_id))`

// coveredCell is coveredBy where an empty agency or region stands for none.
func coveredCell(n int) string {
	return fmt.Sprintf(`($%d OR EXISTS (SELECT FROM unnest($%d::text[], $%d::text[]) AS w(agency, region)
		WHERE (w.agency = '' OR agency_id = '' OR w.agency = agency_id) AND (w.region = '' OR region_id IN ('', '`+allRegions+`') OR w.region = region_id)))`, n, n+1, n+2)
}

// selectTallies counts from the tallies of the days $1: the cells that $2 and $3 name (region and topic: all, none or each), in the groups
// given, which key names.
func selectTallies(cells, key, groups string) string {
	return `
	SELECT ` + key + `,
		COALESCE(sum(questions), 0), COALESCE(sum(answered), 0), COALESCE(sum(clarified), 0), COALESCE(sum(unanswered), 0),
		COALESCE(sum(dialogues), 0), COALESCE(sum(contained), 0)
	FROM answer_tallies
	WHERE day = ANY($1) AND ($2 = '' OR agency_id = $2) AND ($3 = '' OR region_id = $3) AND ($4 = '' OR topic = $4) AND ` + coveredCell(5) + ` AND ` + cells + `
	GROUP BY GROUPING SETS (` + groups + `)`
}

// The ways to sum: by the cells themselves where region and topic are both asked about, else by their sums, which are fewer by far.
var (
	tallyCells  = selectTallies(`region_id <> '`+allRegions+`' AND topic <> '`+allTopics+`'`, groupKey, `(), (topic), (agency_id), (region_id)`)
	tallyTopics = selectTallies(`region_id = '`+allRegions+`'`, `CASE WHEN GROUPING(topic) = 0 THEN 'topic'
		WHEN GROUPING(agency_id) = 0 THEN 'agency' ELSE 'total' END, COALESCE(topic, agency_id, '')`, `(), (topic), (agency_id)`)
	tallyRegions = selectTallies(`topic = '`+allTopics+`'`, `'region', region_id`, `(region_id)`)
)

// sums are figures by group and key.
type sums map[[2]string]Figures

// read adds the rows of a query.
func (f sums) read(rows *sql.Rows, err error) error {
	if err != nil {
		return fmt.Errorf("count turns: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var of, key string
		var n Figures
		if err := rows.Scan(&of, &key, &n.Questions, &n.Answered, &n.Clarified, &n.Unanswered, &n.Dialogues, &n.Contained); err != nil {
			return fmt.Errorf("count turns: %w", err)
		}
		n.add(f[[2]string{of, key}])
		f[[2]string{of, key}] = n
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count turns: %w", err)
	}
	return nil
}

func (f *Figures) add(other Figures) {
	f.Questions += other.Questions
	f.Answered += other.Answered
	f.Clarified += other.Clarified
	f.Unanswered += other.Unanswered
	f.Dialogues += other.Dialogues
	f.Contained += other.Contained
}

// figures counts a period: by the tallies where its days are counted, else by the turns.
func (s *Service) figures(system context.Context, q StatisticsQuery, args []any) (sums, error) {
	days, rest, err := s.split(system, q.Period)
	if err != nil {
		return nil, err
	}
	all := sums{}
	for _, p := range rest {
		low, high := p.ids()
		if err := all.read(s.o.Client.QueryContext(system, selectFigures, append([]any{low, high}, args[2:]...)...)); err != nil { //nolint:rowserrcheck,sqlclosecheck // read does both
			return nil, err
		}
	}
	if len(days) == 0 {
		return all, nil
	}
	given := append([]any{pq.Array(days)}, args[2:]...)
	statements := []string{tallyTopics, tallyRegions}
	if q.Topic != "" || q.RegionID != "" || regional(args) {
		statements = []string{tallyCells}
	}
	for _, statement := range statements {
		if err := all.read(s.o.Client.QueryContext(system, statement, given...)); err != nil { //nolint:rowserrcheck,sqlclosecheck // read does both
			return nil, err
		}
	}
	return all, nil
}

// regional tells whether what may be seen is bounded to regions.
func regional(args []any) bool {
	if whole, _ := args[5].(bool); whole {
		return false
	}
	regions, ok := args[7].(*pq.StringArray)
	if !ok {
		return true
	}
	for _, r := range *regions {
		if r != "" {
			return true
		}
	}
	return false
}

// split cuts a period into days that are counted, and what lies between them.
func (s *Service) split(system context.Context, p Period) (days []string, rest []Period, err error) {
	seen, err := s.daysSeen(system)
	if err != nil || s.now().Sub(seen) > trusted {
		return nil, []Period{p}, err
	}
	counted, err := s.counted(system, p, seen)
	if err != nil {
		return nil, nil, err
	}
	open := p.From // the beginning of what is not counted yet
	for at := p.From; at.Before(p.To); {
		day := dayOf(at)
		of, err := dayPeriod(day)
		if err != nil {
			return nil, nil, fmt.Errorf("count a day: %w", err)
		}
		if counted[day] && !of.From.Before(p.From) && !of.To.After(p.To) {
			if open.Before(of.From) {
				rest = append(rest, Period{From: open, To: of.From})
			}
			days, open = append(days, day), of.To
		}
		at = of.To
	}
	if open.Before(p.To) {
		rest = append(rest, Period{From: open, To: p.To})
	}
	return days, rest, nil
}

// counted are the days of a period that are counted and have not changed since.
func (s *Service) counted(system context.Context, p Period, seen time.Time) (map[string]bool, error) {
	changed, err := s.changedDays(system, seen)
	if err != nil {
		return nil, err
	}
	rows, err := s.o.Client.QueryContext(system, `SELECT id FROM answer_days WHERE id BETWEEN $1 AND $2 AND id <> ALL($3)`,
		dayOf(p.From), dayOf(p.To), pq.Array(changed))
	if err != nil {
		return nil, fmt.Errorf("read counted days: %w", err)
	}
	defer func() { _ = rows.Close() }()
	counted := map[string]bool{}
	for rows.Next() {
		var day string
		if err := rows.Scan(&day); err != nil {
			return nil, fmt.Errorf("read counted days: %w", err)
		}
		counted[day] = true
	}
	return counted, rows.Err()
}
