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
	entqueue "ekc/ent/queue"
)

// listener is an outsider who has every stream of the contract open.
type listener struct {
	outsider
	*socket
}

// probe passes on what streams have told until now.
func (l listener) probe(told func(frame)) {
	l.t.Helper()
	l.subscribe("probe", "{ __typename }", nil)
	for f := l.next(); f.ID != "probe" || f.Type != "complete"; f = l.next() {
		if f.ID != "probe" {
			told(f)
		}
	}
}

// streams are subscriptions to every stream of the contract, by name, each as deep as the limits let it; those that can be resumed stand
// there twice, for some begin with what there is, and the others tell of all that happens from the cursor on, whenever they are served.
func (e *explorer) streams(token, cursor string) map[string]string {
	e.Helper()
	all := map[string]string{}
	for _, f := range e.schema.Subscription.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		e.sent = map[string]bool{}
		text, ok := e.call(f)
		require.True(e, ok, f.Name)
		calls := map[string]string{f.Name: text}
		if f.Arguments.ForName("after") != nil {
			after := fmt.Sprintf("after: %q", cursor)
			if _, arguments, some := strings.Cut(text, "("); some {
				calls[f.Name+" resumed"] = f.Name + "(" + after + ", " + arguments
			} else {
				calls[f.Name+" resumed"] = text + "(" + after + ")"
			}
		}
		for name, call := range calls {
			for depth := 3; ; depth-- {
				all[name] = "subscription { " + call + e.events(f, depth) + " }"
				if got := e.ask(token, all[name], nil); strings.Contains(got.raw, "subscribe over a websocket") { // the limits let it pass
					break
				}
				require.Positive(e, depth, name)
			}
		}
	}
	return all
}

// listen opens the streams.
func (e *explorer) listen(o outsider, streams map[string]string) listener {
	e.Helper()
	l := listener{o, e.connect(o.token)}
	for name, text := range streams {
		l.subscribe(name, text, nil)
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
	for _, never := range []string{mark, "9269990011", "VALIDATION", "complexity", "asks for more than", "PARSE"} {
		require.NotContains(e, text, never, "%s: %s", who, f.ID)
	}
	queue := e.client.Queue.Query().Where(entqueue.Code("secret")).OnlyIDX(e.system) // its name is no secret, what happens in it is
	for _, id := range append([]string{queue}, e.secrets.all...) {
		require.NotContains(e, text, `"`+id+`"`, "%s: %s", who, f.ID)
	}
}

// Every stream of the contract is followed by every outsider while things happen in the segment; its own supervisor is told of them.
func TestStreamsTellNothingOfAnotherSegment(t *testing.T) {
	t.Parallel()
	e, outsiders := newExplorer(t)
	region := e.client.Account.GetX(e.system, e.secrets.byName["accountId"]).QueryRoles().OnlyX(e.system).RegionID
	_, boss := e.account("secret.boss", access.NewRole{Role: viewer.Supervisor, AgencyID: e.pfr.ID, RegionID: region})
	colleague, _ := e.account("secret.colleague", access.NewRole{Role: viewer.Operator, AgencyID: e.pfr.ID, RegionID: region})
	e.secrets.all = append(e.secrets.all, colleague.ID)
	cursor := e.ask(boss, `{ board { cursor } }`, nil).path("board", "cursor").(string)
	insider := e.connect(boss)
	insider.subscribe("1", fmt.Sprintf(`subscription { board(after: %q) { __typename ... on IncidentChanged { incident { id state } }
		... on PresenceChanged { presence { state } } } }`, cursor), nil)
	streams := e.streams(boss, cursor)
	listeners := make([]listener, 0, len(outsiders))
	for _, o := range outsiders {
		listeners = append(listeners, e.listen(o, streams))
	}
	tokens, _, err := e.access.SignIn(t.Context(), "secret.operator", password)
	require.NoError(t, err)
	happens := func(token, field, input string) {
		got := e.posts(token, field, input)()
		require.NotContains(t, got.raw, `"code"`, "%s: %s", field, got.raw)
	}
	for _, one := range []struct{ token, field, input string }{
		{tokens.AccessToken, "messageSend", fmt.Sprintf(`interactionId: %q, text: %q`, e.secrets.byName["interactionId"], mark)},
		{tokens.AccessToken, "interactionHold", fmt.Sprintf(`interactionId: %q`, e.secrets.byName["interactionId"])},
		{tokens.AccessToken, "evaluationContest", fmt.Sprintf(`evaluationId: %q, reason: %q`, e.secrets.byName["evaluationId"], mark)},
		{boss, "deferralName", fmt.Sprintf(`deferralId: %q, priority: 70`, e.secrets.byName["deferralId"])},
		{boss, "calibrationConclude", fmt.Sprintf(`calibrationId: %q, conclusion: %q`, e.secrets.byName["calibrationId"], mark)},
		{boss, "alertAcknowledge", fmt.Sprintf(`alertId: %q`, e.secrets.byName["alertId"])},
		{boss, "incidentAcknowledge", fmt.Sprintf(`incidentId: %q`, e.secrets.byName["incidentId"])},
	} {
		if one.field == "deferralName" {
			e.client.Interaction.UpdateOneID(e.secrets.byName["interactionId"]).SetState("DEFERRED").ExecX(e.system)
		}
		happens(one.token, one.field, one.input)
	}
	told := func(is func(said map[string]any) bool) {
		for {
			var payload struct {
				Data struct{ Board map[string]any }
			}
			require.NoError(t, json.Unmarshal(insider.next().Payload, &payload))
			if is(payload.Data.Board) {
				return
			}
		}
	}
	told(func(said map[string]any) bool {
		n, is := said["incident"].(map[string]any)
		return is && n["id"] == e.secrets.byName["incidentId"] && n["state"] == "ACKNOWLEDGED"
	})
	for n := range 4 { // boards gather: by the last of these, those of the others are through with what was before
		state := []string{"AVAILABLE", "OFFLINE"}[n%2]
		happens(boss, "operatorPresenceSet", fmt.Sprintf(`accountId: %q, state: %s, reason: %q`, colleague.ID, state, mark))
		told(func(said map[string]any) bool {
			p, is := said["presence"].(map[string]any)
			return is && p["state"] == state
		})
	}
	for _, l := range listeners {
		l.probe(func(f frame) { e.tellsNothing(l.name, f) })
	}
}
