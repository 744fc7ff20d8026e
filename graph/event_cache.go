package graph

import (
	"context"
	"sync"
	"time"

	"ekc/ent"
)

const (
	// happeningsFor is how long what an event is about is remembered: its streams read it at almost the same time.
	happeningsFor = 2 * time.Second
	maxHappenings = 4096
)

// eventCache reads what an event is about once for all streams of this node. It acts as the system: each stream decides
// the rights of its viewer before it shows anything.
type eventCache struct {
	eventLots

	mu         sync.Mutex
	happenings map[int64]*happening
}

// happening is one event's objects, each read at first use.
type happening struct {
	until time.Time

	messageOnce sync.Once
	message     *ent.Message
	messageErr  error

	interactionOnce sync.Once
	interaction     *ent.Interaction
	interactionErr  error
}

func newEventCache(client *ent.Client) *eventCache {
	return &eventCache{eventLots: newEventLots(client), happenings: map[int64]*happening{}}
}

// of returns what is known of an event. A signal has no position and is known to nobody else.
func (c *eventCache) of(eventID int64) *happening {
	if eventID == 0 {
		return &happening{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if h, found := c.happenings[eventID]; found && now.Before(h.until) {
		return h
	}
	if len(c.happenings) >= maxHappenings {
		c.sweep(now)
	}
	h := &happening{until: now.Add(happeningsFor)}
	c.happenings[eventID] = h
	return h
}

// sweep removes what is too old; when nothing is, everything.
func (c *eventCache) sweep(now time.Time) {
	for id, h := range c.happenings {
		if now.After(h.until) {
			delete(c.happenings, id)
		}
	}
	if len(c.happenings) >= maxHappenings {
		clear(c.happenings)
	}
}

// messageOf reads the message of an event with its files.
func (c *eventCache) messageOf(ctx context.Context, h *happening, id string) (*ent.Message, error) {
	h.messageOnce.Do(func() { h.message, h.messageErr = c.messages.get(ctx, id) })
	return h.message, h.messageErr
}

// interactionOf reads the interaction of an event as it is now.
func (c *eventCache) interactionOf(ctx context.Context, h *happening, id string) (*ent.Interaction, error) {
	h.interactionOnce.Do(func() { h.interaction, h.interactionErr = c.interactions.get(ctx, id) })
	return h.interaction, h.interactionErr
}
