package routing

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/lib/pq"

	"ekc/ent"
	"ekc/routing/trace"
)

// Rules of a trace that says why an interaction began to wait; one for each stay in a queue.
const (
	RuleNoOperator  = "no_operator"
	RuleQueueClosed = "queue_closed"
)

// explainBatch is how many such traces one tick writes at most.
const explainBatch = 100

// explainLock lets one node at a time write them; "EKCR".
const explainLock = 0x454b4352

// explainWaiting leaves a trace at every interaction that has found nobody since it entered its queue, once.
func (s *Service) explainWaiting(ctx context.Context, before time.Time) error {
	if unexplained, err := s.unexplained(ctx, s.client, before); err != nil || len(unexplained) == 0 {
		return err
	}
	lanes, err := s.waitingLanes(ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]*waitingLane, len(lanes))
	for _, l := range lanes {
		byID[l.id] = l
	}
	members, err := s.members(ctx, keys(byID), coursesOf(lanes))
	if err != nil {
		return err
	}
	return s.log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		mine := false
		err := each(ctx, tx, "lock explaining", func(rows *sql.Rows) error { return rows.Scan(&mine) },
			`SELECT pg_try_advisory_xact_lock($1)`, explainLock)
		if err != nil || !mine {
			return err
		}
		// Read again: another node may have explained them before this one got the lock.
		enquiries, err := s.unexplained(ctx, tx, before)
		if err != nil {
			return err
		}
		return s.writeExplanations(ctx, tx, enquiries, byID, members)
	})
}

func (s *Service) writeExplanations(ctx context.Context, tx *ent.Tx, enquiries []*enquiry, lanes map[string]*waitingLane,
	members map[string][]*member,
) error {
	now := s.clock()
	traces := make([]*ent.RoutingTraceCreate, 0, len(enquiries))
	for _, e := range enquiries {
		l := lanes[e.lane.id]
		if l == nil { // somebody began to wait there a moment ago; the next tick sees it
			continue
		}
		open, err := l.hours.open(now)
		if err != nil {
			return err
		}
		e.lane = &l.lane
		wait := max(0, now.Sub(e.queuedAt))
		t := tx.RoutingTrace.Create().SetInteractionID(e.id).SetQueueID(l.id).SetCreatedAt(now).
			SetWaitedMs(int(wait.Milliseconds()))
		if open {
			t.SetRule(RuleNoOperator).SetCandidates(whyNot(members[l.id], e, now, s.rest))
		} else {
			t.SetRule(RuleQueueClosed)
		}
		traces = append(traces, t)
	}
	return tx.RoutingTrace.CreateBulk(traces...).Exec(ctx)
}

// unexplained returns waiting interactions without such a trace since they entered their queue.
func (s *Service) unexplained(ctx context.Context, q querier, before time.Time) ([]*enquiry, error) {
	var enquiries []*enquiry
	err := each(ctx, q, "unexplained waits", func(rows *sql.Rows) error {
		e := &enquiry{lane: &lane{}}
		err := rows.Scan(&e.id, &e.lane.id, &e.segment.agencyID, &e.segment.regionID, &e.queuedAt)
		enquiries = append(enquiries, e)
		return err
	}, `
		SELECT i.id, q.id, coalesce(q.agency_id, i.agency_id, ''), coalesce(q.region_id, i.region_id, ''), i.queued_at
		FROM interactions i JOIN queues q ON q.id = i.queue_id
		WHERE i.state = 'QUEUED' AND i.queued_at <= $1 AND NOT EXISTS (
			SELECT FROM routing_traces t WHERE t.interaction_id = i.id AND t.created_at >= i.queued_at
				AND t.rule IN ('no_operator', 'queue_closed'))
		LIMIT $2`, before, explainBatch)
	if err != nil || len(enquiries) == 0 {
		return nil, err
	}
	return enquiries, recall(ctx, q, enquiries, before)
}

// member is an operator of a queue in whatever presence.
type member struct {
	operator
	presence string
	active   bool
}

// members returns all operators of the queues, by queue, with their admissions by the courses.
func (s *Service) members(ctx context.Context, queueIDs, courses []string) (map[string][]*member, error) {
	operators := map[string]*operator{}
	members := map[string][]*member{}
	err := each(ctx, s.client, "members", func(rows *sql.Rows) error {
		m := &member{}
		var queues []string
		err := rows.Scan(&m.id, &m.active, &m.presence, &m.idleSince, &m.capacity, &m.load.Chats, &m.load.Calls, pq.Array(&queues))
		operators[m.id] = &m.operator
		for _, id := range queues {
			members[id] = append(members[id], m)
		}
		return err
	}, `
		SELECT a.id, a.active, coalesce(p.state, 'OFFLINE'), coalesce(p.idle_since, a.created_at), a.chat_capacity,
			coalesce(l.chats, 0), coalesce(l.calls, 0), array_agg(m.queue_id)
		FROM queue_members m
		JOIN accounts a ON a.id = m.account_id
		LEFT JOIN presences p ON p.account_id = m.account_id
		LEFT JOIN `+loadTable+` l ON l.account_id = m.account_id
		WHERE m.queue_id = ANY($1)
		GROUP BY a.id, p.state, p.idle_since, l.chats, l.calls
		ORDER BY p.state = 'AVAILABLE' DESC NULLS LAST, p.state = 'OFFLINE', p.idle_since`, pq.Array(queueIDs))
	if err != nil || len(operators) == 0 {
		return nil, err
	}
	now := s.clock()
	if err := s.equip(ctx, operators, now); err != nil {
		return nil, err
	}
	return members, s.admit(ctx, operators, courses, now)
}

// whyNot lists the members with what keeps each from taking the enquiry; those at work come first.
func whyNot(members []*member, e *enquiry, now time.Time, rest time.Duration) []trace.Candidate {
	step := steps[stepFor(now.Sub(e.queuedAt), e.lane.relax)]
	candidates := make([]trace.Candidate, 0, min(len(members), maxCandidates))
	for _, m := range members[:min(len(members), maxCandidates)] {
		candidates = append(candidates, m.trace(e.lane.channel, m.why(e, step, now.Add(-rest)), now))
	}
	return candidates
}

// why says what keeps the member from taking the enquiry; refusals before the instant are forgotten.
func (m *member) why(e *enquiry, step Step, forgotten time.Time) string {
	switch {
	case !m.active:
		return RejectedNotActive
	case m.presence != "AVAILABLE":
		return strings.ToLower(m.presence)
	}
	if rejection := m.rejection(e, step); rejection != "" {
		return rejection
	}
	if at, refused := e.refused[m.id]; refused && at.After(forgotten) {
		return RejectedRefused
	}
	return RejectedOther // free now: the next pass will tell
}
