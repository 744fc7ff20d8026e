package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/callback"
	"ekc/ent/callleg"
	"ekc/ent/deferral"
	"ekc/ent/interaction"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/routing/timetable"
	"ekc/telephony"
)

// office are the people of PFR in Moscow, and their colleagues elsewhere.
type office struct {
	*world
	line1, first, second, boss, other, manager, admin string
	op1, op2                                          *ent.Account
	hours                                             *ent.BusinessHours
}

// newOffice is an office whose working calendar is open around the clock, so that eight hours of working time are eight hours.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{world: newWorld(t)}
	_, o.line1 = o.operator("line1", o.world.line1)
	o.op1, o.first = o.account("pfr.first", access.NewRole{Role: viewer.Operator, AgencyID: o.pfr.ID, RegionID: o.moscow.ID, Line: 2})
	o.op2, o.second = o.account("pfr.second", access.NewRole{Role: viewer.Operator, AgencyID: o.pfr.ID, Line: 2})
	_, o.boss = o.account("pfr.boss", access.NewRole{Role: viewer.Supervisor, AgencyID: o.pfr.ID})
	_, o.other = o.account("mse.boss", access.NewRole{Role: viewer.Supervisor, AgencyID: o.mse.ID})
	_, o.manager = o.account("pfr.manager", access.NewRole{Role: viewer.ContentManager, AgencyID: o.pfr.ID})
	_, o.admin = o.account("chief", access.NewRole{Role: viewer.Administrator})
	o.hours = o.client.BusinessHours.Create().SetName("Всегда").SetTimeZone("Europe/Moscow").SetPeriods(allDay()).SaveX(o.system)
	o.done(o.admin, "deferralTermSet", "DeferralTermSetInput", map[string]any{"businessHoursId": o.hours.ID}, "term { workMinutes }")
	return o
}

func allDay() []timetable.Period {
	var week []timetable.Period
	for day := range 7 {
		week = append(week, timetable.Period{Weekday: day, To: 24 * 60})
	}
	return week
}

// talks begins a chat of PFR in Moscow that the operator of line 1 has.
func (o *office) talks() (id, citizen string) {
	o.Helper()
	got := o.ask("", `mutation { chatStart(input: {agencyCode: "PFR", regionCode: "77", name: "Иван Петров", phone: "+79261234567"}) {
		token interaction { id } } }`, nil)
	id, citizen = got.path("chatStart", "interaction", "id").(string), got.path("chatStart", "token").(string)
	o.ask(citizen, `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { userErrors { message } } }`, map[string]any{"i": id})
	require.NoError(o, o.routing.Tick(o.system))
	got = o.ask(o.line1, `{ desk { offers { id } } }`, nil)
	require.Len(o, got.path("desk", "offers"), 1, got.raw)
	o.done(o.line1, "offerAccept", "OfferInput", map[string]any{"offerId": got.path("desk", "offers").([]any)[0].(map[string]any)["id"]}, "offer { state }")
	return id, citizen
}

// deferred is a chat of PFR that line 1 has deferred.
func (o *office) deferred() (id, interactionID, citizen string) {
	o.Helper()
	interactionID, citizen = o.talks()
	got := o.done(o.line1, "interactionDefer", "InteractionDeferInput",
		map[string]any{"interactionId": interactionID, "question": "Какой стаж учтён за 1994 год?"}, "deferral { id state dueAt interaction { state } }")
	return got.path("interactionDefer", "deferral", "id").(string), interactionID, citizen
}

func (o *office) name(deferralID, operatorID string) {
	o.Helper()
	o.done(o.boss, "deferralName", "DeferralNameInput", map[string]any{"deferralId": deferralID, "operatorId": operatorID}, "deferral { operator { id } }")
}

// laterBy moves supervision's clock on and lets it do what is due then.
func (o *office) laterBy(d time.Duration) {
	o.Helper()
	o.later.Store(int64(d))
	require.NoError(o, o.supervision.Sweep(o.system))
}

func (o *office) row(id string) *ent.Deferral { return o.client.Deferral.GetX(o.system, id) }

func (o *office) kinds(id string) []string {
	o.Helper()
	var kinds []string
	got := o.ask(o.boss, `query($i: ID!) { node(id: $i) { ... on Deferral { steps { kind } } } }`, map[string]any{"i": id})
	for _, s := range got.path("node", "steps").([]any) {
		kinds = append(kinds, s.(map[string]any)["kind"].(string))
	}
	return kinds
}

func TestDeferredChatIsAnsweredByWhoIsNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, chat, citizen := o.deferred()
	d := o.row(id)
	require.WithinDuration(t, d.CreatedAt.Add(8*time.Hour), d.DueAt, time.Second)
	require.WithinDuration(t, d.CreatedAt.Add(7*time.Hour), d.WarnAt, time.Second)
	require.Equal(t, interaction.StateDeferred, o.client.Interaction.GetX(o.system, chat).State)
	said := o.ask(citizen, `query($i: ID!) { interaction(id: $i) { messages(last: 1) { edges { node { text } } } } }`, map[string]any{"i": chat})
	require.Contains(t, said.raw, "не позднее "+d.DueAt.In(time.FixedZone("Moscow", 3*3600)).Format("02.01.2006, 15:04"), "in the citizen's own time")

	require.Equal(t, "NOT_FOUND", o.tried(o.boss, "deferralName", "DeferralNameInput",
		map[string]any{"deferralId": id, "operatorId": o.client.Account.Query().Where().FirstX(o.system).ID}, "deferral { id }").refusal("deferralName"), "line 1 does not answer")
	require.Equal(t, "NOT_FOUND", o.tried(o.first, "deferralAnswer", "DeferralInput", map[string]any{"deferralId": id}, "deferral { id }").refusal("deferralAnswer"))
	o.name(id, o.op1.ID)
	got := o.ask(o.first, `{ desk { deferrals { id question workingSecondsLeft interaction { citizen { phone } messages { totalCount } } } } }`, nil)
	mine := got.path("desk", "deferrals").([]any)[0].(map[string]any)
	require.Equal(t, id, mine["id"], got.raw)
	require.InDelta(t, 8*3600, mine["workingSecondsLeft"], 300)
	require.Equal(t, "+79261234567", mine["interaction"].(map[string]any)["citizen"].(map[string]any)["phone"], "who answers calls them")

	o.name(id, o.op2.ID)
	require.Contains(t, o.ask(o.first, `{ desk { deferrals { id } } }`, nil).raw, `"deferrals":[]`)
	require.NotEmpty(t, o.tried(o.first, "deferralAnswer", "DeferralInput", map[string]any{"deferralId": id}, "deferral { id }").refusal("deferralAnswer"))
	o.done(o.second, "deferralAnswer", "DeferralInput", map[string]any{"deferralId": id}, "deferral { interaction { state } }")
	require.Equal(t, "CONFLICT", o.tried(o.boss, "deferralName", "DeferralNameInput", map[string]any{"deferralId": id, "operatorId": o.op1.ID},
		"deferral { id }").refusal("deferralName"), "it is being answered")
	o.say(o.second, chat, "Учтено 11 месяцев.")
	topic := o.client.Disposition.Create().SetCode("d").SetName("d").SaveX(o.system).ID
	o.done(o.second, "interactionClose", "InteractionCloseInput", map[string]any{"interactionId": chat, "dispositionId": topic, "outcome": "RESOLVED"}, "interaction { state }")
	o.laterBy(0)
	d = o.row(id)
	require.Equal(t, deferral.StateAnswered, d.State)
	require.Equal(t, o.op2.ID, d.AnsweredBy)
	require.Nil(t, d.BreachedAt)
	require.Equal(t, []string{"DEFERRED", "NAMED", "NAMED", "TAKEN", "ENDED"}, o.kinds(id))

	o.analysed(id)
}

// analysed goes through the content manager's task.
func (o *office) analysed(id string) {
	o.Helper()
	got := o.ask(o.manager, `{ deferrals(filter: {analysis: PENDING}) { totalCount edges { node { question interaction { id } } } } }`, nil)
	require.InDelta(o, 1, got.path("deferrals", "totalCount"), 0)
	require.Contains(o, got.raw, `"interaction":null`, "the dialogue is none of their concern")
	try := func(token string, more map[string]any) answer {
		in := map[string]any{"deferralId": id}
		for k, v := range more {
			in[k] = v
		}
		return o.tried(token, "deferralAnalyse", "DeferralAnalyseInput", in, "deferral { analysis }")
	}
	require.Equal(o, "INVALID", try(o.manager, map[string]any{"finding": "NOTHING"}).refusal("deferralAnalyse"), "without a reason")
	require.Equal(o, "NOT_FOUND", try(o.manager, map[string]any{"finding": "RECORD", "recordId": "rec-none"}).refusal("deferralAnalyse"))
	require.Equal(o, "FORBIDDEN", try(o.boss, map[string]any{"finding": "GAP"}).refusal("deferralAnalyse"))
	require.Equal(o, "NOT_FOUND", try(o.other, map[string]any{"finding": "GAP"}).refusal("deferralAnalyse"))
	o.done(o.manager, "deferralAnalyse", "DeferralAnalyseInput", map[string]any{"deferralId": id, "finding": "GAP"}, "deferral { analysis }")
	require.Equal(o, "CONFLICT", try(o.manager, map[string]any{"finding": "GAP"}).refusal("deferralAnalyse"), "once")
	require.Contains(o, o.ask(o.manager, `{ gaps { question } }`, nil).raw, "Какой стаж учтён")
}

func TestDeferredCallIsCalledBackByWhoIsNamed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.regionAt("12", 12)
	region := o.client.Region.Query().Order(ent.Desc("id")).FirstX(o.system)
	c, ctx, now := o.client, o.system, time.Now()
	q := c.Queue.Create().SetCode("voice-2").SetName("v").SetChannel(queue.ChannelVoice).SetLine(2).SaveX(ctx)
	who := c.Citizen.Create().SetPhone("+79261234567").SaveX(ctx)
	call := c.Interaction.Create().SetChannel(interaction.ChannelVoice).SetCitizenID(who.ID).SetAgencyID(o.pfr.ID).SetRegionID(region.ID).
		SetState(interaction.StateWrapUp).SetOperatorID(o.op1.ID).SetQueueID(q.ID).SetLine(2).SetWrapUpUntil(now.Add(time.Hour)).SaveX(ctx)
	got := o.done(o.second, "presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"}, "presence { state }")
	require.Equal(t, "AVAILABLE", got.path("presenceSet", "presence", "state"))
	got = o.done(o.boss, "interactionDefer", "InteractionDeferInput", map[string]any{"interactionId": call.ID, "question": "Перерасчёт"}, "deferral { id }")
	id := got.path("interactionDefer", "deferral", "id").(string)
	o.name(id, o.op2.ID)
	o.done(o.second, "deferralAnswer", "DeferralInput", map[string]any{"deferralId": id}, "deferral { interaction { state } }")
	cb := c.Callback.Query().OnlyX(ctx)
	require.Equal(t, callback.ReasonDeferred, cb.Reason)
	require.Equal(t, callback.StateWaiting, cb.State)
	require.Equal(t, o.op2.ID, c.Interaction.GetX(ctx, call.ID).OperatorID)

	// Nobody picked up: it is the same operator's again, and no queue's.
	c.Callback.UpdateOne(cb).SetState(callback.StateDialling).SetNodeID("nod").ExecX(ctx)
	require.NoError(t, o.voice.Ended(ctx, call.ID, telephony.End{Cause: telephony.EndUnanswered, SIPCode: 480}))
	i := c.Interaction.GetX(ctx, call.ID)
	require.Equal(t, interaction.StateDeferred, i.State)
	require.Equal(t, o.op2.ID, i.OperatorID)
	require.Equal(t, callback.StateExhausted, c.Callback.Query().OnlyX(ctx).State)
	o.laterBy(0)
	require.Equal(t, deferral.StateOpen, o.row(id).State)

	// Now they do.
	o.done(o.second, "deferralAnswer", "DeferralInput", map[string]any{"deferralId": id}, "deferral { state }")
	made := c.Call.Create().SetInteractionID(call.ID).SetNodeID("nod").SetDirection("OUTBOUND").SetBeganAt(now).SaveX(ctx)
	c.CallLeg.Create().SetCallID(made.ID).SetInteractionID(call.ID).SetKind(callleg.KindTrunk).SetRole(callleg.RoleCitizen).SetBeganAt(now).
		SetAnsweredAt(time.Now()).ExecX(ctx)
	topic := c.Disposition.Create().SetCode("d").SetName("d").SaveX(ctx).ID
	o.done(o.second, "interactionClose", "InteractionCloseInput", map[string]any{"interactionId": call.ID, "dispositionId": topic, "outcome": "RESOLVED"}, "interaction { state }")
	o.laterBy(0)
	require.Equal(t, deferral.StateAnswered, o.row(id).State)
}

func TestTermIsWarnedOfAndBreached(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, _, _ := o.deferred()
	s := o.connect(o.boss)
	s.subscribe("1", `subscription { board { __typename ... on DeferralChanged { deferral { id warnedAt breachedAt } } } }`, nil)
	board := o.ask(o.boss, `{ board { deferrals { id } } }`, nil)
	require.Contains(t, board.raw, id)
	require.NotContains(t, o.ask(o.other, `{ board { deferrals { id } } }`, nil).raw, id)
	o.client.Presence.Create().SetAccountID(o.op2.ID).SetState(presence.StateAvailable).ExecX(o.system)
	o.name(id, o.op1.ID) // who has never been seen

	o.laterBy(6 * time.Hour)
	require.Nil(t, o.row(id).WarnedAt)
	o.laterBy(7*time.Hour + time.Minute)
	require.NotNil(t, o.row(id).WarnedAt)
	require.Empty(t, o.row(id).OperatorID, "who is away when it runs out is named no more")
	o.name(id, o.op2.ID)
	o.laterBy(7*time.Hour + 2*time.Minute)
	require.Equal(t, o.op2.ID, o.row(id).OperatorID)
	o.laterBy(8*time.Hour + time.Minute)
	o.laterBy(8*time.Hour + 2*time.Minute)
	d := o.row(id)
	require.NotNil(t, d.BreachedAt)
	require.True(t, d.BreachedAt.Equal(d.DueAt))
	require.Equal(t, []string{"DEFERRED", "NAMED", "WARNED", "UNNAMED", "NAMED", "BREACHED"}, o.kinds(id))
	for {
		if e := s.until("board", "DeferralChanged")["deferral"].(map[string]any); e["breachedAt"] != nil {
			require.Equal(t, id, e["id"])
			break
		}
	}

	// The calendar is put right: it was a holiday, so nothing has run out yet.
	zone := time.FixedZone("Moscow", 3*3600)
	o.done(o.admin, "businessHoursSet", "BusinessHoursSetInput", map[string]any{
		"name": "Всегда", "timeZone": "Europe/Moscow", "periods": []map[string]any{{"weekday": int(d.CreatedAt.In(zone).Weekday()+3) % 7, "from": 0, "to": 1440}},
	}, "businessHours { id }")
	o.laterBy(8*time.Hour + 3*time.Minute)
	moved := o.row(id)
	require.Nil(t, moved.BreachedAt)
	require.Nil(t, moved.WarnedAt)
	require.True(t, moved.DueAt.After(d.DueAt.Add(24*time.Hour)), moved.DueAt)

	// The operator leaves for good: somebody else must be named.
	o.client.Account.UpdateOneID(o.op2.ID).SetActive(false).ExecX(o.system)
	o.laterBy(8*time.Hour + 4*time.Minute)
	require.Empty(t, o.row(id).OperatorID)
	require.Empty(t, o.client.Interaction.GetX(o.system, d.InteractionID).OperatorID)
}

func TestWhoMayDeferAndName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	chat, citizen := o.talks()
	_, coordinator := o.account("pfr.coord", access.NewRole{Role: viewer.SegmentCoordinator, AgencyID: o.pfr.ID})
	_, elsewhere := o.account("pfr.spb", access.NewRole{Role: viewer.Supervisor, AgencyID: o.pfr.ID, RegionID: o.client.Region.Query().Order(ent.Asc("code")).Offset(1).FirstX(o.system).ID})
	in := map[string]any{"interactionId": chat, "question": "Вопрос"}
	for name, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "the citizen": {citizen, "FORBIDDEN"}, "another operator": {o.first, "NOT_FOUND"},
		"another agency": {o.other, "NOT_FOUND"}, "another region": {elsewhere, "NOT_FOUND"}, "a coordinator": {coordinator, "FORBIDDEN"},
		"a content manager": {o.manager, "NOT_FOUND"},
	} {
		require.Equal(t, c.want, o.tried(c.token, "interactionDefer", "InteractionDeferInput", in, "deferral { id }").refusal("interactionDefer"), name)
	}
	for _, bad := range []map[string]any{
		{"interactionId": chat, "question": " "}, {"interactionId": chat, "question": "x", "priority": 101},
	} {
		require.Equal(t, "INVALID", o.tried(o.boss, "interactionDefer", "InteractionDeferInput", bad, "deferral { id }").refusal("interactionDefer"))
	}
	id := o.done(o.boss, "interactionDefer", "InteractionDeferInput", in, "deferral { id }").path("interactionDefer", "deferral", "id").(string)
	require.Equal(t, "CONFLICT", o.tried(o.boss, "interactionDefer", "InteractionDeferInput", in, "deferral { id }").refusal("interactionDefer"), "twice")
	name := map[string]any{"deferralId": id, "operatorId": o.op1.ID}
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "the citizen": {citizen, "NOT_FOUND"}, "an operator": {o.first, "NOT_FOUND"}, "another agency": {o.other, "NOT_FOUND"},
		"another region": {elsewhere, "NOT_FOUND"}, "a coordinator": {coordinator, "FORBIDDEN"}, "a content manager": {o.manager, "FORBIDDEN"},
	} {
		require.Equal(t, c.want, o.tried(c.token, "deferralName", "DeferralNameInput", name, "deferral { id }").refusal("deferralName"), who)
	}
	see := func(token string) any {
		return o.ask(token, `query($i: ID!) { node(id: $i) { id } }`, map[string]any{"i": id}).path("node")
	}
	for who, token := range map[string]string{"supervisor": o.boss, "coordinator": coordinator, "content manager": o.manager, "administrator": o.admin} {
		require.NotNil(t, see(token), who)
	}
	for who, token := range map[string]string{"nobody": "", "citizen": citizen, "another agency": o.other, "another region": elsewhere, "an operator": o.second} {
		require.Nil(t, see(token), who)
	}
	require.Equal(t, "FORBIDDEN", o.tried(o.boss, "deferralTermSet", "DeferralTermSetInput", map[string]any{"businessHoursId": o.hours.ID}, "term { id }").refusal("deferralTermSet"))
	require.Equal(t, "INVALID", o.tried(o.admin, "deferralTermSet", "DeferralTermSetInput",
		map[string]any{"businessHoursId": o.hours.ID, "workMinutes": 10, "warnMinutes": 11}, "term { id }").refusal("deferralTermSet"))
	require.Positive(t, o.client.AuditEntry.Query().CountX(o.system))
}
