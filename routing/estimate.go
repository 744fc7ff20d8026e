package routing

import (
	"context"
	"database/sql"
	"time"

	"ekc/access/viewer"
)

// Estimate is what a waiting citizen is told.
type Estimate struct {
	// Position in the queue, from 1; 0 when the interaction does not wait there. An interaction that is being offered keeps
	// its place until it is accepted.
	Position int
	// ExpectedWait is a guess; Known is false when nobody is signed in to the queue.
	ExpectedWait time.Duration
	Known        bool
}

// waitingIn is the condition on interactions that wait in queue $1, in the words of their index.
const waitingIn = `queue_id = $1 AND state IN ('QUEUED', 'OFFERED')`

// Estimate says where the interaction is in the queue and how long it may still wait. position is 0 when it does not
// wait there. It decides no rights.
func (s *Service) Estimate(ctx context.Context, queueID, interactionID string) (position int, expected time.Duration,
	known bool, err error,
) {
	ctx = viewer.AsSystem(ctx)
	err = each(ctx, s.client, "position", func(rows *sql.Rows) error { return rows.Scan(&position) }, `
		WITH me AS (SELECT priority, place_at, id FROM interactions WHERE id = $2 AND `+waitingIn+`)
		SELECT count(*) FROM interactions i, me WHERE i.queue_id = $1 AND i.state IN ('QUEUED', 'OFFERED')
			AND (i.priority > me.priority OR i.priority = me.priority AND (i.place_at, i.id) <= (me.place_at, me.id))`,
		queueID, interactionID)
	if err != nil || position == 0 {
		return 0, 0, false, err
	}
	places, handle, err := s.pace(ctx, queueID)
	if err != nil {
		return 0, 0, false, err
	}
	expected, known = expectedWait(position, places, handle)
	return position, expected, known, nil
}

// Estimates says the same of every interaction that waits in the queue, by its id, at the cost of one.
func (s *Service) Estimates(ctx context.Context, queueID string) (map[string]Estimate, error) {
	ctx = viewer.AsSystem(ctx)
	estimates := map[string]Estimate{}
	places, handle, err := s.pace(ctx, queueID)
	if err != nil {
		return nil, err
	}
	err = each(ctx, s.client, "positions", func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		e := Estimate{Position: len(estimates) + 1}
		e.ExpectedWait, e.Known = expectedWait(e.Position, places, handle)
		estimates[id] = e
		return nil
	}, `SELECT id FROM interactions WHERE `+waitingIn+` ORDER BY priority DESC, place_at, id`, queueID)
	return estimates, err
}

// pace is what decides how fast a queue moves: how many interactions its staff has at once, and how long each takes.
func (s *Service) pace(ctx context.Context, queueID string) (places int, handle time.Duration, err error) {
	staffs, err := s.staffing(ctx, []string{queueID})
	if err != nil {
		return 0, 0, err
	}
	averages, err := s.handleTimes(ctx, []string{queueID})
	return staffs[queueID].places, averages[queueID], err
}
