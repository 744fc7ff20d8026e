package routing

import "ekc/internal/eventlog"

// The kinds of events that this package appends. Figures of a queue change often: a reader that shows them takes several
// events of one queue as one.
const (
	// KindOffer says that an offer was made, answered, missed or withdrawn. It names the interaction, the operator, the
	// queue, and in its data, as "offer", the offer.
	KindOffer = "offer.changed"
	// KindPresence says that what an operator does, or how much they have on the desk, changed. It names the operator.
	KindPresence = "presence.changed"
	// KindQueue says that the settings, the members or the figures of a queue changed. It names the queue.
	KindQueue = "queue.changed"
)

func offerEvent(offerID, interactionID, accountID, queueID string) eventlog.Event {
	return eventlog.Event{
		Kind: KindOffer, InteractionID: interactionID, AccountID: accountID, QueueID: queueID,
		Data: map[string]string{"offer": offerID},
	}
}

func presenceEvent(accountID string) eventlog.Event {
	return eventlog.Event{Kind: KindPresence, AccountID: accountID}
}

func queueEvents(queueIDs ...string) []eventlog.Event {
	events := make([]eventlog.Event, 0, len(queueIDs))
	for _, id := range queueIDs {
		events = append(events, eventlog.Event{Kind: KindQueue, QueueID: id})
	}
	return events
}
