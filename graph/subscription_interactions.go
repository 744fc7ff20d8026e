package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"ekc/access"
	"ekc/ent"
	entinteraction "ekc/ent/interaction"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/eventlog"
)

// mostOnBoard is how many interactions a snapshot holds at most.
const mostOnBoard = 1000

// boardInteractions are those of the viewer's segment that are not over, the oldest first.
func (r *Resolver) boardInteractions(ctx context.Context) ([]*ent.Interaction, error) {
	if err := mayWatch(ctx); err != nil {
		return nil, err
	}
	// In words of its own, so that the index of what is not over serves it.
	return r.Client.Interaction.Query().Where(func(s *sql.Selector) {
		s.Where(sql.And(sql.ExprP(s.C(entinteraction.FieldState)+" <> 'CLOSED'"), sql.ExprP(s.C(entinteraction.FieldState)+" <> 'ABANDONED'")))
	}).WithAgency().WithRegion().WithQueue().
		Order(ent.Asc(entinteraction.FieldCreatedAt, entinteraction.FieldID)).Limit(mostOnBoard).All(ctx)
}

// interactionsBoard is one subscription to the interactions of a segment.
type interactionsBoard struct {
	r *Resolver
	// shown are those that the client knows from this subscription.
	shown map[string]struct{}
}

// followInteractions follows the interactions of the viewer's segment. It joins the stream before it reads the snapshot, so that nothing
// is missed between the two; who resumes gets none.
func (r *Resolver) followInteractions(ctx context.Context, after *string) (<-chan model.BoardInteractionEvent, error) {
	if err := mayWatch(ctx); err != nil {
		return nil, err
	}
	position, cursor, err := r.from(after)
	if err != nil {
		return nil, err
	}
	stream := r.Log.All(position)
	b := &interactionsBoard{r: r, shown: map[string]struct{}{}}
	var begin *model.InteractionsSnapshot
	if after == nil {
		rows, err := r.boardInteractions(ctx)
		if err != nil {
			drop(stream)
			return nil, err
		}
		begin = &model.InteractionsSnapshot{Cursor: cursor, At: r.Clock().UTC(), Interactions: rows, Complete: len(rows) < mostOnBoard}
		for _, i := range rows {
			b.shown[i.ID] = struct{}{}
		}
	}
	f := newFollower[model.BoardInteractionEvent](ctx, cursor)
	return produce(r, f, func(ctx context.Context) error {
		if begin != nil {
			if err := f.give(begin, cursor); err != nil {
				drop(stream)
				return err
			}
			begin = nil
		}
		return eachOf(ctx, f, stream, b.each)
	}, while[model.BoardInteractionEvent](mayWatch)), nil
}

// each shows that an interaction has changed, or that one which was shown has left the viewer's segment.
func (b *interactionsBoard) each(ctx context.Context, f *follower[model.BoardInteractionEvent], e eventlog.Event) error {
	if e.ID == 0 || e.Kind != interaction.KindChanged || e.InteractionID == "" {
		return nil
	}
	cursor := eventlog.Cursor(e.ID, e.At)
	i, err := b.r.events.interactionOf(ctx, b.r.events.of(e.ID), e.InteractionID)
	if ignoreMissing(err) != nil {
		return err
	}
	_, known := b.shown[e.InteractionID]
	switch {
	case err == nil && access.CheckObject(ctx, access.ReadInteraction, access.InteractionObject(ctx, i, false)) == nil:
		if over(i) {
			delete(b.shown, i.ID)
		} else {
			b.shown[i.ID] = struct{}{}
		}
		return f.give(&model.InteractionChanged{Cursor: cursor, At: e.At, Interaction: i}, cursor)
	case known:
		delete(b.shown, e.InteractionID)
		return f.give(&model.InteractionLeft{Cursor: cursor, At: e.At, InteractionID: e.InteractionID}, cursor)
	default:
		return nil
	}
}

func over(i *ent.Interaction) bool {
	return i.State == entinteraction.StateClosed || i.State == entinteraction.StateAbandoned
}
