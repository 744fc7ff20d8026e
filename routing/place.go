package routing

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"ekc/access/viewer"
)

const (
	// paceFresh is how long it is believed how fast a queue moves, where callers ask for their places.
	paceFresh = 2 * time.Second
	// paceTime bounds looking that up.
	paceTime = 5 * time.Second
)

// paces remembers how fast queues move. To look it up costs as much as all the staff of the queue and what they have on their desks:
// hundreds of callers who ask every few seconds must not each pay for it.
type paces struct {
	asked singleflight.Group

	mu      sync.Mutex
	byQueue map[string]pace
}

type pace struct {
	places     int
	handle     time.Duration
	measuredAt time.Time
}

// Place says where an interaction waits, in whatever queue, and how long it may still: the position as it is now, the wait by what was
// known of the queue's staff within the last two seconds. The position is 0 when the interaction does not wait. It decides no rights.
func (s *Service) Place(ctx context.Context, interactionID string) (Estimate, error) {
	ctx = viewer.AsSystem(ctx)
	var e Estimate
	var queueID string
	err := each(ctx, s.client, "place", func(rows *sql.Rows) error { return rows.Scan(&queueID, &e.Position) }, `
		SELECT me.queue_id, (SELECT count(*) FROM interactions i WHERE i.queue_id = me.queue_id AND i.state IN ('QUEUED', 'OFFERED')
			AND (i.priority > me.priority OR i.priority = me.priority AND (i.place_at, i.id) <= (me.place_at, me.id)))
		FROM interactions me WHERE me.id = $1 AND me.state IN ('QUEUED', 'OFFERED') AND me.queue_id IS NOT NULL`, interactionID)
	if err != nil || e.Position == 0 {
		return Estimate{}, err
	}
	p, err := s.paceOf(ctx, queueID)
	if err != nil {
		return Estimate{}, err
	}
	e.ExpectedWait, e.Known = expectedWait(e.Position, p.places, p.handle)
	return e, nil
}

// paceOf looks a queue's pace up at most once at a time, and believes it for a moment.
func (s *Service) paceOf(ctx context.Context, queueID string) (pace, error) {
	now := s.clock()
	s.paces.mu.Lock()
	p, known := s.paces.byQueue[queueID]
	s.paces.mu.Unlock()
	if known && now.Sub(p.measuredAt) < paceFresh {
		return p, nil
	}
	found := s.paces.asked.DoChan(queueID, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), paceTime) // one caller's end must not be the others'
		defer cancel()
		places, handle, err := s.pace(ctx, queueID)
		p := pace{places: places, handle: handle, measuredAt: now}
		if err == nil {
			s.paces.remember(queueID, p)
		}
		return p, err
	})
	select {
	case r := <-found:
		return r.Val.(pace), r.Err
	case <-ctx.Done():
		return pace{}, ctx.Err()
	}
}

func (p *paces) remember(queueID string, measured pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byQueue == nil {
		p.byQueue = map[string]pace{}
	}
	p.byQueue[queueID] = measured
}
