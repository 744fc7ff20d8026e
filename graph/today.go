package graph

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/graph/model"
	"ekc/supervision"
)

const (
	// todayFor is how long the figures of today are shown before they are counted anew.
	todayFor = 5 * time.Second
	// todayEvery is how often a board looks whether they have changed.
	todayEvery = 2 * time.Second
	// todayTime bounds one counting.
	todayTime = 10 * time.Second
)

// todays counts the figures of today once for all boards of this node, and only while somebody looks.
type todays struct {
	count func(context.Context) (*supervision.Today, error)

	mu    sync.Mutex
	at    time.Time
	known *supervision.Today
}

// get returns figures that are at most todayFor old. Who comes while they are being counted waits for them.
func (t *todays) get(ctx context.Context) (*supervision.Today, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known != nil && time.Since(t.at) < todayFor {
		return t.known, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), todayTime)
	defer cancel()
	began := time.Now()
	known, err := t.count(ctx)
	if err != nil {
		return nil, err
	}
	t.at, t.known = began, known
	return known, nil
}

// today are the figures of the queues of the viewer's board, and all of them together.
func (r *Resolver) today(ctx context.Context) (*model.BoardToday, error) {
	if err := mayWatch(ctx); err != nil {
		return nil, err
	}
	t, err := r.todays.get(ctx)
	if err != nil {
		return nil, err
	}
	grants := granted(viewer.From(ctx), access.ReadBoard)
	shown := &model.BoardToday{At: t.At, Since: t.Since, Total: &supervision.Waits{}, Queues: []*supervision.QueueToday{}}
	for _, q := range t.Queues {
		if slices.ContainsFunc(grants, func(g viewer.Grant) bool { return watches(g, q.Scope) }) {
			*shown.Total = shown.Total.Plus(q.Waits)
			shown.Queues = append(shown.Queues, q)
		}
	}
	return shown, nil
}

// watches is what watched selects, of a segment that was read before.
func watches(g viewer.Grant, queue viewer.Scope) bool {
	within := func(bound, value string) bool { return bound == "" || value == "" || bound == value }
	return within(g.AgencyID, queue.AgencyID) && within(g.RegionID, queue.RegionID) && (g.Line == 0 || g.Line == queue.Line)
}

// followToday tells the figures at once, and again whenever they have changed. Each is the whole, so there is nothing to resume.
func (r *Resolver) followToday(ctx context.Context) (<-chan *model.BoardToday, error) {
	next, err := r.today(ctx)
	if err != nil {
		return nil, err
	}
	f := newFollower[*model.BoardToday](ctx, "")
	return produce(r, f, func(ctx context.Context) error {
		ticker := time.NewTicker(todayEvery)
		defer ticker.Stop()
		var told *model.BoardToday
		for {
			if told == nil || !reflect.DeepEqual(told.Queues, next.Queues) {
				if err := f.send(next); err != nil {
					return err
				}
				told = next
			}
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
			var err error
			if next, err = r.today(present(ctx)); err != nil {
				return err
			}
		}
	}, while[*model.BoardToday](mayWatch)), nil
}
