package routing

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"ekc/access/viewer"
)

// Figures are a queue's live figures.
type Figures struct {
	// Waiting counts interactions that wait, offered ones too; LongestWait is the longest of their waits, 0 without any.
	Waiting     int
	LongestWait time.Duration
	// Active counts interactions that talk with an operator, on hold too.
	Active int
	// Available counts members who could take one more now, SignedIn those who are not offline.
	Available int
	SignedIn  int
	// ExpectedWait is that of one who comes now; Known is false when nobody is signed in.
	ExpectedWait time.Duration
	Known        bool
}

// Figures returns the live figures of the queues, by id, in a fixed number of queries. It decides no rights: ask for
// queues that the viewer may see.
func (s *Service) Figures(ctx context.Context, queueIDs []string) (map[string]Figures, error) {
	ctx = viewer.AsSystem(ctx)
	figures := make(map[string]Figures, len(queueIDs))
	for _, id := range queueIDs {
		figures[id] = Figures{}
	}
	if err := s.countInteractions(ctx, figures); err != nil {
		return nil, err
	}
	staffs, err := s.staffing(ctx, queueIDs)
	if err != nil {
		return nil, err
	}
	averages, err := s.handleTimes(ctx, queueIDs)
	if err != nil {
		return nil, err
	}
	for id, f := range figures {
		st := staffs[id]
		f.Available, f.SignedIn = st.available, st.signedIn
		f.ExpectedWait, f.Known = expectedWait(f.Waiting+1, st.places, averages[id])
		if f.Known && f.Available > f.Waiting {
			f.ExpectedWait = 0
		}
		figures[id] = f
	}
	return figures, nil
}

func (s *Service) countInteractions(ctx context.Context, figures map[string]Figures) error {
	now := s.clock()
	return each(ctx, s.client, "queue figures", func(rows *sql.Rows) error {
		var id string
		var since sql.NullTime
		var f Figures
		if err := rows.Scan(&id, &f.Waiting, &since, &f.Active); err != nil {
			return err
		}
		if since.Valid {
			f.LongestWait = max(0, now.Sub(since.Time))
		}
		figures[id] = f
		return nil
	}, `
		SELECT queue_id, count(*) FILTER (WHERE state IN ('QUEUED', 'OFFERED')),
			min(place_at) FILTER (WHERE state IN ('QUEUED', 'OFFERED')), count(*) FILTER (WHERE state IN ('ACTIVE', 'HELD'))
		FROM interactions
		WHERE queue_id = ANY((SELECT $1::text[])::text[]) AND state IN ('QUEUED', 'OFFERED', 'ACTIVE', 'HELD')
		GROUP BY queue_id`, pq.Array(keys(figures)))
}
