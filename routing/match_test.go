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
	life "ekc/interaction"
	"ekc/routing"
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

var errBroken = errors.New("broken")

// brokenLife fails after it has changed the interaction, as a node does that dies before it commits.
type brokenLife struct{ routing.Life }

func (b brokenLife) Offered(ctx context.Context, tx *ent.Tx, waiting []*ent.Interaction) error {
	if err := b.Life.Offered(ctx, tx, waiting); err != nil {
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
