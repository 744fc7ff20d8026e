package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/ent/queuemember"
	"ekc/ent/roleassignment"
)

func (o *office) untold(token string) []any {
	o.Helper()
	return o.ask(token, `{ desk { directives { id kind reason until author { displayName } interaction { id } } } }`, nil).path("desk", "directives").([]any)
}

func TestPresenceIsForcedWithAReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.client.PauseReason.Create().SetCode("LUNCH").SetName("Обед").ExecX(o.system)
	in := map[string]any{"accountId": o.op2.ID, "state": "AVAILABLE", "reason": "Очередь растёт"}
	for who, c := range map[string]struct{ token, want string }{
		"nobody": {"", "UNAUTHENTICATED"}, "the operator": {o.second, "FORBIDDEN"}, "another agency": {o.other, "NOT_FOUND"}, "a manager": {o.manager, "FORBIDDEN"},
	} {
		refusal := o.tried(c.token, "operatorPresenceSet", "OperatorPresenceSetInput", in, "directive { id }").refusal("operatorPresenceSet")
		if c.want == "FORBIDDEN" {
			require.Contains(t, []any{"FORBIDDEN", "NOT_FOUND"}, refusal, who)
			continue
		}
		require.Equal(t, c.want, refusal, who)
	}
	desk := o.connect(o.second)
	desk.subscribe("1", `subscription { desk { __typename ... on DirectiveGiven { directive { kind reason } } } }`, nil)
	require.Empty(t, o.untold(o.second))
	o.done(o.boss, "operatorPresenceSet", "OperatorPresenceSetInput", in, "directive { id }")
	require.Equal(t, presence.StateAvailable, o.client.Presence.Query().Where(presence.AccountID(o.op2.ID)).OnlyX(o.system).State)
	o.done(o.boss, "operatorPresenceSet", "OperatorPresenceSetInput",
		map[string]any{"accountId": o.op2.ID, "state": "PAUSED", "pauseReasonCode": "LUNCH", "reason": "Отдохните"}, "directive { id }")
	require.Equal(t, presence.StatePaused, o.client.Presence.Query().Where(presence.AccountID(o.op2.ID)).OnlyX(o.system).State)
	for {
		if d := desk.until("desk", "DirectiveGiven")["directive"].(map[string]any); d["reason"] == "Отдохните" {
			break
		}
	}
	told := o.untold(o.second)
	require.Len(t, told, 2)
	first := told[0].(map[string]any)
	require.Equal(t, "Сотрудник pfr.boss", first["author"].(map[string]any)["displayName"])
	require.Equal(t, "NOT_FOUND", o.tried(o.first, "directiveSee", "DirectiveSeeInput", map[string]any{"directiveId": first["id"]}, "directive { id }").refusal("directiveSee"))
	o.done(o.second, "directiveSee", "DirectiveSeeInput", map[string]any{"directiveId": first["id"]}, "directive { seenAt }")
	require.Len(t, o.untold(o.second), 1)
	count := func(token string) any {
		return o.ask(token, `query($a: ID) { directives(accountId: $a) { totalCount } }`, map[string]any{"a": o.op2.ID}).path("directives", "totalCount")
	}
	require.InDelta(t, 2, count(o.boss), 0)
	require.InDelta(t, 2, count(o.second), 0)
	require.InDelta(t, 0, count(o.other), 0)
	require.InDelta(t, 0, count(o.first), 0)
	for field, bad := range map[string]map[string]any{
		"no reason":       {"accountId": o.op2.ID, "state": "BUSY", "reason": " "},
		"no such reason":  {"accountId": o.op2.ID, "state": "PAUSED", "pauseReasonCode": "NONE", "reason": "x"},
		"not for a human": {"accountId": o.op2.ID, "state": "WRAP_UP", "reason": "x"},
	} {
		require.NotEmpty(t, o.tried(o.boss, "operatorPresenceSet", "OperatorPresenceSetInput", bad, "directive { id }").refusal("operatorPresenceSet"), field)
	}
	require.Len(t, o.untold(o.second), 1, "what is refused changes nothing")
}

func TestLine2WorksAsLine1ForAWhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	q := o.client.Queue.Create().SetCode("pfr-1").SetName("q").SetChannel(queue.ChannelChat).SetLine(1).SetAgencyID(o.pfr.ID).SaveX(o.system)
	mse := o.client.Queue.Create().SetCode("mse-1").SetName("q").SetChannel(queue.ChannelChat).SetLine(1).SetAgencyID(o.mse.ID).SaveX(o.system)
	until := time.Now().Add(24 * time.Hour)
	lend := func(token string, change func(map[string]any)) answer {
		in := map[string]any{"accountId": o.op2.ID, "line": 1, "queueIds": []string{q.ID}, "until": until, "reason": "На первой линии не хватает людей"}
		if change != nil {
			change(in)
		}
		return o.tried(token, "operatorLend", "OperatorLendInput", in, "directive { until }")
	}
	require.Equal(t, "NOT_FOUND", lend(o.other, nil).refusal("operatorLend"))
	require.Equal(t, "UNAUTHENTICATED", lend("", nil).refusal("operatorLend"))
	require.Equal(t, "NOT_FOUND", lend(o.boss, func(in map[string]any) { in["queueIds"] = []string{mse.ID} }).refusal("operatorLend"), "not the supervisor's queue")
	require.Equal(t, "INVALID", lend(o.boss, func(in map[string]any) { in["queueIds"] = []string{o.world.line2.ID} }).refusal("operatorLend"), "of another line")
	require.Equal(t, "INVALID", lend(o.boss, func(in map[string]any) { in["until"] = time.Now().Add(-time.Minute) }).refusal("operatorLend"))
	require.Zero(t, o.client.RoleAssignment.Query().Where(roleassignment.AccountID(o.op2.ID), roleassignment.Line(1)).CountX(o.system), "what is refused changes nothing")
	require.Empty(t, lend(o.boss, nil).path("operatorLend", "userErrors"))

	role := o.client.RoleAssignment.Query().Where(roleassignment.AccountID(o.op2.ID), roleassignment.Line(1)).OnlyX(o.system)
	require.Equal(t, o.pfr.ID, role.AgencyID, "no further than the role that it was made of")
	require.WithinDuration(t, until, *role.ValidTo, time.Millisecond)
	o.done(o.second, "presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"}, "presence { state }")
	o.client.Presence.Update().Where(presence.AccountIDNEQ(o.op2.ID)).SetState(presence.StateOffline).ExecX(o.system)
	got := o.ask("", `mutation { chatStart(input: {agencyCode: "PFR"}) { token interaction { id } } }`, nil)
	o.ask(got.path("chatStart", "token").(string), `mutation($i: ID!) { handoverRequest(input: {interactionId: $i}) { userErrors { message } } }`,
		map[string]any{"i": got.path("chatStart", "interaction", "id")})
	require.NoError(t, o.routing.Tick(o.system))
	require.Len(t, o.ask(o.second, `{ desk { offers { id } } }`, nil).path("desk", "offers"), 1, "they take line 1 now")
	require.Equal(t, "LINE", o.untold(o.second)[0].(map[string]any)["kind"])

	// Called back before the time: role and membership end, and only those that were lent.
	member := func() int {
		return o.client.QueueMember.Query().Where(queuemember.AccountID(o.op2.ID), queuemember.QueueID(q.ID)).CountX(o.system)
	}
	require.Equal(t, 1, member())
	o.done(o.boss, "operatorCallBack", "OperatorCallBackInput", map[string]any{"accountId": o.op2.ID, "reason": "Спасибо"}, "directive { id }")
	require.Zero(t, member())
	require.False(t, o.client.RoleAssignment.GetX(o.system, role.ID).ValidTo.After(time.Now()))
	require.Empty(t, lend(o.boss, nil).path("operatorLend", "userErrors"))
	o.client.QueueMember.Update().Where(queuemember.UntilNotNil()).SetUntil(time.Now().Add(-time.Second)).ExecX(o.system)
	require.NoError(t, o.routing.Tick(o.system))
	require.Zero(t, member(), "it ends by itself")
	o.done(o.boss, "queueMembersAdd", "QueueMembersInput", map[string]any{"queueId": o.world.line2.ID, "accountIds": []string{o.op2.ID}}, "queue { id }")
	require.NoError(t, o.routing.Tick(o.system))
	require.Equal(t, 1, o.client.QueueMember.Query().Where(queuemember.AccountID(o.op2.ID)).CountX(o.system), "who works there for good stays")
}

func TestInteractionIsAssignedAndTakenOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	chat, citizen := o.talks()
	o.client.QueueMember.Create().SetQueueID(o.world.line2.ID).SetAccountID(o.op2.ID).ExecX(o.system)
	assign := func(token string) answer {
		return o.tried(token, "interactionAssign", "InteractionAssignInput",
			map[string]any{"interactionId": chat, "accountId": o.op2.ID, "reason": "Вопрос второй линии"}, "interaction { state }")
	}
	require.Equal(t, "NOT_FOUND", assign(o.other).refusal("interactionAssign"))
	require.Equal(t, "FORBIDDEN", assign(o.line1).refusal("interactionAssign"))
	require.Equal(t, "CONFLICT", assign(o.boss).refusal("interactionAssign"), "who is away takes nothing")
	require.Equal(t, interaction.StateActive, o.client.Interaction.GetX(o.system, chat).State, "what is refused changes nothing")
	o.done(o.second, "presenceSet", "PresenceSetInput", map[string]any{"state": "AVAILABLE"}, "presence { state }")
	require.Equal(t, "OFFERED", assign(o.boss).path("interactionAssign", "interaction", "state"))
	offers := o.ask(o.second, `{ desk { offers { id interaction { id } } } }`, nil).path("desk", "offers").([]any)
	require.Len(t, offers, 1)
	require.Equal(t, "TAKEN_AWAY", o.untold(o.line1)[0].(map[string]any)["kind"])
	require.Equal(t, chat, o.untold(o.second)[0].(map[string]any)["interaction"].(map[string]any)["id"])
	o.done(o.second, "offerAccept", "OfferInput", map[string]any{"offerId": offers[0].(map[string]any)["id"]}, "offer { state }")

	take := func(token string) answer {
		return o.tried(token, "interactionTakeOver", "InteractionTakeOverInput", map[string]any{"interactionId": chat, "reason": "Жалоба"}, "interaction { operator { id } }")
	}
	require.Equal(t, "NOT_FOUND", take(o.other).refusal("interactionTakeOver"))
	require.Equal(t, "FORBIDDEN", take(citizen).refusal("interactionTakeOver"))
	require.Empty(t, take(o.boss).path("interactionTakeOver", "userErrors"))
	o.say(o.boss, chat, "Здравствуйте, я руководитель смены.")
	require.Equal(t, "NOT_FOUND", o.tried(o.second, "messageSend", "MessageSendInput", map[string]any{"interactionId": chat, "text": "x"}, "message { id }").refusal("messageSend"), "it is theirs no more")
	require.Equal(t, "CONFLICT", take(o.boss).refusal("interactionTakeOver"), "it is theirs")
	kinds := []any{}
	for _, d := range o.untold(o.second) {
		kinds = append(kinds, d.(map[string]any)["kind"])
	}
	require.Equal(t, []any{"ASSIGNED", "TAKEN_AWAY"}, kinds)
	topic := o.client.Disposition.Create().SetCode("d").SetName("d").SaveX(o.system).ID
	o.done(o.boss, "interactionClose", "InteractionCloseInput", map[string]any{"interactionId": chat, "dispositionId": topic, "outcome": "RESOLVED"}, "interaction { state }")
	require.Positive(t, o.client.AuditEntry.Query().Order(ent.Asc("id")).CountX(o.system))
}
