package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An enquiry goes the whole way: Yana, line 1, line 2, recorded, rated.
func TestEnquiryGoesThroughBothLines(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(map[string]any{
		"agencyCode": "PFR", "regionCode": "77", "name": "Иван Петров", "phone": "+7 916 123-45-67", "text": clearQuestion,
	})
	c.hears("ANSWER", 0)
	queued := c.handedOver()
	require.Equal(t, 1, queued.Line)

	first := n.available("operator1")
	offer := first.offered(c.id)
	require.Equal(t, "chat-line1-pfr", offer.Queue.Code)
	before := first.dialogue(c.id)
	require.Contains(t, kinds(before), "ANSWER", "the operator sees what Yana said, before accepting too")
	first.do("offerAccept", "OfferInput", map[string]any{"offerId": offer.ID})
	first.do("offerAccept", "OfferInput", map[string]any{"offerId": offer.ID}) // a repeat after a lost answer is harmless
	n.as("operator2").refuses("NOT_FOUND", "offerAccept", "OfferInput", map[string]any{"offerId": offer.ID})
	require.Equal(t, "Анна", c.becomes(c.id, "ACTIVE").Operator.DisplayName)

	suggested := ask[struct {
		Interaction struct {
			Suggestions []struct{ Record struct{ ID, Question string } }
			Citizen     struct{ Name, Phone string }
		}
	}](first, `query($id: ID!) { interaction(id: $id) { suggestions(first: 3) { record { id question } } citizen { name phone } } }`,
		map[string]any{"id": c.id}).Interaction
	require.NotEmpty(t, suggested.Suggestions)
	require.Equal(t, "Иван Петров", suggested.Citizen.Name)
	first.says(c.id, "Здравствуйте! Уточню на второй линии.")
	c.say("Хорошо, жду")
	sent := first.sends(map[string]any{"interactionId": c.id, "recordId": suggested.Suggestions[0].Record.ID})
	require.Equal(t, suggested.Suggestions[0].Record.ID, sent.Citations[0].RecordID)

	first.do("interactionTransfer", "InteractionTransferInput", map[string]any{
		"interactionId": c.id, "queueId": first.queue("chat-line2-duty"), "note": "Проверьте лицевой счёт",
	})
	moved := c.becomes(c.id, "QUEUED")
	require.Equal(t, 2, moved.Line)
	for _, m := range c.dialogue(c.id) {
		require.NotContains(t, m.Text, "лицевой счёт", "the note is not for the citizen")
	}
	first.refuses("NOT_FOUND", "messageSend", "MessageSendInput", map[string]any{"interactionId": c.id, "text": "Ещё одно"})

	second := n.available("line2.pfr")
	second.takes(c.id)
	require.Equal(t, texts2(c.dialogue(c.id)), texts2(citizenView(second.dialogue(c.id), c)), "the second operator sees everything said so far")
	second.says(c.id, "Посмотрел, всё в порядке.")
	second.do("interactionFinish", "InteractionInput", map[string]any{"interactionId": c.id})
	require.Equal(t, "WRAP_UP", second.now(c.id).State)
	second.do("interactionClose", "InteractionCloseInput", map[string]any{
		"interactionId": c.id, "dispositionId": second.disposition("PENSION_RECORD"), "outcome": "RESOLVED", "note": "Сведения есть",
	})
	require.Equal(t, "CLOSED_BY_OPERATOR", c.becomes(c.id, "CLOSED").CloseReason)
	c.do("interactionRate", "InteractionRateInput", map[string]any{"interactionId": c.id, "rating": 4})
	requireTimeline(t, n.as("supervisor"), c.id)
}

// citizenView is what an operator's dialogue has that the citizen's has too.
func citizenView(all []said, c *citizen) []said {
	known := map[string]bool{}
	for _, m := range c.dialogue(c.id) {
		known[m.ID] = true
	}
	var shared []said
	for _, m := range all {
		if known[m.ID] {
			shared = append(shared, m)
		}
	}
	return shared
}

func texts2(all []said) []string {
	words := make([]string, 0, len(all))
	for _, m := range all {
		words = append(words, m.Author+": "+m.Text)
	}
	return words
}

// requireTimeline checks what a supervisor can find out afterwards.
func requireTimeline(t *testing.T, supervisor *client, id string) {
	t.Helper()
	got := ask[struct {
		Interaction struct {
			Rating      int
			Outcome     string
			Disposition struct{ Code string }
			Segments    []struct {
				Kind    string
				EndedAt *string
			}
			Offers         []struct{ State string }
			RoutingTraces  []struct{ Rule string }
			AssistantTurns []struct{ Decision string }
		}
	}](supervisor, `query($id: ID!) { interaction(id: $id) { rating outcome disposition { code } segments { kind endedAt }
		offers { state } routingTraces { rule } assistantTurns { decision } } }`, map[string]any{"id": id}).Interaction
	require.Equal(t, 4, got.Rating)
	require.Equal(t, "RESOLVED", got.Outcome)
	require.Equal(t, "PENSION_RECORD", got.Disposition.Code)
	var segments []string
	for _, s := range got.Segments {
		require.NotNil(t, s.EndedAt, s.Kind)
		segments = append(segments, s.Kind)
	}
	require.Equal(t, []string{"ASSISTANT", "QUEUE", "OFFER", "TALK", "QUEUE", "OFFER", "TALK", "WRAP_UP"}, segments)
	require.Len(t, got.Offers, 2)
	require.GreaterOrEqual(t, len(got.RoutingTraces), 2)
	require.Equal(t, "ANSWER", got.AssistantTurns[0].Decision)
}

// Who misses an offer loses it; the citizen keeps the old place.
func TestMissedOfferReturnsToItsOldPlace(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	admin := n.as("admin")
	queueID := admin.queue("chat-line1")
	admin.do("queueUpdate", "QueueUpdateInput", map[string]any{"queueId": queueID, "settings": map[string]any{"offerSeconds": 3}})
	admin.do("accountUpdate", "AccountUpdateInput", map[string]any{"accountId": n.as("operator3").me(), "chatCapacity": 1})

	early := n.nobody().starts(nil)
	early.handedOver()
	slow := n.available("operator3")
	missed := slow.offered(early.id)
	late := n.nobody().starts(nil)
	late.handedOver()
	require.Equal(t, 2, *late.now(late.id).Position)

	soon(t, "the offer expires", func() bool { return offerState(admin, early.id, missed.ID) == "EXPIRED" })
	slow.refuses("CONFLICT", "offerAccept", "OfferInput", map[string]any{"offerId": missed.ID})
	slow.do("presenceSet", "PresenceSetInput", map[string]any{"state": "PAUSED", "pauseReasonCode": "BREAK"})
	early.becomes(early.id, "QUEUED")
	require.Equal(t, 1, *early.now(early.id).Position, "the old place")
	require.Equal(t, 2, *late.now(late.id).Position)

	admin.do("accountUpdate", "AccountUpdateInput", map[string]any{"accountId": n.as("operator1").me(), "chatCapacity": 1})
	quick := n.available("operator1")
	quick.takes(early.id)
	require.Equal(t, 1, *late.now(late.id).Position)
	require.Empty(t, quick.offers(), "one chat at once")
}

// me is the id of the signed-in account.
func (c *client) me() string {
	c.t.Helper()
	return ask[struct {
		Viewer struct{ Account struct{ ID string } }
	}](c, "{ viewer { account { id } } }", nil).Viewer.Account.ID
}

func offerState(supervisor *client, interactionID, offerID string) string {
	got := ask[struct {
		Interaction struct {
			Offers []struct{ ID, State string }
		}
	}](supervisor, `query($id: ID!) { interaction(id: $id) { offers { id state } } }`, map[string]any{"id": interactionID})
	for _, o := range got.Interaction.Offers {
		if o.ID == offerID {
			return o.State
		}
	}
	return ""
}
