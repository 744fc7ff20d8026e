package routing_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/queue"
	"ekc/routing"
	"ekc/routing/timetable"
)

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

// A time zone that this machine does not know, say: the other queues go on.
func TestUnreadableHoursHoldUpNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hours := w.client.BusinessHours.Create().SetName(w.name("hours")).SetTimeZone("Atlantis/Capital").
		SetPeriods([]timetable.Period{{Weekday: 1, From: 540, To: 1080}}).SaveX(w.ctx)
	broken := w.queue(func(c *ent.QueueCreate) { c.SetBusinessHours(hours) })
	q := w.queue()
	a := w.operator(2, q, broken)
	stays, i := w.enquiry(broken), w.enquiry(q)
	_ = w.routing.Tick(t.Context()) // what explains the waiting still complains of the hours
	w.requireOffered(i, a)
	w.requireWaiting(stays)
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
