package graph_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/alert"
	"ekc/ent/interaction"
	"ekc/ent/segment"
	"ekc/supervision"
)

func (o *office) rule(token string, metric string, threshold, clearAt int, more map[string]any) answer {
	o.Helper()
	in := map[string]any{"metric": metric, "agencyId": o.pfr.ID}
	limits := map[string]any{"name": metric, "threshold": threshold, "clearThreshold": clearAt}
	for k, v := range more {
		if k == "forSeconds" || k == "quietSeconds" {
			limits[k] = v
		} else {
			in[k] = v
		}
	}
	in["limits"] = limits
	return o.tried(token, "alertRuleCreate", "AlertRuleCreateInput", in, "rule { id metric threshold queue { code } }")
}

// waits puts a chat into PFR's queue.
func (o *office) waits(since time.Time) *ent.Interaction {
	o.Helper()
	who := o.client.Citizen.Create().SaveX(o.system)
	return o.client.Interaction.Create().SetChannel(interaction.ChannelChat).SetCitizenID(who.ID).SetAgencyID(o.pfr.ID).
		SetState(interaction.StateQueued).SetQueueID(o.world.line2.ID).SetLine(2).SetCreatedAt(since).SetQueuedAt(since).SetPlaceAt(since).SaveX(o.system)
}

func (o *office) alerts(states ...alert.State) []*ent.Alert {
	return o.client.Alert.Query().Where(alert.StateIn(states...)).Order(ent.Asc(alert.FieldCreatedAt)).AllX(o.system)
}

func TestAlertIsRaisedOnceAcknowledgedAndCleared(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	got := o.rule(o.boss, "WAITING", 2, 1, map[string]any{"queueId": o.world.line2.ID, "forSeconds": 10, "quietSeconds": 600})
	require.Empty(t, got.path("alertRuleCreate", "userErrors"), got.raw)
	board := o.connect(o.boss)
	board.subscribe("1", `subscription { board { __typename ... on AlertChanged { alert { id state value rule { name } } } } }`, nil)
	o.ask(o.boss, `{ board { cursor } }`, nil)
	o.waits(time.Now())
	o.laterBy(0)
	require.Empty(t, o.alerts(alert.StatePending, alert.StateRaised), "one is not too many")
	o.waits(time.Now())
	o.laterBy(time.Second)
	require.Len(t, o.alerts(alert.StatePending), 1, "not for long enough")
	require.Empty(t, o.ask(o.boss, `{ board { alerts { id } } }`, nil).path("board", "alerts"))

	// Two nodes judge at one moment: one alert.
	second := supervision.New(supervision.Options{Client: o.client, Log: o.log, Life: o.interactions, Clock: func() time.Time { return time.Now().Add(12 * time.Second) }})
	second.Bind(o.routing, o.voice, o.quality)
	o.later.Store(int64(12 * time.Second))
	var both sync.WaitGroup
	for _, s := range []*supervision.Service{o.supervision, second} {
		both.Go(func() { _ = s.Sweep(o.system) })
	}
	both.Wait()
	o.laterBy(13 * time.Second)
	raised := o.alerts(alert.StateRaised)
	require.Len(t, raised, 1)
	require.Equal(t, 2, raised[0].Value)
	require.Equal(t, o.pfr.ID, raised[0].AgencyID)
	id := raised[0].ID
	for {
		if a := board.until("board", "AlertChanged")["alert"].(map[string]any); a["id"] == id {
			require.Equal(t, "RAISED", a["state"])
			break
		}
	}
	see := func(token string) any {
		return o.ask(token, `query($i: ID!) { node(id: $i) { id } }`, map[string]any{"i": id}).path("node")
	}
	for who, token := range map[string]string{"another agency": o.other, "an operator": o.first, "nobody": ""} {
		require.Nil(t, see(token), who)
	}
	acknowledge := func(token string) any {
		return o.tried(token, "alertAcknowledge", "AlertAcknowledgeInput", map[string]any{"alertId": id, "note": "Вижу"}, "alert { state }").refusal("alertAcknowledge")
	}
	require.Equal(t, "NOT_FOUND", acknowledge(o.other))
	require.Equal(t, "NOT_FOUND", acknowledge(o.first))
	require.Equal(t, "UNAUTHENTICATED", acknowledge(""))
	o.done(o.boss, "alertAcknowledge", "AlertAcknowledgeInput", map[string]any{"alertId": id, "note": "Вижу"}, "alert { state }")
	require.Equal(t, "CONFLICT", acknowledge(o.boss))

	third := o.waits(time.Now())
	o.laterBy(20 * time.Second)
	require.Equal(t, 3, o.client.Alert.GetX(o.system, id).Worst)
	o.leave(third)
	first := o.client.Interaction.Query().Where(interaction.StateEQ(interaction.StateQueued)).AllX(o.system)
	o.leave(first[0])
	o.laterBy(30 * time.Second)
	require.Equal(t, alert.StateAcknowledged, o.client.Alert.GetX(o.system, id).State, "between the thresholds it goes on")
	o.leave(first[1])
	o.laterBy(40 * time.Second)
	require.Equal(t, alert.StateCleared, o.client.Alert.GetX(o.system, id).State)

	// The same again at once: quiet.
	o.waits(time.Now())
	o.waits(time.Now())
	o.laterBy(50 * time.Second)
	o.laterBy(100 * time.Second)
	require.Empty(t, o.alerts(alert.StateRaised))
	o.laterBy(700 * time.Second)
	require.Len(t, o.alerts(alert.StateRaised), 1)
	require.InDelta(t, 2, o.ask(o.boss, `{ alerts { totalCount } }`, nil).path("alerts", "totalCount"), 0, "history")
}

func (o *office) leave(i *ent.Interaction) {
	o.client.Interaction.UpdateOne(i).SetState(interaction.StateAbandoned).SetClosedAt(time.Now()).ExecX(o.system)
}

func TestWhatRulesWatch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.carrierAway()
	for metric, limits := range map[string][2]int{
		"LONGEST_WAIT": {300, 60}, "SERVICE_LEVEL": {50, 80}, "ABANDONED": {40, 10}, "FREE_OPERATORS": {0, 0}, "DEFERRAL_DUE": {600, 600},
		"INCIDENT_OPEN": {0, 0},
	} {
		require.Empty(t, o.rule(o.boss, metric, limits[0], limits[1], nil).path("alertRuleCreate", "userErrors"), metric)
	}
	require.Equal(t, "FORBIDDEN", o.rule(o.boss, "TRUNK_DOWN", 1, 1, map[string]any{"agencyId": nil}).refusal("alertRuleCreate"), "lines belong to no segment")
	require.Empty(t, o.rule(o.admin, "TRUNK_DOWN", 1, 1, map[string]any{"agencyId": nil}).path("alertRuleCreate", "userErrors"))
	id, _, _ := o.deferred()
	reported := o.report(o.first, "LOW")
	o.waits(time.Now().Add(-10 * time.Minute))
	for n := range 6 { // of six waits of a quarter of an hour ago two were answered in time, one late, and three gave up
		began := time.Now().Add(-15 * time.Minute)
		i := o.waits(began)
		o.segment(i, segment.KindQueue, began)
		if n >= 3 {
			o.leave(i)
			continue
		}
		o.segment(i, segment.KindTalk, began.Add([]time.Duration{time.Second, 2 * time.Second, time.Minute}[n]))
		o.client.Interaction.UpdateOne(i).SetState(interaction.StateActive).SetOperatorID(o.op1.ID).ExecX(o.system)
	}
	o.laterBy(0)
	values := map[string]int{}
	for _, a := range o.client.Alert.Query().Where(alert.StateEQ(alert.StateRaised)).WithRule().AllX(o.system) {
		values[string(a.Edges.Rule.Metric)+" "+a.Subject] = a.Value
	}
	queue := " " + o.world.line2.ID
	require.InDelta(t, 600, values["LONGEST_WAIT"+queue], 30)
	require.InDelta(t, 33, values["SERVICE_LEVEL"+queue], 1)
	require.InDelta(t, 50, values["ABANDONED"+queue], 1)
	require.Contains(t, values, "FREE_OPERATORS"+queue)
	require.Contains(t, values, "DEFERRAL_DUE "+id)
	require.Contains(t, values, "INCIDENT_OPEN "+reported)
	require.Equal(t, 1, values["TRUNK_DOWN Оператор связи"])
	require.Len(t, values, 7, values)
	require.NotContains(t, o.ask(o.boss, `{ board { alerts { subject } } }`, nil).raw, "Оператор связи\",\"agency")

	o.done(o.boss, "incidentAcknowledge", "IncidentAcknowledgeInput", map[string]any{"incidentId": reported}, "incident { state }")
	o.laterBy(time.Second)
	require.Equal(t, 1, o.client.Alert.Query().Where(alert.Subject(reported), alert.StateEQ(alert.StateCleared)).CountX(o.system), "what is gone is over")
}

func (o *office) segment(i *ent.Interaction, kind segment.Kind, at time.Time) {
	create := o.client.Segment.Create().SetInteractionID(i.ID).SetKind(kind).SetQueueID(o.world.line2.ID).SetStartedAt(at)
	if kind == segment.KindTalk {
		create.SetAccountID(o.op1.ID)
	}
	create.ExecX(o.system)
}

func TestWhoMayMakeRules(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, coordinator := o.account("pfr.coord", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: o.pfr.ID})
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "an operator": {o.first, "NOT_FOUND"}, "another agency": {o.other, "NOT_FOUND"},
		"a coordinator": {coordinator, "FORBIDDEN"}, "a manager": {o.manager, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, o.rule(c.token, "WAITING", 5, 5, nil).refusal("alertRuleCreate"), who)
	}
	require.Equal(t, "FORBIDDEN", o.rule(o.boss, "WAITING", 5, 5, map[string]any{"agencyId": nil}).refusal("alertRuleCreate"), "beyond their segment")
	for what, limits := range map[string][2]int{"clear above": {5, 6}, "negative": {-1, 0}} {
		require.Equal(t, "INVALID", o.rule(o.boss, "WAITING", limits[0], limits[1], nil).refusal("alertRuleCreate"), what)
	}
	require.Equal(t, "INVALID", o.rule(o.boss, "SERVICE_LEVEL", 80, 70, nil).refusal("alertRuleCreate"), "it is bad when it is low")
	require.Equal(t, "INVALID", o.rule(o.boss, "ABANDONED", 101, 5, nil).refusal("alertRuleCreate"), "per cent")
	id := o.rule(o.boss, "WAITING", 5, 5, nil).path("alertRuleCreate", "rule", "id")
	change := func(token string) answer {
		return o.tried(token, "alertRuleUpdate", "AlertRuleUpdateInput", map[string]any{"ruleId": id, "limits": map[string]any{
			"name": "Иначе", "threshold": 7, "clearThreshold": 3, "active": false,
		}}, "rule { name active }")
	}
	require.Equal(t, "NOT_FOUND", change(o.other).refusal("alertRuleUpdate"))
	require.Equal(t, "FORBIDDEN", change(coordinator).refusal("alertRuleUpdate"))
	require.Equal(t, "Иначе", change(o.boss).path("alertRuleUpdate", "rule", "name"))
	require.Len(t, o.ask(coordinator, `{ alertRules { id } }`, nil).path("alertRules"), 1)
	require.Empty(t, o.ask(o.other, `{ alertRules { id } }`, nil).path("alertRules"))
	require.Equal(t, "FORBIDDEN", o.ask(o.manager, `{ alertRules { id } }`, nil).code())
}
