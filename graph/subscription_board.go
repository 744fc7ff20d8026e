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
	"ekc/supervision"
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
	if e.ID == 0 || boardKey(e) == "" {
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
			gathered[boardKey(e)] = e
		case <-timer.C:
			if err := b.flush(present(ctx), f, gathered); err != nil {
				return err
			}
			clear(gathered)
		}
	}
}

// boardKey names what an event of a board is about, by its id; empty for one that a board does not show.
func boardKey(e eventlog.Event) string {
	switch e.Kind {
	case routing.KindQueue:
		return e.QueueID
	case routing.KindPresence:
		return e.AccountID
	case supervision.KindDeferral:
		return e.Data[supervision.DataDeferral]
	case supervision.KindIncident:
		return e.Data[supervision.DataIncident]
	case supervision.KindAlert:
		return e.Data[supervision.DataAlert]
	case supervision.KindEvaluation:
		return e.Data[supervision.DataEvaluation]
	case supervision.KindCalibration:
		return e.Data[supervision.DataCalibration]
	case supervision.KindDrawn:
		return e.Data[supervision.DataRule] + drawnAt + e.Data[supervision.DataDrawnAt]
	default:
		return ""
	}
}

// flush shows what was gathered, as it is now, in the order of the last changes.
func (b *board) flush(ctx context.Context, f *follower[model.BoardEvent], gathered map[string]eventlog.Event) error {
	if err := mayWatch(ctx); err != nil {
		return err
	}
	changes := make([]eventlog.Event, 0, len(gathered))
	for _, e := range gathered {
		changes = append(changes, e)
	}
	slices.SortFunc(changes, func(a, b eventlog.Event) int { return int(a.ID - b.ID) })
	shown, err := b.r.boardChanges(ctx, changes)
	if err != nil {
		return err
	}
	for _, e := range changes {
		cursor := eventlog.Cursor(e.ID, e.At)
		show := shown[boardKey(e)]
		if show == nil {
			f.pass(cursor)
			continue
		}
		if err := f.give(show(cursor, e.At), cursor); err != nil {
			return err
		}
	}
	return nil
}

// boardEvent makes the event of what has changed.
type boardEvent func(cursor string, at time.Time) model.BoardEvent

// boardChanges reads what the viewer may see of all that changed, by the keys of the events.
func (r *Resolver) boardChanges(ctx context.Context, changes []eventlog.Event) (map[string]boardEvent, error) {
	ids := map[string][]string{}
	for _, e := range changes {
		ids[e.Kind] = append(ids[e.Kind], boardKey(e))
	}
	shown := map[string]boardEvent{}
	queues, operators, err := r.boardOf(ctx, ids[routing.KindQueue], ids[routing.KindPresence])
	if err != nil {
		return nil, err
	}
	for id, q := range queues {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.QueueChanged{Cursor: cursor, At: at, Queue: q}
		}
	}
	for id, p := range operators {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.PresenceChanged{Cursor: cursor, At: at, Presence: p}
		}
	}
	return shown, r.supervisedChanges(ctx, ids, shown)
}

// supervisedChanges adds to them what is supervision's.
func (r *Resolver) supervisedChanges(ctx context.Context, ids map[string][]string, shown map[string]boardEvent) error {
	deferrals, err := r.deferralsByID(ctx, ids[supervision.KindDeferral])
	if err != nil {
		return err
	}
	for id, d := range deferrals {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.DeferralChanged{Cursor: cursor, At: at, Deferral: d}
		}
	}
	incidents, err := r.incidentsByID(ctx, ids[supervision.KindIncident])
	if err != nil {
		return err
	}
	for id, n := range incidents {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.IncidentChanged{Cursor: cursor, At: at, Incident: n}
		}
	}
	alerts, err := r.alertsByID(ctx, ids[supervision.KindAlert])
	if err != nil {
		return err
	}
	for id, a := range alerts {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.AlertChanged{Cursor: cursor, At: at, Alert: a}
		}
	}
	return r.judgedChanges(ctx, ids, shown)
}

// judgedChanges adds to them how operators' work was judged.
func (r *Resolver) judgedChanges(ctx context.Context, ids map[string][]string, shown map[string]boardEvent) error {
	evaluations, err := r.evaluationsByID(ctx, ids[supervision.KindEvaluation])
	if err != nil {
		return err
	}
	for id, e := range evaluations {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.EvaluationChanged{Cursor: cursor, At: at, Evaluation: e}
		}
	}
	calibrations, err := r.calibrationsByID(ctx, ids[supervision.KindCalibration])
	if err != nil {
		return err
	}
	for id, c := range calibrations {
		shown[id] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.CalibrationChanged{Cursor: cursor, At: at, Calibration: c}
		}
	}
	for _, key := range ids[supervision.KindDrawn] {
		d, err := r.drawnBy(ctx, key)
		if err != nil {
			return err
		}
		if d == nil {
			continue
		}
		shown[key] = func(cursor string, at time.Time) model.BoardEvent {
			return &model.EvaluationsDrawn{Cursor: cursor, At: at, Rule: d.rule, Drawn: d.count}
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
