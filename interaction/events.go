package interaction

import (
	"ekc/ent"
	"ekc/internal/eventlog"
)

// The kinds of events that this package appends. Each names the interaction, its operator if it has one, and its queue.
const (
	// KindMessageAdded names the message in its data, as "message".
	KindMessageAdded = "message.added"
	// KindMessageChanged names the message in its data, as "message".
	KindMessageChanged = "message.changed"
	// KindChanged says that state, queue, operator, disposition or rating changed.
	KindChanged = "interaction.changed"
	// KindTyping is a signal, not kept; its data names the "author", CITIZEN, OPERATOR or ASSISTANT.
	// Of a citizen whose words may be searched for before they are sent, it holds them as "draft".
	KindTyping = "typing"
	// KindSuggestions is a signal, not kept: what is suggested to the operator may have changed. Of a citizen who speaks, it holds the last
	// utterances as "heard", one a line, the newest last.
	KindSuggestions = "suggestions"

	// kindQueue is routing's: the figures of a queue changed.
	kindQueue = "queue.changed"
)

// The keys of the events' data.
const (
	DataMessage = "message"
	DataAuthor  = "author"
	DataDraft   = "draft"
	DataHeard   = "heard"
	// DataInteraction names the interaction in an event for the desk that it has left.
	DataInteraction = "interaction"
)

func event(kind string, i *ent.Interaction, data map[string]string) eventlog.Event {
	return eventlog.Event{Kind: kind, InteractionID: i.ID, QueueID: i.QueueID, AccountID: whose(i), Data: data}
}

func messageEvent(kind string, i *ent.Interaction, messageID string) eventlog.Event {
	return event(kind, i, map[string]string{DataMessage: messageID})
}
