package routing

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
	"ekc/ent/interaction"
)

// waitingLane is a lane with somebody in it.
type waitingLane struct {
	lane
	waiting int
	hours   hours
}

// waitingLanes returns the queues in which somebody waits. A queue that takes no new interactions is still worked off.
func (s *Service) waitingLanes(ctx context.Context) ([]*waitingLane, error) {
	var lanes []*waitingLane
	err := each(ctx, s.client, "queues with waiting", func(rows *sql.Rows) error {
		l := &waitingLane{}
		var relax, offerFor int
		err := rows.Scan(&l.id, &l.channel, &l.line, &l.priority, &relax, &offerFor, &l.waiting,
			&l.hours.zone, &l.hours.periods, &l.hours.exceptions, pq.Array(&l.skills), pq.Array(&l.courses))
		l.relax, l.offerFor = time.Duration(relax)*time.Second, time.Duration(offerFor)*time.Second
		lanes = append(lanes, l)
		return err
	}, `
		SELECT q.id, q.channel, q.line, q.priority, q.relax_seconds, q.offer_seconds, w.waiting,
			h.time_zone, h.periods, h.exceptions,
			ARRAY(SELECT r.skill_id FROM queue_required_skills r WHERE r.queue_id = q.id ORDER BY r.skill_id),
			ARRAY(SELECT c.course_id FROM queue_required_courses c WHERE c.queue_id = q.id)
		FROM (SELECT queue_id, count(*) AS waiting FROM interactions WHERE state = 'QUEUED' GROUP BY queue_id) w
		JOIN queues q ON q.id = w.queue_id
		LEFT JOIN business_hours h ON h.id = q.business_hours_id`)
	return lanes, err
}

// freeOperators returns, by queue, the members who are available and have room, with their rights and skills.
func (s *Service) freeOperators(ctx context.Context, lanes []*waitingLane, now time.Time) (map[string][]*operator, error) {
	byLane := make(map[string]*waitingLane, len(lanes))
	for _, l := range lanes {
		byLane[l.id] = l
	}
	operators := map[string]*operator{}
	members := map[string][]*operator{}
	err := each(ctx, s.client, "free operators", func(rows *sql.Rows) error {
		o := &operator{}
		var queues []string
		if err := rows.Scan(&o.id, &o.idleSince, &o.capacity, &o.load.Chats, &o.load.Calls, pq.Array(&queues)); err != nil {
			return err
		}
		for _, id := range queues {
			if o.load.Room(byLane[id].channel, o.capacity) > 0 {
				members[id] = append(members[id], o)
				operators[o.id] = o
			}
		}
		return nil
	}, `
		SELECT p.account_id, p.idle_since, a.chat_capacity, coalesce(l.chats, 0), coalesce(l.calls, 0), array_agg(m.queue_id)
		FROM queue_members m
		JOIN presences p ON p.account_id = m.account_id AND p.state = 'AVAILABLE'
		JOIN accounts a ON a.id = m.account_id AND a.active
		LEFT JOIN `+loadTable+` l ON l.account_id = m.account_id
		WHERE m.queue_id = ANY((SELECT $1::text[])::text[])
		GROUP BY p.account_id, p.idle_since, a.chat_capacity, l.chats, l.calls`, pq.Array(keys(byLane)))
	if err != nil || len(operators) == 0 {
		return nil, err
	}
	if err := s.equip(ctx, operators, now); err != nil {
		return nil, err
	}
	return members, s.admit(ctx, operators, coursesOf(lanes), now)
}

// equip reads the rights in force and the skills of the operators.
func (s *Service) equip(ctx context.Context, operators map[string]*operator, now time.Time) error {
	ids := pq.Array(keys(operators))
	err := each(ctx, s.client, "operator roles", func(rows *sql.Rows) error {
		var account string
		g := viewer.Grant{Role: viewer.Operator}
		if err := rows.Scan(&account, &g.AgencyID, &g.RegionID, &g.Line); err != nil {
			return err
		}
		operators[account].grants = append(operators[account].grants, g)
		return nil
	}, `
		SELECT account_id, coalesce(agency_id, ''), coalesce(region_id, ''), coalesce(line, 0) FROM role_assignments
		WHERE account_id = ANY((SELECT $1::text[])::text[]) AND role = 'OPERATOR' AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)`, ids, now)
	if err != nil {
		return err
	}
	return each(ctx, s.client, "operator skills", func(rows *sql.Rows) error {
		var account, skill string
		var proficiency int
		if err := rows.Scan(&account, &skill, &proficiency); err != nil {
			return err
		}
		o := operators[account]
		if o.skills == nil {
			o.skills = map[string]int{}
		}
		o.skills[skill] = proficiency
		return nil
	}, `SELECT account_id, skill_id, proficiency FROM account_skills WHERE account_id = ANY((SELECT $1::text[])::text[])`, ids)
}

// firstInLine returns the first enquiries of each queue, at most limits[id] of each. The segment is the queue's where it
// has one, else the interaction's: who was sent to another agency's queue is served by that agency.
func (s *Service) firstInLine(ctx context.Context, lanes []*waitingLane, limits map[string]int) ([]*enquiry, error) {
	byLane := make(map[string]*lane, len(lanes))
	for _, l := range lanes {
		byLane[l.id] = &l.lane
	}
	ids := keys(limits)
	counts := make([]int64, len(ids))
	for i, id := range ids {
		counts[i] = int64(limits[id])
	}
	var enquiries []*enquiry
	err := each(ctx, s.client, "waiting interactions", func(rows *sql.Rows) error {
		e := &enquiry{}
		var queue string
		err := rows.Scan(&e.id, &queue, &e.segment.agencyID, &e.segment.regionID, &e.priority, &e.placeAt, &e.queuedAt)
		e.lane = byLane[queue]
		enquiries = append(enquiries, e)
		return err
	}, `
		SELECT i.id, q.id, coalesce(q.agency_id, i.agency_id, ''), coalesce(q.region_id, i.region_id, ''), i.priority,
			coalesce(i.place_at, i.created_at), coalesce(i.queued_at, i.created_at)
		FROM unnest((SELECT $1::text[]), (SELECT $2::bigint[])) AS l(queue_id, most)
		JOIN queues q ON q.id = l.queue_id
		CROSS JOIN LATERAL (
			SELECT * FROM interactions WHERE queue_id = l.queue_id AND state = 'QUEUED'
			ORDER BY priority DESC, place_at LIMIT l.most
		) i`, pq.Array(ids), pq.Array(counts))
	if err != nil || len(enquiries) == 0 {
		return nil, err
	}
	return enquiries, recall(ctx, s.client, enquiries, s.clock())
}

// stickyFor is how long an operator is remembered as the one who knows a citizen.
const stickyFor = 30 * 24 * time.Hour

// recall adds to the enquiries who knows the citizen and who has refused.
func recall(ctx context.Context, q querier, enquiries []*enquiry, now time.Time) error {
	byID := make(map[string]*enquiry, len(enquiries))
	for _, e := range enquiries {
		byID[e.id] = e
	}
	ids := pq.Array(keys(byID))
	err := each(ctx, q, "sticky operators", func(rows *sql.Rows) error {
		var id, account string
		if err := rows.Scan(&id, &account); err != nil {
			return err
		}
		byID[id].sticky = account
		return nil
	}, `
		SELECT DISTINCT ON (w.id) w.id, p.operator_id FROM interactions w
		JOIN interactions p ON p.citizen_id = w.citizen_id AND p.id <> w.id
		WHERE w.id = ANY((SELECT $1::text[])::text[]) AND p.operator_id IS NOT NULL AND p.accepted_at > $2
		ORDER BY w.id, p.accepted_at DESC`, ids, now.Add(-stickyFor))
	if err != nil {
		return err
	}
	return each(ctx, q, "refusals", func(rows *sql.Rows) error {
		var id, account string
		var at time.Time
		if err := rows.Scan(&id, &account, &at); err != nil {
			return err
		}
		e := byID[id]
		if e.refused == nil {
			e.refused = map[string]time.Time{}
		}
		e.refused[account] = at
		return nil
	}, `
		SELECT o.interaction_id, o.account_id, max(o.answered_at) FROM offers o
		JOIN interactions i ON i.id = o.interaction_id
		WHERE o.interaction_id = ANY((SELECT $1::text[])::text[]) AND o.state IN ('DECLINED', 'EXPIRED') AND o.created_at >= i.queued_at
		GROUP BY 1, 2`, ids)
}

// slots is how many more of the channel the operators can take together.
func slots(operators []*operator, channel interaction.Channel) int {
	n := 0
	for _, o := range operators {
		n += o.load.Room(channel, o.capacity)
	}
	return n
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for key := range m {
		list = append(list, key)
	}
	return list
}
