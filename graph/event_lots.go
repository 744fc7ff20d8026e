package graph

import (
	"context"
	"fmt"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/call"
	"ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/predicate"
	"ekc/ent/presence"
	"ekc/internal/database"
	"ekc/internal/fail"
	"ekc/internal/together"
)

// eventLots read what events are about. What hundreds of desks ask at one moment, because one round of the centre's work has told
// all of them something, is read by one statement; who asks alone waits for nobody. They act as the system.
type eventLots struct {
	interactions *lot[ent.Interaction]
	messages     *lot[ent.Message]
	offers       *lot[ent.Offer]
	presences    *lot[ent.Presence]
	calls        *lot[ent.Call]
}

// errGone says that what an event is about is not there any more.
var errGone = fail.New(fail.NotFound, "it is gone")

// lot reads objects of one kind by a key.
type lot[T any] struct{ group together.Group[*sought[T]] }

// sought is one object that is asked for.
type sought[T any] struct {
	key   string
	found *T
}

// newLot takes what reads the objects of so many keys, in any order, and what says whose key an object has.
func newLot[T any](what string, read func(ctx context.Context, keys []string) ([]*T, error), keyOf func(*T) string) *lot[T] {
	l := &lot[T]{}
	l.group.Write = func(ctx context.Context, asked []*sought[T]) []error {
		keys := make([]string, 0, len(asked))
		for _, s := range asked {
			keys = append(keys, s.key)
		}
		results := make([]error, len(asked))
		objects, err := read(viewer.AsSystem(ctx), keys)
		if err != nil {
			for n := range results {
				results[n] = fmt.Errorf("read %s: %w", what, err)
			}
			return results
		}
		byKey := make(map[string]*T, len(objects))
		for _, o := range objects {
			byKey[keyOf(o)] = o
		}
		for n, s := range asked {
			if s.found = byKey[s.key]; s.found == nil {
				results[n] = errGone
			}
		}
		return results
	}
	return l
}

// get reads one object as it is now; errGone when there is none. It may be shared with others: nobody changes it.
func (l *lot[T]) get(ctx context.Context, key string) (*T, error) {
	s := &sought[T]{key: key}
	err := l.group.Do(ctx, s)
	return s.found, err
}

func newEventLots(client *ent.Client) eventLots {
	return eventLots{
		interactions: newLot("interactions", func(ctx context.Context, ids []string) ([]*ent.Interaction, error) {
			return client.Interaction.Query().Where(database.Among[predicate.Interaction](interaction.FieldID, ids)).
				WithAgency().WithRegion().WithQueue().All(ctx)
		}, func(i *ent.Interaction) string { return i.ID }),
		messages: newLot("messages", func(ctx context.Context, ids []string) ([]*ent.Message, error) {
			return client.Message.Query().Where(database.Among[predicate.Message](message.FieldID, ids)).WithAttachments().All(ctx)
		}, func(m *ent.Message) string { return m.ID }),
		offers: newLot("offers", func(ctx context.Context, ids []string) ([]*ent.Offer, error) {
			return client.Offer.Query().Where(database.Among[predicate.Offer](offer.FieldID, ids)).All(ctx)
		}, func(o *ent.Offer) string { return o.ID }),
		presences: newLot("presences", func(ctx context.Context, accounts []string) ([]*ent.Presence, error) {
			return client.Presence.Query().Where(database.Among[predicate.Presence](presence.FieldAccountID, accounts)).
				WithPauseReason().All(ctx)
		}, func(p *ent.Presence) string { return p.AccountID }),
		calls: newLot("calls", func(ctx context.Context, ids []string) ([]*ent.Call, error) {
			return client.Call.Query().Where(database.Among[predicate.Call](call.FieldID, ids)).All(ctx)
		}, func(c *ent.Call) string { return c.ID }),
	}
}
