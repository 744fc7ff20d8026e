package graph_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
)

const suggestionsChanged = `__typename ... on SuggestionsChanged { interactionId state fromDraft suggestions {
	probability passage passageRange { start end } tell record { id version publishedAt legalBasis { act article } } } }`

// thinks lets Yana work until the test ends.
func (w *world) thinks() {
	ctx, cancel := context.WithCancel(w.system)
	done := make(chan error, 1)
	go func() { done <- w.yana.Run(ctx) }()
	w.Cleanup(func() {
		cancel()
		require.NoError(w, <-done)
	})
}

// suggests waits for suggestions of which the best is the record; empty: for none at all.
func (s *socket) suggests(field, recordID string) map[string]any {
	s.t.Helper()
	for {
		e := s.until(field, "SuggestionsChanged")
		require.Equal(s.t, "AVAILABLE", e["state"])
		all := e["suggestions"].([]any)
		if recordID == "" && len(all) == 0 {
			return e
		}
		if len(all) > 0 && s.best(e)["record"].(map[string]any)["id"] == recordID {
			return e
		}
	}
}

func (s *socket) best(event map[string]any) map[string]any {
	return event["suggestions"].([]any)[0].(map[string]any)
}

func TestSuggestionsFollowTheCitizensWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.thinks()
	_, operator := w.operator("operator", w.line1)
	_, idle := w.operator("idle", w.line2)
	_, supervisor := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	id, citizen := w.talk(operator)
	require.Equal(t, true, w.ask(citizen, `query($i: ID!) { interaction(id: $i) { draftsWelcome } }`, map[string]any{"i": id}).
		path("interaction", "draftsWelcome"))
	desk, other := w.connect(operator), w.connect(idle)
	desk.subscribe("1", `subscription { desk { `+suggestionsChanged+` } }`, nil)
	desk.suggests("desk", "")
	other.subscribe("1", `subscription { desk { ... on PresenceChanged { presence { state } } `+suggestionsChanged+` } }`, nil)
	own := w.connect(citizen)
	own.subscribe("1", `subscription($i: ID!) { dialogue(interactionId: $i) { ... on MessageAdded { message { text } } `+suggestionsChanged+` } }`,
		map[string]any{"i": id})

	w.say(citizen, id, "Как назначить пенсию по старости?")
	e := desk.suggests("desk", "rec-1")
	require.Equal(t, id, e["interactionId"])
	require.Equal(t, false, e["fromDraft"])
	best := desk.best(e)
	require.Equal(t, "Подайте заявление.", best["tell"])
	require.Equal(t, map[string]any{"start": 0.0, "end": float64(len([]rune("Подайте заявление.")))}, best["passageRange"])
	record := best["record"].(map[string]any)
	require.NotNil(t, record["publishedAt"])
	require.InDelta(t, 1, record["version"], 0)
	require.Len(t, record["legalBasis"], 2)

	write := func(words any) {
		w.done(citizen, "typingSignal", "TypingSignalInput", map[string]any{"interactionId": id, "draft": words}, "")
	}
	write("Как получить инвалидность?")
	e = desk.suggests("desk", "rec-2")
	require.Equal(t, true, e["fromDraft"])
	write("")
	require.Equal(t, false, desk.suggests("desk", "rec-1")["fromDraft"])
	long := make([]rune, 1001)
	for i := range long {
		long[i] = 'ж'
	}
	got := w.tried(citizen, "typingSignal", "TypingSignalInput", map[string]any{"interactionId": id, "draft": string(long)}, "")
	require.Equal(t, "INVALID", got.refusal("typingSignal"))

	watching := w.connect(supervisor)
	watching.subscribe("1", `subscription($i: ID!) { dialogue(interactionId: $i) { `+suggestionsChanged+` } }`, map[string]any{"i": id})
	watching.suggests("dialogue", "rec-1")
	w.done(operator, "suggestionDismiss", "SuggestionDismissInput", map[string]any{"interactionId": id, "recordId": "rec-1"}, "interaction { id }")
	for _, s := range []struct {
		*socket
		field string
	}{{desk, "desk"}, {watching, "dialogue"}} {
		for e := s.until(s.field, "SuggestionsChanged"); ; e = s.until(s.field, "SuggestionsChanged") {
			if all := e["suggestions"].([]any); len(all) == 0 || s.best(e)["record"].(map[string]any)["id"] != "rec-1" {
				break
			}
		}
	}

	w.say(citizen, id, "конец")
	for said := any(nil); said != "конец"; {
		e := own.event("dialogue")
		require.NotEqual(t, "SuggestionsChanged", e["__typename"], "a citizen sees no suggestions")
		if m, ok := e["message"].(map[string]any); ok {
			said = m["text"]
		}
	}
	w.ask(idle, "mutation { presenceSet(input: {state: OFFLINE}) { userErrors { message } } }", nil)
	for {
		e := other.event("desk")
		require.NotEqual(t, "SuggestionsChanged", e["__typename"], "they are for the operator of the interaction")
		if p, ok := e["presence"].(map[string]any); ok && p["state"] == "OFFLINE" {
			break
		}
	}
}

func TestTurnsAreExplainedAndMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, citizen := w.chat("Как назначить пенсию по старости? Мой номер +7 926 123-45-67")
	w.client.Interaction.UpdateOneID(id).SetAgencyID(w.pfr.ID).ExecX(w.system)
	_, err := w.yana.Answer(w.system, id)
	require.NoError(t, err)
	turn := w.client.AssistantTurn.Query().OnlyIDX(w.system)
	explain := func(token string) answer {
		return w.ask(token, `query($t: ID!) { assistantTurn(id: $t) { decision explanation { question kind answerAt clarifyAt region { code }
			choices { id } searches { text origin verdict recordId probability used } }
			replay { at decision reason differences text candidates { recordId } explanation { question } } } }`, map[string]any{"t": turn})
	}
	_, supervisor := w.account("supervisor", access.NewRole{Role: viewer.Supervisor, AgencyID: w.pfr.ID})
	got := explain(supervisor)
	require.Empty(t, got.Errors, got.raw)
	require.Contains(t, got.path("assistantTurn", "explanation", "question"), "[телефон]")
	require.NotContains(t, got.raw, "123-45", "Yana was never told the number")
	searches := got.path("assistantTurn", "explanation", "searches").([]any)
	require.NotEmpty(t, searches)
	require.Equal(t, "rec-1", searches[0].(map[string]any)["recordId"])
	require.Greater(t, got.path("assistantTurn", "explanation", "answerAt"), 0.0)
	require.Equal(t, got.path("assistantTurn", "decision"), got.path("assistantTurn", "replay", "decision"))
	require.Empty(t, got.path("assistantTurn", "replay", "differences"), got.raw)

	_, manager := w.account("manager", access.NewRole{Role: viewer.ContentManager, AgencyID: w.pfr.ID})
	got = explain(manager)
	require.Contains(t, got.path("assistantTurn", "explanation", "question"), "пенсию по старости")
	require.NotContains(t, got.raw, "123-45", "who may not read the dialogue sees no numbers")

	_, stranger := w.account("stranger", access.NewRole{Role: viewer.ContentManager, AgencyID: w.mse.ID})
	_, operator := w.operator("operator", w.line1)
	for name, token := range map[string]string{"another agency": stranger, "operator": operator, "citizen": citizen, "nobody": ""} {
		require.Nil(t, explain(token).Data["assistantTurn"], name)
	}
	require.Nil(t, w.ask(supervisor, `{ assistantTurn(id: "trn_none") { id } }`, nil).Data["assistantTurn"])
}
