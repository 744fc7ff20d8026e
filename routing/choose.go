package routing

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/queue"
	"ekc/internal/fail"
)

// Want is what an interaction that needs a person is about. Empty AgencyID or RegionID mean unknown.
type Want struct {
	Channel  interaction.Channel
	Line     int
	AgencyID string
	RegionID string
}

// ChooseQueue returns the active queue for the interaction: of those that serve its channel, line, agency and region an
// open one before a closed one, and of these the most specific: of the agency and the region, of the agency, of the
// region, general. It fails with fail.NotFound when there is none.
func (s *Service) ChooseQueue(ctx context.Context, tx *ent.Tx, w Want) (*ent.Queue, error) {
	ctx = viewer.AsSystem(ctx)
	queues, err := tx.Queue.Query().Where(
		queue.Active(true), ofReadySite(), queue.ChannelEQ(queue.Channel(w.Channel)), queue.Line(w.Line),
		queue.Or(queue.AgencyIDIsNil(), queue.AgencyID(w.AgencyID)), queue.Or(queue.RegionIDIsNil(), queue.RegionID(w.RegionID)),
	).WithBusinessHours().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("choose queue: %w", err)
	}
	if len(queues) == 0 {
		return nil, fail.New(fail.NotFound, "no queue serves this")
	}
	open := make(map[string]bool, len(queues))
	for _, q := range queues {
		if open[q.ID], _, err = s.OpenNow(ctx, q); err != nil {
			return nil, err
		}
	}
	return slices.MinFunc(queues, func(a, b *ent.Queue) int {
		return cmp.Or(compareBool(open[b.ID], open[a.ID]), cmp.Compare(specific(b), specific(a)), cmp.Compare(a.Code, b.Code))
	}), nil
}

// specific is higher the fewer a queue serves.
func specific(q *ent.Queue) int {
	n := 0
	if q.AgencyID != "" {
		n += 2
	}
	if q.RegionID != "" {
		n++
	}
	return n
}
