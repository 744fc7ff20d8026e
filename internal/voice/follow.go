package voice

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"

	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/routing"
	"ekc/telephony"
)

// KindLines says that trunks or numbers changed. It names nothing.
const KindLines = "lines.changed"

// followAll tells the switchboard what the event log says until ctx ends. A stream that ended is begun anew, after all calls were
// told where they stand.
func (s *Service) followAll(ctx context.Context) {
	for ctx.Err() == nil {
		err := s.followFrom(ctx, s.o.Log.Tail())
		if ctx.Err() != nil || errors.Is(err, eventlog.ErrClosed) {
			return
		}
		s.log.WarnContext(ctx, "the stream of decisions has ended, beginning anew", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(s.o.Tick):
		}
	}
}

// followFrom takes events down and tells them in another goroutine, so that a burst of them is read back together.
func (s *Service) followFrom(ctx context.Context, after int64) error {
	n := newNews()
	s.resync(n)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return s.o.Log.All(after).Each(ctx, func(e eventlog.Event) error { s.follow(ctx, e, n); return nil })
	})
	group.Go(func() error { return s.tellAll(ctx, n) })
	return group.Wait()
}

// follow handles one event.
func (s *Service) follow(ctx context.Context, e eventlog.Event, n *news) {
	switch e.Kind {
	case KindLines:
		s.reload(ctx)
	case interaction.KindChanged, routing.KindOffer:
		if s.board == nil || e.InteractionID == "" {
			return
		}
		if _, err := s.board.Find(e.InteractionID); err == nil || e.Kind == routing.KindOffer || e.AccountID != "" {
			n.add(e.InteractionID, e.ID)
		}
	}
}

// resync has every call of this node told where its enquiry stands.
func (s *Service) resync(n *news) {
	if s.board == nil {
		return
	}
	for _, c := range s.board.Calls() {
		if c.InteractionID != "" {
			n.add(c.InteractionID, 0)
		}
	}
}

// tellAll tells the switchboard the news as they come.
func (s *Service) tellAll(ctx context.Context, n *news) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.ready:
			if err := s.tell(ctx, n.take()); err != nil {
				return err
			}
		}
	}
}

// What was decided of enquiries.
const (
	decidedOfOne  = decided + `= $1`
	decidedOfMany = decided + `= ANY((SELECT $1::text[])::text[])`

	decided = `
		SELECT i.id, i.state, coalesce(i.queue_id, ''), coalesce(i.operator_id, ''), coalesce(o.id, ''), coalesce(o.account_id, ''),
			EXISTS (SELECT FROM callbacks c WHERE c.interaction_id = i.id AND c.state = 'WAITING')
		FROM interactions i LEFT JOIN offers o ON o.interaction_id = i.id AND o.state = 'PENDING' WHERE i.id `
)

// tell reads enquiries as they are now and tells the switchboard of its own; of another's it sees whether a callback's turn has come.
func (s *Service) tell(ctx context.Context, positions map[string]int64) (err error) {
	changed := slices.Collect(maps.Keys(positions))
	query, arg := decidedOfMany, any(pq.Array(changed))
	if len(changed) == 1 { // the plan for one is kept, that for a list of unknown length is not
		query, arg = decidedOfOne, changed[0]
	}
	rows, err := s.o.DB.QueryContext(ctx, query, arg)
	if err != nil {
		return fmt.Errorf("read what was decided: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c telephony.Change
		var waits bool
		if err := rows.Scan(&c.InteractionID, &c.State, &c.QueueID, &c.OperatorID, &c.OfferID, &c.OfferedTo, &waits); err != nil {
			return fmt.Errorf("read what was decided: %w", err)
		}
		c.Position = positions[c.InteractionID]
		if _, err := s.board.Find(c.InteractionID); err == nil {
			s.board.Follow(c)
		} else if waits {
			s.poke()
		}
	}
	return rows.Err()
}
