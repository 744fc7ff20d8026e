package graph

import (
	"context"
	"errors"
	"time"

	"ekc/ent"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/graph/model"
	"ekc/interaction"
	"ekc/internal/eventlog"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/routing"
)

// dialogue follows one interaction. It joins the stream before it looks at rights and state, so that nothing is missed
// between the two.
func (r *Resolver) dialogue(ctx context.Context, id string, after *string) (<-chan model.DialogueEvent, error) {
	position, cursor, err := r.from(after)
	if err != nil {
		return nil, err
	}
	stream := r.Log.OfInteraction(id, position)
	now := &happening{}
	may, err := r.mayFollow(ctx, now, id)
	var i *ent.Interaction
	if err == nil && may {
		i, err = r.events.interactionOf(ctx, now, id)
	}
	if err != nil || !may {
		drop(stream)
		if err == nil || errors.Is(err, errGone) {
			err = fail.Field("interactionId", fail.NotFound, "no such interaction")
		}
		return nil, err
	}
	d := &conversation{r: r, id: id, waiter: newWaiter(id), hints: r.newHints(ctx)}
	r.positions.set(d.waiter, waitsIn(i))
	d.hints.changed(i)
	return follow(r, newFollower[model.DialogueEvent](ctx, cursor), stream, d.each, d.places, shown[model.DialogueEvent](d.hints),
		while[model.DialogueEvent](d.still)), nil
}

// conversation is one subscription to an interaction.
type conversation struct {
	r      *Resolver
	id     string
	waiter *waiter
	hints  *hints
}

// waitsIn is the queue in which an interaction waits; empty when it does not.
func waitsIn(i *ent.Interaction) string {
	if i.State == entinteraction.StateQueued || i.State == entinteraction.StateOffered {
		return i.QueueID
	}
	return ""
}

// each shows one event.
func (d *conversation) each(ctx context.Context, f *follower[model.DialogueEvent], e eventlog.Event) error {
	switch e.Kind {
	case interaction.KindMessageAdded, interaction.KindMessageChanged, interaction.KindChanged, interaction.KindTyping:
	case interaction.KindSuggestions:
		d.hints.signalled(e)
		return nil
	case voice.KindCall:
		if !staff(ctx) {
			return nil
		}
	default:
		return nil
	}
	h := d.r.events.of(e.ID)
	may, err := d.r.mayFollow(ctx, h, d.id)
	if err != nil {
		return err
	}
	if !may {
		return errLost
	}
	if e.Kind == interaction.KindTyping {
		d.hints.signalled(e)
		return f.aside(func(cursor string) model.DialogueEvent { return typing(e, d.id, cursor) })
	}
	cursor := eventlog.Cursor(e.ID, e.At)
	event, err := d.r.happened(ctx, h, e, d.id, cursor)
	if err != nil || event == nil {
		return err
	}
	d.hints.heed(event)
	if err := f.give(event.(model.DialogueEvent), cursor); err != nil {
		return err
	}
	if changed, ok := event.(*model.InteractionChanged); ok {
		d.r.positions.set(d.waiter, waitsIn(changed.Interaction))
	}
	return nil
}

// still ends the subscription of who may see the interaction no longer.
func (d *conversation) still(ctx context.Context) error {
	may, err := d.r.mayFollow(ctx, &happening{}, d.id)
	if err == nil && !may {
		err = errLost
	}
	return err
}

// places shows the place in the queue while the interaction waits.
func (d *conversation) places(ctx context.Context, f *follower[model.DialogueEvent]) error {
	defer d.r.positions.leave(d.waiter)
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-d.waiter.places:
			err := f.aside(func(cursor string) model.DialogueEvent { return placed(e, cursor, d.r.Clock().UTC()) })
			if err != nil {
				return nil //nolint:nilerr // the subscription is over
			}
		}
	}
}

func placed(e routing.Estimate, cursor string, at time.Time) *model.QueuePositionChanged {
	changed := &model.QueuePositionChanged{Cursor: cursor, At: at}
	if e.Position > 0 {
		changed.Position, changed.ExpectedWaitSeconds = &e.Position, expected(e.ExpectedWait, e.Known)
	}
	return changed
}

func typing(e eventlog.Event, id, cursor string) *model.Typing {
	author := message.Author(e.Data[interaction.DataAuthor])
	return &model.Typing{Cursor: cursor, At: e.At, InteractionID: id, Author: author}
}

// happened makes the kept event of an interaction that a dialogue and a desk show alike; nil for what is gone.
func (r *Resolver) happened(ctx context.Context, h *happening, e eventlog.Event, id, cursor string) (any, error) {
	switch e.Kind {
	case interaction.KindMessageAdded, interaction.KindMessageChanged:
		m, err := r.events.messageOf(ctx, h, e.Data[interaction.DataMessage])
		if err != nil {
			return nil, ignoreMissing(err)
		}
		if e.Kind == interaction.KindMessageAdded {
			return &model.MessageAdded{Cursor: cursor, At: e.At, InteractionID: id, Message: m}, nil
		}
		return &model.MessageChanged{Cursor: cursor, At: e.At, InteractionID: id, Message: m}, nil
	case voice.KindCall:
		c, err := r.events.calls.get(ctx, e.Data[voice.DataCall])
		if err != nil || c.InteractionID != id { // whoever follows an interaction sees its calls
			return nil, ignoreMissing(err)
		}
		return &model.CallChanged{Cursor: cursor, At: e.At, InteractionID: id, Call: c}, nil
	default:
		i, err := r.events.interactionOf(ctx, h, id)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		return &model.InteractionChanged{Cursor: cursor, At: e.At, Interaction: i}, nil
	}
}
