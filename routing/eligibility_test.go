package routing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/presence"
	"ekc/ent/routingtrace"
	"ekc/routing"
)

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
