package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/incident"
)

func (o *office) report(token, severity string) string {
	o.Helper()
	got := o.done(token, "incidentReport", "IncidentReportInput", map[string]any{
		"severity": severity, "subject": "CALLS", "text": "Нет звука в разговоре", "queueId": o.world.line2.ID,
	}, "incident { id agency { code } region { code } trunksDown baseDown }")
	return got.path("incidentReport", "incident", "id").(string)
}

// carrierAway makes a line to a carrier that this node cannot reach.
func (o *office) carrierAway() {
	o.Helper()
	o.client.Trunk.Create().SetName("Оператор связи").SetSources([]string{"192.0.2.1"}).SetProxy("192.0.2.1").ExecX(o.system)
	o.client.ServerNode.Create().SetID(o.voice.Node()).SetHost("test").SetPhone(true).SetSeenAt(time.Now()).ExecX(o.system)
}

func TestIncidentIsAcknowledgedEscalatedAndResolved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, head := o.account("pfr.head", access.NewRole{Role: viewer.ExpertSystemUser, AgencyID: o.pfr.ID})
	_, coordinator := o.account("pfr.coord", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: o.pfr.ID})
	o.carrierAway()

	id := o.report(o.first, "CRITICAL")
	n := o.client.Incident.GetX(o.system, id)
	require.Equal(t, o.pfr.ID, n.AgencyID)
	require.Equal(t, o.moscow.ID, n.RegionID, "the segment of who reported it")
	require.Equal(t, []string{"Оператор связи"}, n.TrunksDown)
	require.False(t, n.BaseDown)
	second := o.report(o.second, "LOW")
	see := func(token string) answer {
		return o.ask(token, `query($i: ID!) { node(id: $i) { ... on Incident { level state related { id } comments { text account { displayName } } } } }`, map[string]any{"i": id})
	}
	require.Equal(t, second, see(o.boss).path("node", "related").([]any)[0].(map[string]any)["id"], "the same line was down")
	for who, token := range map[string]string{"another agency": o.other, "the head office": head, "a colleague": o.second, "nobody": "", "line 1": o.line1} {
		require.Nil(t, see(token).path("node"), who)
	}
	decide := func(token, mutation, kind string, more map[string]any) answer {
		in := map[string]any{"incidentId": id}
		for k, v := range more {
			in[k] = v
		}
		return o.tried(token, mutation, kind, in, "incident { state }")
	}
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "who reported it": {o.first, "FORBIDDEN"}, "a coordinator": {coordinator, "FORBIDDEN"},
		"another agency": {o.other, "NOT_FOUND"}, "the head office": {head, "NOT_FOUND"}, "a content manager": {o.manager, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, decide(c.token, "incidentAcknowledge", "IncidentAcknowledgeInput", nil).refusal("incidentAcknowledge"), who)
		require.Equal(t, c.want, decide(c.token, "incidentResolve", "IncidentResolveInput", map[string]any{"resolution": "r"}).refusal("incidentResolve"), who)
	}

	// Five minutes without anybody: the head office sees it. Five more: it is at the top.
	o.laterBy(4 * time.Minute)
	require.Zero(t, o.client.Incident.GetX(o.system, id).Level)
	o.laterBy(5*time.Minute + time.Second)
	require.InDelta(t, 1, see(head).path("node", "level"), 0)
	o.laterBy(11 * time.Minute)
	require.Equal(t, 2, o.client.Incident.GetX(o.system, id).Level)
	require.Nil(t, o.client.Incident.GetX(o.system, id).EscalateAt)
	require.Zero(t, o.client.Incident.GetX(o.system, second).Level, "a low one waits longer")
	board := o.ask(coordinator, `{ board { incidents { id level } } }`, nil)
	require.Equal(t, id, board.path("board", "incidents").([]any)[0].(map[string]any)["id"], "the escalated one first")
	require.Empty(t, o.ask(o.other, `{ board { incidents { id } } }`, nil).path("board", "incidents"))

	o.done(head, "incidentComment", "IncidentCommentInput", map[string]any{"incidentId": id, "text": "Что с резервной линией?"}, "incident { id }")
	require.Equal(t, "NOT_FOUND", decide(o.second, "incidentComment", "IncidentCommentInput", map[string]any{"text": "x"}).refusal("incidentComment"))
	require.Contains(t, see(o.first).raw, "Что с резервной линией?")
	o.done(o.boss, "incidentAcknowledge", "IncidentAcknowledgeInput", map[string]any{"incidentId": id, "severity": "HIGH"}, "incident { severity }")
	require.Equal(t, "CONFLICT", decide(o.boss, "incidentAcknowledge", "IncidentAcknowledgeInput", nil).refusal("incidentAcknowledge"))
	o.later.Store(int64(21 * time.Minute))
	o.done(o.boss, "incidentResolve", "IncidentResolveInput", map[string]any{"incidentId": id, "resolution": "Перешли на резервную линию"}, "incident { state }")
	require.Equal(t, "CONFLICT", decide(o.boss, "incidentResolve", "IncidentResolveInput", map[string]any{"resolution": "x"}).refusal("incidentResolve"))

	n = o.client.Incident.GetX(o.system, id)
	require.Equal(t, incident.StateResolved, n.State)
	period := map[string]any{"f": n.CreatedAt.Add(-time.Hour), "t": n.CreatedAt.Add(time.Hour)}
	figures := `query($f: Time!, $t: Time!) { incidentStatistics(from: $f, to: $t) { severity reported acknowledged resolved escalated secondsToAcknowledge secondsToResolve } }`
	rows := o.ask(o.boss, figures, period).path("incidentStatistics").([]any)
	require.Len(t, rows, 2)
	high := rows[0].(map[string]any)
	require.Equal(t, "HIGH", high["severity"])
	require.InDelta(t, 11*60, high["secondsToAcknowledge"], 60)
	require.InDelta(t, 21*60, high["secondsToResolve"], 60)
	require.InDelta(t, 1, high["escalated"], 0)
	require.Nil(t, rows[1].(map[string]any)["secondsToAcknowledge"], "nobody has acknowledged the low one")
	require.Empty(t, o.ask(o.other, figures, period).path("incidentStatistics"))
	require.Equal(t, "FORBIDDEN", o.ask(o.second, figures, period).code())
}

// What staff write of their work names no citizen: the numbers are not kept, or masked for who has not the enquiry in work.
func TestWordsOfStaffNameNoCitizen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const words = "звонить на 8 926 999-00-11, СНИЛС 112-233-445 95"
	id := o.done(o.first, "incidentReport", "IncidentReportInput", map[string]any{"severity": "LOW", "subject": "OTHER", "text": words}, "incident { id }").
		path("incidentReport", "incident", "id").(string)
	o.done(o.boss, "incidentComment", "IncidentCommentInput", map[string]any{"incidentId": id, "text": words}, "incident { id }")
	const masked = "звонить на [телефон], СНИЛС [СНИЛС]"
	require.Equal(t, masked, o.client.Incident.GetX(o.system, id).Text)
	require.Equal(t, masked, o.client.IncidentComment.Query().OnlyX(o.system).Text)
	interactionID, _ := o.talks()
	got := o.done(o.line1, "interactionDefer", "InteractionDeferInput", map[string]any{"interactionId": interactionID, "question": words}, "deferral { id }")
	see := func(token string) any {
		return o.ask(token, `query($i: ID!) { node(id: $i) { ... on Deferral { question } } }`,
			map[string]any{"i": got.path("interactionDefer", "deferral", "id")}).path("node", "question")
	}
	require.Equal(t, masked, see(o.boss))
	who := o.ask(o.first, `{ viewer { account { id } } }`, nil).path("viewer", "account", "id").(string)
	o.name(got.path("interactionDefer", "deferral", "id").(string), who)
	require.Equal(t, words, see(o.first), "who is named to answer needs the numbers")
}

func TestIncidentIsToldLive(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	board, desk := o.connect(o.boss), o.connect(o.first)
	board.subscribe("1", `subscription { board { __typename ... on IncidentChanged { incident { id state } } } }`, nil)
	desk.subscribe("1", `subscription { desk { __typename ... on IncidentChanged { incident { id state } } } }`, nil)
	o.ask(o.boss, `{ board { cursor } }`, nil)
	// What is reported before the subscriptions begin is not theirs, so it is reported until both tell.
	id := o.report(o.first, "MEDIUM")
	o.done(o.boss, "incidentAcknowledge", "IncidentAcknowledgeInput", map[string]any{"incidentId": id}, "incident { state }")
	for _, s := range []*socket{board, desk} {
		field := map[bool]string{true: "board", false: "desk"}[s == board]
		for {
			if e := s.until(field, "IncidentChanged")["incident"].(map[string]any); e["state"] == "ACKNOWLEDGED" {
				require.Equal(t, id, e["id"])
				break
			}
		}
	}
	for _, bad := range []map[string]any{
		{"severity": "HIGH", "subject": "CALLS", "text": " "},
		{"severity": "HIGH", "subject": "CALLS", "text": "x", "queueId": "que_none"},
		{"severity": "HIGH", "subject": "CALLS", "text": "x", "interactionId": "int_none"},
	} {
		require.NotEmpty(t, o.tried(o.first, "incidentReport", "IncidentReportInput", bad, "incident { id }").refusal("incidentReport"))
	}
	require.Equal(t, "FORBIDDEN", o.tried(o.manager, "incidentReport", "IncidentReportInput",
		map[string]any{"severity": "HIGH", "subject": "BASE", "text": "x"}, "incident { id }").refusal("incidentReport"))
	require.Len(t, o.client.Incident.Query().Order(ent.Asc("id")).AllX(o.system), 1, "what is refused changes nothing")
}
