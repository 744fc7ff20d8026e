package supervision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent/evaluationrule"
)

// shortAbandon is a wait after which whoever left has hardly waited: a wrong number, a slip of the finger. Such are counted apart.
const shortAbandon = 5 * time.Second

// Waits is what became of those who came into a queue in some time. Who came into several counts in each.
type Waits struct {
	// Entered came; Answered were answered in the queue, AnsweredInTime of them within its service level.
	Entered, Answered, AnsweredInTime int
	// Abandoned left the queue unanswered, AbandonedSoon of them within five seconds. Late were not answered within the service level: they still
	// wait, or were passed on.
	Abandoned, AbandonedSoon, Late int
	// Waited is what those who were answered have waited, all together.
	Waited time.Duration
}

// ServiceLevel is the share of those answered in time among all who were answered, left or are late; short abandons do not count. False
// without any. It is what alerts go by.
func (w Waits) ServiceLevel() (float64, bool) {
	return share(w.AnsweredInTime, w.Answered+w.Abandoned-w.AbandonedSoon+w.Late)
}

// Abandonment is the share of those who left among those who left or were answered; short abandons do not count. False without any.
func (w Waits) Abandonment() (float64, bool) {
	return share(w.Abandoned-w.AbandonedSoon, w.Answered+w.Abandoned-w.AbandonedSoon)
}

// ASASeconds is how long those who were answered have waited on average; false without any.
func (w Waits) ASASeconds() (float64, bool) {
	if w.Answered == 0 {
		return 0, false
	}
	return w.Waited.Seconds() / float64(w.Answered), true
}

// Plus counts both.
func (w Waits) Plus(o Waits) Waits {
	return Waits{
		Entered: w.Entered + o.Entered, Answered: w.Answered + o.Answered, AnsweredInTime: w.AnsweredInTime + o.AnsweredInTime, Abandoned: w.Abandoned + o.Abandoned,
		AbandonedSoon: w.AbandonedSoon + o.AbandonedSoon, Late: w.Late + o.Late, Waited: w.Waited + o.Waited,
	}
}

func share(part, whole int) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}

// QueueToday is what became of the waits of one queue.
type QueueToday struct {
	QueueID string
	// Scope is the segment of the queue.
	Scope viewer.Scope
	Waits Waits
}

// Today is what became of the waits that began since midnight of Moscow, in all queues that are in use.
type Today struct {
	At, Since time.Time
	Queues    []*QueueToday
}

// ofToday counts the waits since $2 of queues, by id; $1 is now, $3 the seconds of a short abandon. Queues without any are there too.
const ofToday = `SELECT q.id, q.agency_id, q.region_id, q.line, coalesce(f.entered, 0), coalesce(f.answered, 0), coalesce(f.in_time, 0), coalesce(f.gone, 0),
		coalesce(f.soon, 0), coalesce(f.late, 0), coalesce(extract(epoch FROM f.waited), 0)::float8
	FROM queues q LEFT JOIN (
		SELECT id, count(*) AS entered, count(answered) AS answered, count(*) FILTER (WHERE answered - began <= target) AS in_time,
			count(left_at) AS gone, count(*) FILTER (WHERE left_at - began < make_interval(secs => $3)) AS soon,
			count(*) FILTER (WHERE answered IS NULL AND left_at IS NULL AND $1::timestamptz - began > target) AS late, sum(answered - began) AS waited
		FROM (` + waits + `) w GROUP BY id) f ON f.id = q.id
	WHERE q.active ORDER BY q.id`

// Today counts anew, by one statement for all queues. It decides no rights: show of it what the viewer may see.
func (s *Service) Today(ctx context.Context) (today *Today, err error) {
	now := s.now()
	today = &Today{At: now, Since: beginOf(evaluationrule.PeriodDay, now)}
	rows, err := s.o.Client.QueryContext(viewer.AsSystem(ctx), ofToday, now, today.Since, shortAbandon.Seconds())
	if err != nil {
		return nil, fmt.Errorf("count the waits of today: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		q := &QueueToday{}
		var agency, region sql.NullString
		var waited float64
		if err := rows.Scan(&q.QueueID, &agency, &region, &q.Scope.Line, &q.Waits.Entered, &q.Waits.Answered, &q.Waits.AnsweredInTime, &q.Waits.Abandoned,
			&q.Waits.AbandonedSoon, &q.Waits.Late, &waited); err != nil {
			return nil, fmt.Errorf("count the waits of today: %w", err)
		}
		q.Scope.AgencyID, q.Scope.RegionID = agency.String, region.String
		q.Waits.Waited = time.Duration(waited * float64(time.Second))
		today.Queues = append(today.Queues, q)
	}
	return today, rows.Err()
}
