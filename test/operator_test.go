package test

import "strings"

// operator is a person of the centre who answers the citizen in the browser.
type operator struct{ *client }

// accept waits until the interaction is offered and takes it.
func (o operator) accept(interactionID string) {
	o.t.Helper()
	o.takes(interactionID)
}

func (o operator) typing(interactionID string) {
	o.t.Helper()
	o.do("typingSignal", "TypingSignalInput", map[string]any{"interactionId": interactionID})
}

// finish ends the talk.
func (o operator) finish(interactionID string) {
	o.t.Helper()
	o.do("interactionFinish", "InteractionInput", map[string]any{"interactionId": interactionID})
}

// closes records a topic and the outcome.
func (o operator) closes(interactionID string) {
	o.t.Helper()
	topics := ask[struct {
		Dispositions struct {
			Edges []struct{ Node struct{ ID string } }
		}
	}](o.client, "{ dispositions(first: 1) { edges { node { id } } } }", nil)
	o.do("interactionClose", "InteractionCloseInput", map[string]any{
		"interactionId": interactionID, "dispositionId": topics.Dispositions.Edges[0].Node.ID, "outcome": "RESOLVED",
	})
}

// reads returns the whole dialogue, a message a line.
func (o operator) reads(interactionID string) string {
	o.t.Helper()
	var lines []string
	for _, m := range o.dialogue(interactionID) {
		lines = append(lines, m.Author+": "+m.Text)
	}
	return strings.Join(lines, "\n")
}
