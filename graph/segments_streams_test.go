package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"ekc/access"
	"ekc/access/viewer"
)

// listener is an outsider who has every stream of the contract open.
type listener struct {
	outsider
	*socket
}

// probe waits until the node has served everything that was sent before, and passes what it told of streams on.
func (l listener) probe(told func(frame)) {
	l.t.Helper()
	l.subscribe("probe", "{ __typename }", nil)
	for f := l.next(); f.ID != "probe" || f.Type != "complete"; f = l.next() {
		if f.ID != "probe" {
			told(f)
		}
	}
}

// listen opens every stream of the contract, each as deep as the limits let it.
func (e *explorer) listen(o outsider) listener {
	e.Helper()
	l := listener{o, e.connect(o.token)}
	for _, f := range e.schema.Subscription.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		e.sent = map[string]bool{}
		text, ok := e.call(f)
		require.True(e, ok, f.Name)
		for depth := 3; depth >= 0; depth-- {
			tooMuch := false
			l.subscribe(fmt.Sprint(f.Name, depth), "subscription { "+text+e.events(f, depth)+" }", nil)
			l.probe(func(f frame) {
				tooMuch = tooMuch || f.Type == "error" && (strings.Contains(string(f.Payload), "complexity") || strings.Contains(string(f.Payload), "asks for more than"))
				e.tellsNothing(o.name, f)
			})
			if !tooMuch {
				break
			}
			require.Positive(e, depth, f.Name)
		}
	}
	return l
}

// events selects everything of each kind of event.
func (e *explorer) events(f *ast.FieldDefinition, depth int) string {
	kind := e.schema.Types[f.Type.Name()]
	if kind.Kind == ast.Object {
		return e.selection(kind.Name, depth)
	}
	parts := []string{"__typename"}
	for _, possible := range e.schema.GetPossibleTypes(kind) {
		parts = append(parts, fmt.Sprintf("... on %s%s", possible.Name, e.selection(possible.Name, depth)))
	}
	return " { " + strings.Join(parts, " ") + " }"
}

func (e *explorer) tellsNothing(who string, f frame) {
	e.Helper()
	text := string(f.Payload)
	require.NotContains(e, text, mark, "%s: %s", who, f.ID)
	require.NotContains(e, text, "9269990011", "%s: %s", who, f.ID)
	require.NotContains(e, text, "VALIDATION", "%s: %s", who, f.ID)
	for _, id := range e.secrets.all {
		require.NotContains(e, text, `"`+id+`"`, "%s: %s", who, f.ID)
	}
}

// Every stream of the contract is followed by every outsider while things happen in the segment; its own supervisor is told of them.
func TestStreamsTellNothingOfAnotherSegment(t *testing.T) {
	t.Parallel()
	e, outsiders := newExplorer(t)
	region := e.client.Account.GetX(e.system, e.secrets.byName["accountId"]).QueryRoles().OnlyX(e.system).RegionID
	_, boss := e.account("secret.boss", access.NewRole{Role: viewer.Supervisor, AgencyID: e.pfr.ID, RegionID: region})
	listeners := make([]listener, 0, len(outsiders))
	for _, o := range outsiders {
		listeners = append(listeners, e.listen(o))
	}
	insider := e.connect(boss)
	insider.subscribe("1", `subscription { board { __typename ... on IncidentChanged { incident { id state } } } }`, nil)
	listener{socket: insider}.probe(func(frame) {})
	tokens, _, err := e.access.SignIn(t.Context(), "secret.operator", password)
	require.NoError(t, err)
	for _, one := range []struct{ token, field, input string }{
		{tokens.AccessToken, "presenceSet", "state: BUSY"},
		{tokens.AccessToken, "messageSend", fmt.Sprintf(`interactionId: %q, text: %q`, e.secrets.byName["interactionId"], mark)},
		{tokens.AccessToken, "interactionHold", fmt.Sprintf(`interactionId: %q`, e.secrets.byName["interactionId"])},
		{boss, "deferralName", fmt.Sprintf(`deferralId: %q, priority: 70`, e.secrets.byName["deferralId"])},
		{boss, "evaluationSkip", fmt.Sprintf(`evaluationId: %q, reason: "r"`, e.secrets.byName["evaluationId"])},
		{boss, "calibrationConclude", fmt.Sprintf(`calibrationId: %q, conclusion: %q`, e.secrets.byName["calibrationId"], mark)},
		{boss, "alertAcknowledge", fmt.Sprintf(`alertId: %q`, e.secrets.byName["alertId"])},
		{boss, "operatorPresenceSet", fmt.Sprintf(`accountId: %q, state: AVAILABLE, reason: %q`, e.secrets.byName["accountId"], mark)},
		{boss, "incidentAcknowledge", fmt.Sprintf(`incidentId: %q`, e.secrets.byName["incidentId"])},
	} {
		got := e.posts(one.token, one.field, one.input)()
		require.NotContains(t, got.raw, "NOT_FOUND", one.field)
		require.NotContains(t, got.raw, "FORBIDDEN", one.field)
	}
	for { // all that happened before the last is told before it
		var payload struct {
			Data map[string]struct{ Incident struct{ ID, State string } }
		}
		require.NoError(t, json.Unmarshal(insider.next().Payload, &payload))
		if payload.Data["board"].Incident.ID == e.secrets.byName["incidentId"] && payload.Data["board"].Incident.State == "ACKNOWLEDGED" {
			break
		}
	}
	for _, l := range listeners {
		l.probe(func(f frame) { e.tellsNothing(l.name, f) })
	}
}
