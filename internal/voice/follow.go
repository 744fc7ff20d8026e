package voice

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		after := s.o.Log.Tail()
		s.resync(ctx)
		err := s.o.Log.All(after).Each(ctx, func(e eventlog.Event) error { return s.follow(ctx, e) })
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

// follow handles one event.
func (s *Service) follow(ctx context.Context, e eventlog.Event) error {
	switch e.Kind {
	case KindLines:
		s.reload(ctx)
	case interaction.KindChanged, routing.KindOffer:
		if s.board == nil || e.InteractionID == "" {
			return nil
		}
		if _, err := s.board.Find(e.InteractionID); err == nil {
			return s.tell(ctx, e.InteractionID, e.ID)
		}
		if e.Kind == routing.KindOffer || e.AccountID != "" {
			s.poke() // perhaps a callback whose turn has come
		}
	}
	return nil
}

// resync tells every call of this node where its enquiry stands.
func (s *Service) resync(ctx context.Context) {
	if s.board == nil {
		return
	}
	for _, c := range s.board.Calls() {
		if c.InteractionID == "" {
			continue
		}
		if err := s.tell(ctx, c.InteractionID, 0); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "a call could not be told where it stands", "interaction", c.InteractionID, "error", err)
		}
	}
}

// tell reads an enquiry as it is now and tells the switchboard.
func (s *Service) tell(ctx context.Context, interactionID string, position int64) error {
	c := telephony.Change{InteractionID: interactionID, Position: position}
	err := s.o.DB.QueryRowContext(ctx, `
		SELECT i.state, coalesce(i.queue_id, ''), coalesce(i.operator_id, ''), coalesce(o.id, ''), coalesce(o.account_id, '')
		FROM interactions i LEFT JOIN offers o ON o.interaction_id = i.id AND o.state = 'PENDING' WHERE i.id = $1`,
		interactionID).Scan(&c.State, &c.QueueID, &c.OperatorID, &c.OfferID, &c.OfferedTo)
	if err != nil {
		return fmt.Errorf("read what was decided: %w", err)
	}
	s.board.Follow(c)
	return nil
}
