package graph

import (
	"context"
	"slices"
	"time"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/graph/model"
	"ekc/internal/eventlog"
	"ekc/routing"
)

// boardEvery is how long changes are gathered before a board shows them: queues change with every message.
const boardEvery = 250 * time.Millisecond

// board follows queues and operators of the viewer's segment.
func (r *Resolver) board(ctx context.Context, after *string) (<-chan model.BoardEvent, error) {
	if err := mayWatch(ctx); err != nil {
		return nil, err
	}
	position, cursor, err := r.from(after)
	if err != nil {
		return nil, err
	}
	b := &board{r: r, events: make(chan eventlog.Event)}
	f := newFollower[model.BoardEvent](ctx, cursor)
	f.gathers = true
	return follow(r, f, r.Log.All(position), b.each, b.show, while[model.BoardEvent](mayWatch)), nil
}

// mayWatch decides whether the viewer has a board at all.
func mayWatch(ctx context.Context) error {
	v := viewer.From(ctx)
	for _, role := range access.Roles {
		if access.ReachOf(access.ReadBoard, role) != access.None && v.Kind == viewer.Account && v.Has(role) {
			return nil
		}
	}
	return access.Check(ctx, access.ReadBoard, access.Anywhere)
}

// board is one subscription. It gathers the last change of each queue and operator and shows them in the order of their
// positions; so a stream that is resumed after any of them gets the rest, and nothing twice.
type board struct {
	r      *Resolver
	events chan eventlog.Event
}

// each takes the events that concern a board.
func (b *board) each(ctx context.Context, _ *follower[model.BoardEvent], e eventlog.Event) error {
	if e.ID == 0 || (e.Kind != routing.KindQueue && e.Kind != routing.KindPresence) {
		return nil
	}
	select {
	case b.events <- e:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// show gathers and shows until the subscription ends.
func (b *board) show(ctx context.Context, f *follower[model.BoardEvent]) error {
	gathered := map[string]eventlog.Event{}
	timer := time.NewTimer(boardEvery)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-b.events:
			if len(gathered) == 0 {
				timer.Reset(boardEvery)
			}
			gathered[e.QueueID+e.AccountID] = e
		case <-timer.C:
			if err := b.flush(present(ctx), f, gathered); err != nil {
				return err
			}
			clear(gathered)
		}
	}
}

// flush shows what was gathered, as it is now, in the order of the last changes.
func (b *board) flush(ctx context.Context, f *follower[model.BoardEvent], gathered map[string]eventlog.Event) error {
	if err := mayWatch(ctx); err != nil {
		return err
	}
	changes := make([]eventlog.Event, 0, len(gathered))
	var queueIDs, accountIDs []string
	for _, e := range gathered {
		changes = append(changes, e)
		if e.Kind == routing.KindQueue {
			queueIDs = append(queueIDs, e.QueueID)
		} else {
			accountIDs = append(accountIDs, e.AccountID)
		}
	}
	slices.SortFunc(changes, func(a, b eventlog.Event) int { return int(a.ID - b.ID) })
	queues, operators, err := b.r.boardOf(ctx, queueIDs, accountIDs)
	if err != nil {
		return err
	}
	for _, e := range changes {
		cursor := eventlog.Cursor(e.ID, e.At)
		var event model.BoardEvent
		if q := queues[e.QueueID]; e.Kind == routing.KindQueue && q != nil {
			event = &model.QueueChanged{Cursor: cursor, At: e.At, Queue: q}
		} else if p := operators[e.AccountID]; e.Kind == routing.KindPresence && p != nil {
			event = &model.PresenceChanged{Cursor: cursor, At: e.At, Presence: p}
		}
		if event == nil {
			f.pass(cursor)
			continue
		}
		if err := f.give(event, cursor); err != nil {
			return err
		}
	}
	return nil
}

// boardOf reads queues and presence as the viewer may see them, and their figures for all of the events at once.
func (r *Resolver) boardOf(ctx context.Context, queueIDs, accountIDs []string) (map[string]*ent.Queue, map[string]*ent.Presence, error) {
	queues, operators := map[string]*ent.Queue{}, map[string]*ent.Presence{}
	if len(queueIDs) > 0 {
		rows, err := r.Client.Queue.Query().Where(queue.IDIn(queueIDs...), watched(viewer.From(ctx))).
			WithAgency().WithRegion().All(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, q := range rows {
			queues[q.ID] = q
		}
		if _, err := r.figuresOf(ctx, queueIDs); err != nil {
			return nil, nil, err
		}
	}
	if len(accountIDs) > 0 {
		rows, err := r.Client.Presence.Query().Where(presence.AccountIDIn(accountIDs...)).WithPauseReason().All(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range rows {
			operators[p.AccountID] = p
		}
		if _, err := r.loadsOf(ctx, accountIDs); err != nil {
			return nil, nil, err
		}
	}
	return queues, operators, nil
}
