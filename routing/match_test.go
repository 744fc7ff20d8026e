package routing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/event"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/ent/routingtrace"
	life "ekc/interaction"
	"ekc/routing"
	"ekc/routing/timetable"
)

func TestMatchLeavesATraceAndEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, elsewhere := w.queue(), w.queue()
	agency := w.client.Agency.Create().SetCode("PFR").SetName("ПФР").SetShortName("ПФР").SaveX(w.ctx)
	idle := w.operator(1, q, elsewhere)
	w.clock.Advance(time.Minute)
	other := w.operator(3, q)
	foreign := w.account(3, viewer.Grant{Role: viewer.Operator, Line: 2}, q)
	w.available(foreign)
	w.operator(3, elsewhere) // not a member, so not considered

	i := w.enquiry(q, func(c *ent.InteractionCreate) { c.SetAgencyID(agency.ID) })
	w.clock.Advance(1500 * time.Millisecond)
	w.tick()
	w.requireOffered(i, idle)
	tr := w.client.RoutingTrace.Query().OnlyX(w.ctx)
	require.Equal(t, routing.RuleLongestIdle, tr.Rule)
	require.Equal(t, idle.ID, tr.AccountID)
	require.Equal(t, q.ID, tr.QueueID)
	require.Equal(t, 1500, tr.WaitedMs)
	require.Len(t, tr.Candidates, 3)
	require.Equal(t, idle.ID, tr.Candidates[0].AccountID)
	require.Empty(t, tr.Candidates[0].Rejection)
	require.Equal(t, 64, tr.Candidates[0].IdleSeconds)
	require.Equal(t, 1, tr.Candidates[0].Capacity)
	require.Equal(t, other.ID, tr.Candidates[1].AccountID)
	require.Equal(t, routing.RejectedOther, tr.Candidates[1].Rejection)
	require.Equal(t, foreign.ID, tr.Candidates[2].AccountID)
	require.Equal(t, routing.RejectedSegment, tr.Candidates[2].Rejection)

	o := w.client.Event.Query().Where(event.Kind(routing.KindOffer)).OnlyX(w.ctx)
	require.Equal(t, idle.ID, o.AccountID)
	require.Equal(t, i.ID, o.InteractionID)
	require.Equal(t, w.offerOf(i).ID, o.Data["offer"])
	last := w.client.Event.Query().Order(ent.Desc(event.FieldID)).FirstX(w.ctx)
	require.Equal(t, routing.KindQueue, last.Kind)
	require.Equal(t, elsewhere.ID, last.QueueID, "the operator is full, so their other queue has one less available")
}

func TestCapacityHoldsOverOffersAndOpenInteractions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(2, q)
	first := w.enquiry(q)
	w.tick()
	_, err := w.routing.Accept(w.as(a), w.requireOffered(first, a).ID)
	require.NoError(t, err)
	_, err = w.life.Finish(w.as(a), first.ID)
	require.NoError(t, err)
	require.Equal(t, presence.StateAvailable, w.presenceOf(a).State, "a chat in wrap-up leaves its operator available")
	second := w.enquiry(q)
	third := w.enquiry(q)
	w.tick()
	w.requireOffered(second, a)
	w.requireWaiting(third)
	loads, err := w.routing.Loads(t.Context(), []string{a.ID})
	require.NoError(t, err)
	require.Equal(t, routing.Load{Chats: 2}, loads[a.ID])

	d := w.client.Disposition.Create().SetCode("OTHER").SetName("Иное").SaveX(w.ctx)
	idleSince := w.presenceOf(a).IdleSince
	w.clock.Advance(time.Second)
	w.closeInteraction(a, first, d)
	w.tick()
	w.requireOffered(third, a)
	require.True(t, w.presenceOf(a).IdleSince.After(idleSince))
}

func TestCallsAndWrapUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	voice := w.queue(func(c *ent.QueueCreate) { c.SetChannel(queue.ChannelVoice) })
	chat := w.queue()
	a := w.operator(2, voice, chat)
	first, second := w.enquiry(voice), w.enquiry(voice)
	text := w.enquiry(chat)
	w.tick()
	_, err := w.routing.Accept(w.as(a), w.requireOffered(first, a).ID)
	require.NoError(t, err)
	w.requireWaiting(second)
	w.requireOffered(text, a)

	_, err = w.life.Finish(w.as(a), first.ID)
	require.NoError(t, err)
	require.Equal(t, presence.StateWrapUp, w.presenceOf(a).State)
	third := w.enquiry(chat)
	w.tick()
	w.requireWaiting(third)
	d := w.client.Disposition.Create().SetCode("OTHER").SetName("Иное").SaveX(w.ctx)
	w.closeInteraction(a, first, d)
	require.Equal(t, presence.StateAvailable, w.presenceOf(a).State)
	w.tick()
	w.requireOffered(second, a)
	w.requireOffered(third, a)
}

func TestPriorityThenAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	low := w.queue()
	high := w.queue(func(c *ent.QueueCreate) { c.SetPriority(10) })
	oldest := w.enquiry(low)
	w.clock.Advance(time.Second)
	urgent := w.enquiry(low, func(c *ent.InteractionCreate) { c.SetPriority(11) })
	w.clock.Advance(time.Second)
	preferred := w.enquiry(high)
	w.clock.Advance(time.Second)
	for _, want := range []*ent.Interaction{urgent, preferred, oldest} {
		a := w.operator(1, low, high)
		w.tick()
		w.requireOffered(want, a)
	}
}

func TestSkillsRelaxWithTheWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	skill := w.client.Skill.Create().SetCode("PENSIONS").SetName("Пенсии").SaveX(w.ctx)
	q := w.queue(func(c *ent.QueueCreate) { c.SetRelaxSeconds(30).AddRequiredSkills(skill) })
	never := w.queue(func(c *ent.QueueCreate) { c.SetRelaxSeconds(0).AddRequiredSkills(skill) })
	beginner, stranger := w.operator(1, q, never), w.operator(2, q, never)
	w.client.AccountSkill.Create().SetAccountID(beginner.ID).SetSkillID(skill.ID).SetProficiency(2).ExecX(w.ctx)
	first := w.enquiry(q)
	w.clock.Advance(time.Millisecond)
	second := w.enquiry(q)
	strict := w.enquiry(never)
	w.tick()
	w.requireWaiting(first)
	tr := w.client.RoutingTrace.Query().Where(routingtrace.InteractionID(first.ID)).OnlyX(w.ctx)
	require.Equal(t, routing.RuleNoOperator, tr.Rule)
	require.Empty(t, tr.AccountID)
	require.Len(t, tr.Candidates, 2)
	require.Equal(t, routing.RejectedSkill, tr.Candidates[0].Rejection)
	w.tick()
	w.tick()
	require.Equal(t, []string{routing.RuleNoOperator}, w.rules(first), "one trace a wait, not one a tick")

	w.clock.Advance(31 * time.Second)
	w.tick()
	w.requireOffered(first, beginner)
	w.requireWaiting(second)
	_, err := w.routing.Accept(w.as(beginner), w.offerOf(first).ID)
	require.NoError(t, err)
	w.clock.Advance(30 * time.Second)
	w.tick()
	w.requireOffered(second, stranger)
	require.Equal(t, []string{routing.RuleNoOperator, "relaxed_proficiency"}, w.rules(first))
	require.Equal(t, []string{routing.RuleNoOperator, "relaxed_skills"}, w.rules(second))
	w.clock.Advance(time.Hour)
	w.tick()
	w.requireWaiting(strict)
}

func TestStickyOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	w.operator(3, q)
	known := w.operator(3, q)
	before := w.enquiry(q, func(c *ent.InteractionCreate) {
		c.SetState(interaction.StateClosed).SetOperatorID(known.ID).SetAcceptedAt(w.clock.Now().Add(-24 * time.Hour))
	})
	i := w.enquiry(q, func(c *ent.InteractionCreate) { c.SetCitizenID(before.CitizenID) })
	w.tick()
	w.requireOffered(i, known)
	require.Equal(t, []string{routing.RuleSticky}, w.rules(i))
}

func TestRightsDecideWhoMayTake(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	moscow := w.client.Region.Create().SetCode("77").SetName("Москва").SetTimeZone("Europe/Moscow").SaveX(w.ctx)
	kazan := w.client.Region.Create().SetCode("16").SetName("Татарстан").SetTimeZone("Europe/Moscow").SaveX(w.ctx)
	one, two := w.queue(), w.queue(func(c *ent.QueueCreate) { c.SetLine(2) })
	local := viewer.Grant{Role: viewer.Operator, RegionID: moscow.ID}
	a := w.account(5, local, one, two)
	w.available(a)
	of := func(region *ent.Region) func(*ent.InteractionCreate) {
		return func(c *ent.InteractionCreate) { c.SetRegionID(region.ID) }
	}
	anywhere, foreign, home := w.enquiry(one, of(kazan)), w.enquiry(two, of(kazan)), w.enquiry(two, of(moscow))
	w.tick()
	w.requireOffered(anywhere, a) // line 1 serves every region
	w.requireOffered(home, a)
	w.requireWaiting(foreign)
	w.clock.Advance(10 * time.Minute)
	w.tick()
	w.requireWaiting(foreign) // no wait gives anybody a right
}

func TestWhoMayNotWorkGetsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	supervisor := w.account(3, viewer.Grant{Role: viewer.Supervisor}, q)
	closed, past := w.operator(3, q), w.operator(3, q)
	w.client.Presence.Create().SetAccountID(supervisor.ID).SetState(presence.StateAvailable).ExecX(w.ctx)
	w.client.Account.UpdateOne(closed).SetActive(false).ExecX(w.ctx)
	w.client.RoleAssignment.Update().SetValidTo(w.clock.Now()).ExecX(w.ctx)
	w.grant(past, viewer.Grant{Role: viewer.Supervisor})
	i := w.enquiry(q)
	w.tick()
	w.requireWaiting(i)
	candidates := w.client.RoutingTrace.Query().OnlyX(w.ctx).Candidates
	rejections := map[string]string{}
	for _, c := range candidates {
		rejections[c.AccountID] = c.Rejection
	}
	require.Equal(t, map[string]string{
		supervisor.ID: routing.RejectedSegment, past.ID: routing.RejectedSegment, closed.ID: routing.RejectedNotActive,
	}, rejections)
}

func TestOverflowKeepsThePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	target := w.queue()
	q := w.queue(func(c *ent.QueueCreate) { c.SetOverflowSeconds(60).SetOverflowQueueID(target.ID) })
	a := w.operator(1, target)
	old := w.enquiry(q)
	w.clock.Advance(30 * time.Second)
	w.tick()
	w.requireWaiting(old)
	busy := w.enquiry(target)
	w.tick()
	_, err := w.routing.Accept(w.as(a), w.requireOffered(busy, a).ID)
	require.NoError(t, err)
	young := w.enquiry(target)
	place := *w.reload(old).PlaceAt
	w.clock.Advance(30 * time.Second)
	w.tick()
	moved := w.reload(old)
	require.Equal(t, target.ID, moved.QueueID)
	require.Equal(t, place, *moved.PlaceAt)
	b := w.operator(1, target)
	w.tick()
	w.requireOffered(old, b) // before the one that came to the target first
	w.requireWaiting(young)
	require.Equal(t, []string{routing.RuleNoOperator, routing.RuleOverflow, routing.RuleNoOperator, routing.RuleLongestIdle}, w.rules(old))
}

// nine to six on Mondays, Moscow.
func (w *world) office() *ent.BusinessHours {
	return w.client.BusinessHours.Create().SetName(w.name("hours")).SetTimeZone("Europe/Moscow").
		SetPeriods([]timetable.Period{{Weekday: 1, From: 540, To: 1080}}).SaveX(w.ctx)
}

func TestClosedQueueWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.now = time.Date(2026, 11, 23, 5, 59, 0, 0, time.UTC) // 8:59 in Moscow
	q := w.queue(func(c *ent.QueueCreate) { c.SetBusinessHours(w.office()) })
	spare := w.queue(func(c *ent.QueueCreate) {
		c.SetOverflowQueue(q).SetOverflowSeconds(1)
	})
	a := w.operator(1, q)
	open, next, err := w.routing.OpenNow(t.Context(), q)
	require.NoError(t, err)
	require.False(t, open)
	require.Equal(t, time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), next.UTC())
	i := w.enquiry(q)
	stays := w.enquiry(spare)
	w.clock.Advance(5 * time.Second)
	w.tick()
	w.requireWaiting(i)
	require.Equal(t, []string{routing.RuleQueueClosed}, w.rules(i))
	require.Equal(t, spare.ID, w.reload(stays).QueueID, "nothing overflows into a closed queue")
	w.clock.Advance(time.Minute)
	w.tick()
	w.requireOffered(i, a)
	open, next, err = w.routing.OpenNow(t.Context(), q)
	require.NoError(t, err)
	require.True(t, open)
	require.Zero(t, next)
}

func TestChooseQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) // a Sunday
	agency := w.client.Agency.Create().SetCode("PFR").SetName("ПФР").SetShortName("ПФР").SaveX(w.ctx)
	region := w.client.Region.Create().SetCode("77").SetName("Москва").SetTimeZone("Europe/Moscow").SaveX(w.ctx)
	choose := func(want routing.Want) (*ent.Queue, error) {
		var q *ent.Queue
		err := w.log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) error {
			var err error
			q, err = w.routing.ChooseQueue(ctx, tx, want)
			return err
		})
		return q, err
	}
	want := routing.Want{Channel: interaction.ChannelChat, Line: 1, AgencyID: agency.ID, RegionID: region.ID}
	w.queue(func(c *ent.QueueCreate) { c.SetLine(2) })
	w.queue(func(c *ent.QueueCreate) { c.SetActive(false) })
	w.queue(func(c *ent.QueueCreate) { c.SetChannel(queue.ChannelVoice) })
	_, err := choose(want)
	require.Error(t, err)
	for _, change := range []func(*ent.QueueCreate){
		func(*ent.QueueCreate) {},
		func(c *ent.QueueCreate) { c.SetRegion(region) },
		func(c *ent.QueueCreate) { c.SetAgency(agency) },
		func(c *ent.QueueCreate) { c.SetAgency(agency).SetRegion(region) },
	} {
		made := w.queue(change) // each is more specific than those before
		chosen, err := choose(want)
		require.NoError(t, err)
		require.Equal(t, made.ID, chosen.ID)
	}
	general, err := choose(routing.Want{Channel: interaction.ChannelChat, Line: 1})
	require.NoError(t, err)
	require.Empty(t, general.AgencyID, "who names no agency is not sent to one")

	w.client.Queue.Update().Where(queue.AgencyIDNotNil(), queue.RegionIDNotNil()).SetBusinessHours(w.office()).ExecX(w.ctx)
	open, err := choose(want)
	require.NoError(t, err)
	require.Equal(t, agency.ID, open.AgencyID)
	require.Empty(t, open.RegionID, "an open one before a closed one")
}

var errBroken = errors.New("broken")

// brokenLife fails after it has changed the interaction, as a node does that dies before it commits.
type brokenLife struct{ routing.Life }

func (b brokenLife) Offered(ctx context.Context, tx *ent.Tx, id string, o *ent.Offer) error {
	if err := b.Life.Offered(ctx, tx, id, o); err != nil {
		return err
	}
	return errBroken
}

func TestNothingIsLeftOfAMatchThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(1, q)
	i := w.enquiry(q)
	broken := routing.New(routing.Options{Client: w.client, Log: w.log, Life: brokenLife{w.life}, Now: w.clock.Now})
	require.ErrorIs(t, broken.Tick(t.Context()), errBroken)
	w.requireWaiting(i)
	require.Zero(t, w.client.Offer.Query().CountX(w.ctx))
	w.tick()
	w.requireOffered(i, a)
}

func TestLongBlockedQueueIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	agencies := make([]*ent.Agency, 2)
	for n, code := range []string{"PFR", "MSE"} {
		agencies[n] = w.client.Agency.Create().SetCode(code).SetName(code).SetShortName(code).SaveX(w.ctx)
	}
	for range 300 {
		w.enquiry(q, func(c *ent.InteractionCreate) { c.SetAgency(agencies[0]) })
	}
	w.clock.Advance(time.Second)
	last := w.enquiry(q, func(c *ent.InteractionCreate) { c.SetAgency(agencies[1]) })
	a := w.account(1, viewer.Grant{Role: viewer.Operator, AgencyID: agencies[1].ID}, q)
	w.available(a)
	w.tick()
	w.requireOffered(last, a)
	require.Equal(t, 1, w.client.Offer.Query().Where(offer.StateEQ(offer.StatePending)).CountX(w.ctx))
}

func (w *world) closeInteraction(a *ent.Account, i *ent.Interaction, d *ent.Disposition) {
	w.t.Helper()
	_, err := w.life.Close(w.as(a), life.CloseInput{InteractionID: i.ID, DispositionID: d.ID, Outcome: interaction.OutcomeResolved})
	require.NoError(w.t, err)
}
