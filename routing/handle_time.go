package routing

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	// handleWindow is how far back handle times are looked at: the same time of day, as a rule.
	handleWindow = 4 * time.Hour
	// handleFresh is how long an average is used before it is measured again.
	handleFresh = 30 * time.Second
	// priorHandle is what an interaction takes when there is no history, and priorWeight how many measured interactions
	// that assumption weighs as much as.
	priorHandle = 5 * time.Minute
	priorWeight = 10
)

// handleMemory remembers the average handle time of each queue for a moment.
type handleMemory struct {
	mu      sync.Mutex
	byQueue map[string]handleTime
}

type handleTime struct {
	average    time.Duration
	measuredAt time.Time
}

// handleTimes returns what an interaction of each queue takes an operator on average: talk, hold and wrap-up of the last
// hours, drawn towards priorHandle while there is little history.
func (s *Service) handleTimes(ctx context.Context, queueIDs []string) (map[string]time.Duration, error) {
	now := s.clock()
	averages, stale := s.handles.fresh(queueIDs, now)
	if len(stale) == 0 {
		return averages, nil
	}
	for _, id := range stale {
		averages[id] = priorHandle
	}
	err := each(ctx, s.client, "handle times", func(rows *sql.Rows) error {
		var id string
		var seconds float64
		var count int
		if err := rows.Scan(&id, &seconds, &count); err != nil {
			return err
		}
		averages[id] = averageHandle(time.Duration(seconds*float64(time.Second)), count)
		return nil
	}, `
		SELECT queue_id, sum(extract(epoch FROM ended_at - started_at)), count(DISTINCT interaction_id)
		FROM segments
		WHERE queue_id = ANY((SELECT $1::text[])::text[]) AND kind IN ('TALK', 'HOLD', 'WRAP_UP') AND started_at >= $2 AND ended_at IS NOT NULL
		GROUP BY queue_id`, pq.Array(stale), now.Add(-handleWindow))
	if err != nil {
		return nil, err
	}
	s.handles.remember(stale, averages, now)
	return averages, nil
}

// averageHandle weighs measured handle time against the prior.
func averageHandle(sum time.Duration, count int) time.Duration {
	return (priorHandle*priorWeight + sum) / time.Duration(priorWeight+count)
}

func (h *handleMemory) fresh(queueIDs []string, now time.Time) (averages map[string]time.Duration, stale []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	averages = make(map[string]time.Duration, len(queueIDs))
	for _, id := range queueIDs {
		if known, ok := h.byQueue[id]; ok && now.Sub(known.measuredAt) < handleFresh {
			averages[id] = known.average
		} else {
			stale = append(stale, id)
		}
	}
	return averages, stale
}

func (h *handleMemory) remember(queueIDs []string, averages map[string]time.Duration, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byQueue == nil {
		h.byQueue = map[string]handleTime{}
	}
	for _, id := range queueIDs {
		h.byQueue[id] = handleTime{average: averages[id], measuredAt: now}
	}
}
