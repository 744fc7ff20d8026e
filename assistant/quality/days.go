package quality

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/oklog/ulid/v2"

	"ekc/access/viewer"
	"ekc/ent"
)

// What Yana did on a day that is over is counted once (AnswerDay, AnswerTally), so that a month costs some ten thousand rows and not some
// million turns. Every change of an interaction appends an event in its transaction, so the event log tells which days have changed since:
// such a day is counted from the turns again, at once by whoever asks, and after some quiet minutes by the node that has the duty.
const (
	daysDuty = "answer_days"
	// daysEvery is how often the node that has the duty looks; daysHold how long it has it.
	daysEvery = time.Minute
	daysHold  = 3 * daysEvery
	// settled is how long before now an event may be written that is still invisible: no transaction lasts that long.
	settled = 5 * time.Minute
	// trusted is how old the last look may be; beyond it nobody knows which days have changed, and all is counted from the turns.
	trusted = time.Hour
	// daysAtOnce bounds what one look counts; countAgain is the age at which a day is counted again though nothing tells of a change.
	daysAtOnce = 3
	countAgain = 7 * 24 * time.Hour
)

// Marks of sums in AnswerTally: over all regions, and over all topics. Neither is an id or a topic.
const (
	allRegions = "*"
	allTopics  = "\x01"
)

// moscow is the zone by whose days is counted.
var moscow = time.FixedZone("MSK", 3*60*60)

func dayOf(t time.Time) string { return t.In(moscow).Format(time.DateOnly) }

// dayPeriod is the period of a day.
func dayPeriod(day string) (Period, error) {
	from, err := time.ParseInLocation(time.DateOnly, day, moscow)
	return Period{From: from, To: from.AddDate(0, 0, 1)}, err
}

// RunDays counts days until ctx ends.
func (s *Service) RunDays(ctx context.Context) error {
	ticker := time.NewTicker(daysEvery)
	defer ticker.Stop()
	for {
		mine, err := s.holds(viewer.AsSystem(ctx), daysDuty, daysHold)
		if err == nil && mine {
			_, err = s.CountDays(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Logger.WarnContext(ctx, "cannot count the days, trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// CountDays forgets the days that have changed and counts some of those that are over, quiet and not counted; it tells how many.
func (s *Service) CountDays(ctx context.Context) (int, error) {
	system, now := viewer.AsSystem(ctx), s.now()
	// What cannot have been seen for so long is not known to be right.
	_, err := s.o.Client.ExecContext(system, `DELETE FROM answer_days WHERE NOT EXISTS (
		SELECT FROM duties WHERE id = $1 AND done_at > $2::timestamptz - interval '6 days')`, daysDuty, now)
	if err != nil {
		return 0, fmt.Errorf("forget the days: %w", err)
	}
	seen, err := s.daysSeen(system)
	if err != nil {
		return 0, err
	}
	if seen.IsZero() {
		seen = now
	}
	changed, err := s.changedDays(system, seen)
	if err != nil {
		return 0, err
	}
	if _, err := s.o.Client.ExecContext(system, `DELETE FROM answer_days WHERE id = ANY($1) OR counted_at < $2`,
		pq.Array(changed), now.Add(-countAgain)); err != nil {
		return 0, fmt.Errorf("forget changed days: %w", err)
	}
	if _, err := s.o.Client.ExecContext(system, `INSERT INTO duties (id, holder, held_until, done_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (id) DO UPDATE SET done_at = EXCLUDED.done_at`, daysDuty, s.node, now); err != nil {
		return 0, fmt.Errorf("note the days: %w", err)
	}
	missing, err := s.missingDays(system, now, changed)
	if err != nil {
		return 0, err
	}
	for n, day := range missing {
		if err := s.countDay(ctx, day, now); err != nil {
			return n, err
		}
	}
	return len(missing), nil
}

// daysSeen is up to when the event log has been looked at; zero: never.
func (s *Service) daysSeen(system context.Context) (seen time.Time, err error) {
	rows, err := s.o.Client.QueryContext(system, `SELECT done_at FROM duties WHERE id = $1 AND done_at IS NOT NULL`, daysDuty)
	if err != nil {
		return seen, fmt.Errorf("read the duty of days: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&seen); err != nil {
			return seen, fmt.Errorf("read the duty of days: %w", err)
		}
	}
	return seen, rows.Err()
}

// changedDays are the days of interactions that have changed since an instant, or so shortly before that it might not have been seen.
func (s *Service) changedDays(system context.Context, since time.Time) ([]string, error) {
	rows, err := s.o.Client.QueryContext(system,
		`SELECT DISTINCT interaction_id FROM events WHERE at > $1 AND interaction_id IS NOT NULL`, since.Add(-settled))
	if err != nil {
		return nil, fmt.Errorf("read changed interactions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	days := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read changed interactions: %w", err)
		}
		if began, err := ulid.ParseStrict(strings.ToUpper(strings.TrimPrefix(id, "int_"))); err == nil {
			days[dayOf(ulid.Time(began.Time()))] = true
		}
	}
	changed := make([]string, 0, len(days))
	for day := range days {
		changed = append(changed, day)
	}
	return changed, rows.Err()
}

// missingDays are days of the longest period that are over, quiet and not counted, the newest first, daysAtOnce at most.
func (s *Service) missingDays(system context.Context, now time.Time, changed []string) ([]string, error) {
	last := now.Add(-settled).In(moscow).AddDate(0, 0, -1)
	rows, err := s.o.Client.QueryContext(system, `
		SELECT day FROM (SELECT to_char(d, 'YYYY-MM-DD') AS day FROM generate_series($1::date, $2::date, '1 day') d) all_days
		WHERE day <> ALL($3) AND NOT EXISTS (SELECT FROM answer_days a WHERE a.id = day)
			AND day >= COALESCE((SELECT to_char(created_at AT TIME ZONE 'UTC' + interval '3 hours', 'YYYY-MM-DD') FROM interactions ORDER BY id LIMIT 1), 'Z')
		ORDER BY day DESC LIMIT $4`, dayOf(now.Add(-maxPeriod)), dayOf(last), pq.Array(changed), daysAtOnce)
	if err != nil {
		return nil, fmt.Errorf("look for days: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var days []string
	for rows.Next() {
		var day string
		if err := rows.Scan(&day); err != nil {
			return nil, fmt.Errorf("look for days: %w", err)
		}
		days = append(days, day)
	}
	return days, rows.Err()
}

// countDay counts one day.
func (s *Service) countDay(ctx context.Context, day string, now time.Time) error {
	p, err := dayPeriod(day)
	if err != nil {
		return fmt.Errorf("count a day: %w", err)
	}
	low, high := p.ids()
	return s.o.Store.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		system := viewer.AsSystem(ctx)
		for _, step := range []struct {
			sql  string
			args []any
		}{
			{`DELETE FROM answer_tallies WHERE day = $1`, []any{day}},
			{countTallies, []any{low, high, day}},
			{`INSERT INTO answer_days (id, counted_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET counted_at = EXCLUDED.counted_at`, []any{day, now}},
		} {
			if _, err := tx.ExecContext(system, step.sql, step.args...); err != nil {
				return fmt.Errorf("count a day: %w", err)
			}
		}
		return nil
	})
}

// countTallies writes the cells of a day and their sums over regions and over topics.
var countTallies = askedIn(`interaction_id >= $1 AND interaction_id < $2`) + `
	INSERT INTO answer_tallies (day, agency_id, region_id, topic, questions, answered, clarified, unanswered, dialogues, contained)
	SELECT $3, agency_id, CASE WHEN GROUPING(region_id) = 1 THEN '` + allRegions + `' ELSE region_id END,
		CASE WHEN GROUPING(topic) = 1 THEN '` + allTopics + `' ELSE topic END,
		sum(questions), sum(answered), sum(clarified), sum(unanswered), count(*) FILTER (WHERE ended), count(*) FILTER (WHERE contained)
	FROM told GROUP BY GROUPING SETS ((agency_id, region_id, topic), (agency_id, topic), (agency_id, region_id))`
