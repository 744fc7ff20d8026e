package supervision

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/alertrule"
	"ekc/ent/deferral"
	"ekc/ent/incident"
)

// The window of shares, and what must lie in it for a share to say anything.
const (
	window  = 30 * time.Minute
	fewShow = 5
)

// measured is one subject of a metric as it is now.
type measured struct {
	subject string
	scope   viewer.Scope
	queueID string
	value   int
}

// measure takes all measurements that the metrics need.
func (s *Service) measure(ctx context.Context, metrics map[alertrule.Metric]bool) (map[alertrule.Metric][]measured, error) {
	all := map[alertrule.Metric][]measured{}
	var failure error
	for metric := range metrics {
		var found []measured
		var err error
		switch metric {
		case alertrule.MetricTrunkDown:
			found, err = s.trunksDown(ctx)
		case alertrule.MetricDeferralDue:
			found, err = s.deferralsDue(ctx)
		case alertrule.MetricIncidentOpen:
			found, err = s.incidentsOpen(ctx)
		case alertrule.MetricContestDue:
			found, err = s.contestsDue(ctx)
		default:
			found, err = s.queues(ctx, metric)
		}
		all[metric], failure = found, errors.Join(failure, err)
	}
	return all, failure
}

// ofQueues are the measurements of queues: id, agency, region, line, value. $1 is now, $2 the beginning of the window, $3 what must lie
// in it.
var ofQueues = map[alertrule.Metric]string{
	alertrule.MetricWaiting: `SELECT q.id, q.agency_id, q.region_id, q.line, count(i.id)
		FROM queues q LEFT JOIN interactions i ON i.queue_id = q.id AND i.state IN ('QUEUED', 'OFFERED')
		WHERE q.active AND $1::timestamptz > $2::timestamptz AND $3 >= 0 GROUP BY q.id`,
	alertrule.MetricLongestWait: `SELECT q.id, q.agency_id, q.region_id, q.line,
			coalesce(max(extract(epoch FROM $1::timestamptz - coalesce(i.place_at, i.created_at))), 0)::bigint
		FROM queues q LEFT JOIN interactions i ON i.queue_id = q.id AND i.state IN ('QUEUED', 'OFFERED')
		WHERE q.active AND $1::timestamptz > $2::timestamptz AND $3 >= 0 GROUP BY q.id`,
	alertrule.MetricFreeOperators: `WITH desks AS (
			SELECT account_id, channel, count(*) AS n FROM (
				SELECT operator_id AS account_id, channel FROM interactions
				WHERE state IN ('ACTIVE', 'HELD', 'WRAP_UP') AND operator_id IS NOT NULL
				UNION ALL SELECT o.account_id, i.channel FROM offers o JOIN interactions i ON i.id = o.interaction_id WHERE o.state = 'PENDING') d
			GROUP BY 1, 2)
		SELECT q.id, q.agency_id, q.region_id, q.line, count(p.account_id) FILTER (
			WHERE a.active AND coalesce(l.n, 0) < CASE WHEN q.channel = 'VOICE' THEN 1 ELSE a.chat_capacity END)
		FROM queues q LEFT JOIN queue_members m ON m.queue_id = q.id
			LEFT JOIN presences p ON p.account_id = m.account_id AND p.state = 'AVAILABLE'
			LEFT JOIN accounts a ON a.id = p.account_id
			LEFT JOIN desks l ON l.account_id = p.account_id AND l.channel = q.channel
		WHERE q.active AND $1::timestamptz > $2::timestamptz AND $3 >= 0 GROUP BY q.id`,
	alertrule.MetricServiceLevel: `SELECT id, agency_id, region_id, line, (100 * count(*) FILTER (WHERE answered - began <= target) / count(*))::bigint
		FROM (` + waits + `) w WHERE answered IS NOT NULL OR left_at IS NOT NULL OR $1::timestamptz - began > target
		GROUP BY id, agency_id, region_id, line HAVING count(*) >= $3`,
	alertrule.MetricAbandoned: `SELECT id, agency_id, region_id, line, (100 * count(*) FILTER (WHERE left_at IS NOT NULL) / count(*))::bigint
		FROM (` + waits + `) w WHERE (answered IS NOT NULL OR left_at IS NOT NULL) AND $1::timestamptz > began
		GROUP BY id, agency_id, region_id, line HAVING count(*) >= $3`,
}

// waits are the waits that began from $2 on: in which queue, when it began, when an operator of that queue answered, or else when the
// citizen left that queue. Each queue is looked up by its index; OFFSET 0 keeps Postgres from reckoning a column once for each use of it.
const waits = `SELECT q.id, q.agency_id, q.region_id, q.line, make_interval(secs => q.service_level_seconds) AS target, b.began, a.answered,
		CASE WHEN a.answered IS NULL THEN (SELECT coalesce(i.closed_at, i.last_activity_at) FROM interactions i
			WHERE i.id = b.interaction_id AND i.state = 'ABANDONED' AND i.queue_id = q.id) END AS left_at
	FROM queues q CROSS JOIN LATERAL (
			SELECT interaction_id, min(started_at) FILTER (WHERE kind = 'QUEUE') AS began, min(started_at) FILTER (WHERE kind = 'TALK') AS talk
			FROM segments WHERE queue_id = q.id AND kind IN ('QUEUE', 'TALK') AND started_at >= $2::timestamptz
			GROUP BY 1 HAVING bool_or(kind = 'QUEUE')) b
		CROSS JOIN LATERAL (SELECT CASE WHEN b.talk < b.began THEN (SELECT min(t.started_at) FROM segments t
			WHERE t.interaction_id = b.interaction_id AND t.kind = 'TALK' AND t.queue_id = q.id AND t.started_at >= b.began) ELSE b.talk END AS answered) a
	WHERE q.active OFFSET 0`

func (s *Service) queues(ctx context.Context, metric alertrule.Metric) (found []measured, err error) {
	now := s.now()
	rows, err := s.o.Client.QueryContext(ctx, ofQueues[metric], now, now.Add(-window), fewShow)
	if err != nil {
		return nil, fmt.Errorf("measure %s: %w", metric, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var m measured
		var agency, region sql.NullString
		if err := rows.Scan(&m.subject, &agency, &region, &m.scope.Line, &m.value); err != nil {
			return nil, fmt.Errorf("measure %s: %w", metric, err)
		}
		m.scope.AgencyID, m.scope.RegionID, m.queueID = agency.String, region.String, m.subject
		found = append(found, m)
	}
	return found, rows.Err()
}

func (s *Service) trunksDown(ctx context.Context) ([]measured, error) {
	names, err := s.phone.TrunksDown(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]measured, 0, len(names))
	for _, name := range names {
		found = append(found, measured{subject: name, value: 1})
	}
	return found, nil
}

// deferralsDue are deferred enquiries with the minutes that are left until their term ends, 0 when it has.
func (s *Service) deferralsDue(ctx context.Context) ([]measured, error) {
	open, err := s.o.Client.Deferral.Query().Where(deferral.StateEQ(deferral.StateOpen)).Order(ent.Asc(deferral.FieldDueAt)).Limit(batch).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("measure deferrals: %w", err)
	}
	found := make([]measured, 0, len(open))
	for _, d := range open {
		found = append(found, measured{subject: d.ID, scope: scopeOf(d), value: max(0, int(d.DueAt.Sub(s.now())/time.Minute))})
	}
	return found, nil
}

// incidentsOpen are incidents that nobody has acknowledged, with the seconds since they were reported.
func (s *Service) incidentsOpen(ctx context.Context) ([]measured, error) {
	open, err := s.o.Client.Incident.Query().Where(incident.StateEQ(incident.StateOpen)).Order(ent.Asc(incident.FieldCreatedAt)).Limit(batch).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("measure incidents: %w", err)
	}
	found := make([]measured, 0, len(open))
	for _, n := range open {
		found = append(found, measured{
			subject: n.ID, scope: viewer.Scope{AgencyID: n.AgencyID, RegionID: n.RegionID}, value: int(s.now().Sub(n.CreatedAt) / time.Second),
		})
	}
	return found, nil
}
