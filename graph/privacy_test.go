package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent/auditentry"
	"ekc/ent/interaction"
)

// What a citizen writes of themselves is read by them and, with a purpose, by the operator of the interaction.
func TestIdentifiersInMessagesAreMasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("operator", w.line1)
	_, supervisor := w.account("coordinator", access.NewRole{Role: viewer.SegmentCoordinator})
	id, citizen := w.talk(operator)
	const said = "снилс 123-456-789 64, звоните 8 916 123-45-67"
	w.done(citizen, "messageSend", "MessageSendInput", map[string]any{"interactionId": id, "text": said}, "message { id }")
	read := func(token, purpose string) (text string, inClear any, got answer) {
		got = w.ask(token, `query($i: ID!) { interaction(id: $i) { messages(last: 1) { edges { node { text masked clearText`+purpose+` } } } } }`, map[string]any{"i": id})
		if len(got.Errors) > 0 {
			return "", nil, got
		}
		node := got.path("interaction", "messages", "edges").([]any)[0].(map[string]any)["node"].(map[string]any)
		require.Equal(t, true, node["masked"])
		return node["text"].(string), node["clearText"], got
	}
	const masked = "снилс [СНИЛС], звоните [телефон]"
	text, inClear, _ := read(citizen, "(purpose: ANSWER_ENQUIRY)")
	require.Equal(t, said, text, "their own words")
	require.Nil(t, inClear)
	text, inClear, _ = read(supervisor, "(purpose: QUALITY_CONTROL)")
	require.Equal(t, masked, text)
	require.Nil(t, inClear)
	audited := func() int {
		return w.client.AuditEntry.Query().Where(auditentry.Action("message.read_clear")).CountX(w.system)
	}
	require.Zero(t, audited())
	text, inClear, _ = read(operator, `(purpose: OTHER, note: "сверка")`)
	require.Equal(t, masked, text)
	require.Equal(t, said, inClear)
	require.Equal(t, 1, audited())
	entry := w.client.AuditEntry.Query().Where(auditentry.Action("message.read_clear")).OnlyX(w.system)
	require.Equal(t, map[string]string{"interaction": id, "purpose": "OTHER", "note": "сверка"}, entry.Detail)
	_, _, got := read(operator, "(purpose: OTHER)")
	require.NotEmpty(t, got.Errors, "other than what?")
	require.Equal(t, 1, audited())
	row := w.client.Message.Query().Where().AllX(w.system)
	for _, m := range row {
		require.NotContains(t, m.Text, "916")
	}
}

func TestCitizensRequestsAreForAdministrators(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, one := w.account("one", access.NewRole{Role: viewer.Administrator})
	_, two := w.account("two", access.NewRole{Role: viewer.Administrator})
	_, supervisor := w.account("supervisor", access.NewRole{Role: viewer.Supervisor})
	id, _ := w.chat("Вопрос")
	for _, list := range []string{"destructionActs", "legalHolds", "citizenRequests"} {
		require.NotEmpty(t, w.ask(supervisor, "{ "+list+" { totalCount } }", nil).Errors, list)
		require.Empty(t, w.ask(one, "{ "+list+" { totalCount } }", nil).Errors, list)
	}
	ask := map[string]any{"kind": "ERASE", "phone": "8 926 123-45-67", "basis": "письмо № 7"}
	got := w.tried(supervisor, "citizenRequestAsk", "CitizenRequestAskInput", ask, "citizenRequest { id }")
	require.Contains(t, got.raw, "FORBIDDEN")
	got = w.done(one, "citizenRequestAsk", "CitizenRequestAskInput", ask, "citizenRequest { id state askedBy { displayName } }")
	request := map[string]any{"requestId": got.path("citizenRequestAsk", "citizenRequest", "id")}
	got = w.tried(one, "citizenRequestApprove", "CitizenRequestInput", request, "citizenRequest { id }")
	require.Contains(t, got.raw, "FORBIDDEN", "nobody approves what they entered")
	got = w.tried(two, "citizenRequestApprove", "CitizenRequestInput", request, "citizenRequest { id }")
	require.Contains(t, got.raw, "CONFLICT", "the citizen is talking")
	w.client.Interaction.UpdateOneID(id).SetState(interaction.StateClosed).ExecX(w.system)
	hold := w.done(one, "legalHoldPlace", "LegalHoldPlaceInput", map[string]any{"interactionId": id, "reason": "запрос суда"}, "legalHold { id releasedAt }")
	got = w.tried(two, "citizenRequestApprove", "CitizenRequestInput", request, "citizenRequest { id }")
	require.Contains(t, got.raw, "legal hold")
	w.done(one, "legalHoldRelease", "LegalHoldInput", map[string]any{"holdId": hold.path("legalHoldPlace", "legalHold", "id")}, "legalHold { releasedAt }")
	w.done(two, "citizenRequestApprove", "CitizenRequestInput", request, "citizenRequest { state }")
	require.NoError(t, w.privacy.Work(t.Context()))
	got = w.ask(one, `{ citizenRequests(state: DONE) { edges { node { kind basis actId } } }
		destructionActs { edges { node { rule genuine held counts { kind count } objects(kind: "citizen") } } } }`, nil)
	require.Empty(t, got.Errors, got.raw)
	require.Contains(t, got.raw, `"genuine":true`)
	require.NotContains(t, got.raw, `"genuine":false`)
	require.Contains(t, got.raw, `{"kind":"message","count":1}`)
	require.Contains(t, got.raw, "cit_")
	require.NotContains(t, got.raw, "926")
}
