package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access"
	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/segment"
)

const todaysWaits = `at since total { entered answered answeredInTime abandoned abandonedSoon late serviceLevel abandonment asaSeconds }
	queues { queue { code } waits { entered answered serviceLevel abandonment } }`

// tomorrowAt moves supervision's clock to an hour of tomorrow in Moscow, so that midnight does not come in between.
func (o *office) tomorrowAt(hour int) time.Time {
	moscow := time.FixedZone("Moscow", 3*3600)
	y, m, d := time.Now().In(moscow).Date()
	at := time.Date(y, m, d+1, hour, 0, 0, 0, moscow)
	o.later.Store(int64(time.Until(at)))
	return at
}

func (o *office) left(i *ent.Interaction, at time.Time) {
	o.client.Interaction.UpdateOne(i).SetState(interaction.StateAbandoned).SetClosedAt(at).ExecX(o.system)
}

func TestServiceLevelAndAbandonmentOfToday(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	noon := o.tomorrowAt(12)
	began := noon.Add(-time.Hour)
	wait := func() *ent.Interaction {
		i := o.waits(began)
		o.segment(i, segment.KindQueue, began)
		return i
	}
	for _, after := range []time.Duration{2 * time.Second, 4 * time.Second, time.Hour / 2} { // two in time, one late
		o.segment(wait(), segment.KindTalk, began.Add(after))
	}
	o.left(wait(), began.Add(2*time.Second))
	o.left(wait(), began.Add(time.Minute))
	wait() // for an hour already
	overflown := wait()
	o.client.Interaction.UpdateOne(overflown).SetQueueID(o.world.line1.ID).ExecX(o.system)
	o.left(overflown, began.Add(time.Minute)) // in another queue
	yesterday := o.waits(noon.Add(-13 * time.Hour))
	o.segment(yesterday, segment.KindQueue, noon.Add(-13*time.Hour))

	got := o.ask(o.boss, "{ board { today { "+todaysWaits+" } } }", nil)
	total := got.path("board", "today", "total").(map[string]any)
	for field, want := range map[string]float64{
		"entered": 7, "answered": 3, "answeredInTime": 2, "abandoned": 2, "abandonedSoon": 1, "late": 2, "serviceLevel": 2.0 / 6, "abandonment": 1.0 / 4,
		"asaSeconds": 602,
	} {
		require.InDelta(t, want, total[field], 0.001, field+" "+got.raw)
	}
	require.Equal(t, noon.Add(-12*time.Hour).UTC().Format(time.RFC3339), got.path("board", "today", "since"))
	require.Len(t, got.path("board", "today", "queues"), 2, "that of everybody too: "+got.raw)
	require.NotContains(t, o.ask(o.other, "{ board { today { "+todaysWaits+" } } }", nil).raw, o.world.line2.Code)
	none := o.ask(o.other, "{ board { today { total { entered serviceLevel abandonment asaSeconds } } } }", nil)
	require.Equal(t, map[string]any{"entered": 0.0, "serviceLevel": nil, "abandonment": nil, "asaSeconds": nil}, none.path("board", "today", "total"))
	require.Equal(t, "FORBIDDEN", o.ask(o.first, "{ board { today { at } } }", nil).code())
}

func TestFiguresOfTodayAreLive(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	began := o.tomorrowAt(12).Add(-time.Hour)
	s := o.connect(o.boss)
	s.subscribe("1", "subscription { boardToday { "+todaysWaits+" } }", nil)
	entered := func() any { return s.event("boardToday")["total"].(map[string]any)["entered"] }
	require.InDelta(t, 0, entered(), 0)
	i := o.waits(began)
	o.segment(i, segment.KindQueue, began)
	require.InDelta(t, 1, entered(), 0, "told when it has changed, and not before")
	other := o.connect(o.first)
	other.subscribe("1", "subscription { boardToday { at } }", nil)
	require.Contains(t, string(other.next().Payload), "FORBIDDEN")
}

const followInteractions = `subscription($a: EventCursor) { boardInteractions(after: $a) { __typename cursor
	... on InteractionsSnapshot { complete interactions { id state queue { code } } }
	... on InteractionChanged { interaction { id state } } ... on InteractionLeft { interactionId } } }`

func TestInteractionsOfABoardBeginWithASnapshot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, citizen := o.talks()
	s, other := o.connect(o.boss), o.connect(o.other)
	s.subscribe("1", followInteractions, nil)
	other.subscribe("1", followInteractions, nil)
	first := s.event("boardInteractions")
	require.Equal(t, "InteractionsSnapshot", first["__typename"])
	require.Equal(t, true, first["complete"])
	require.Len(t, first["interactions"], 1)
	require.Equal(t, id, first["interactions"].([]any)[0].(map[string]any)["id"])
	require.Empty(t, other.event("boardInteractions")["interactions"], "of another agency")
	require.Contains(t, o.ask(o.boss, "{ board { interactions { id } } }", nil).raw, id)
	require.NotContains(t, o.ask(o.other, "{ board { interactions { id } } }", nil).raw, id)

	topic := o.client.Disposition.Create().SetCode("d").SetName("d").SaveX(o.system).ID
	o.done(o.line1, "interactionClose", "InteractionCloseInput", map[string]any{"interactionId": id, "dispositionId": topic, "outcome": "RESOLVED"}, "interaction { state }")
	closed := func(s *socket) string {
		for {
			e := s.until("boardInteractions", "InteractionChanged")
			i := e["interaction"].(map[string]any)
			require.Equal(t, id, i["id"])
			if i["state"] == "CLOSED" {
				return e["cursor"].(string)
			}
		}
	}
	cursor := closed(s)
	require.Empty(t, o.ask(o.boss, "{ board { interactions { id } } }", nil).path("board", "interactions"), "what is over is no more on it")
	again := o.connect(o.boss)
	again.subscribe("1", followInteractions, map[string]any{"a": first["cursor"]})
	require.Equal(t, cursor, closed(again), "who resumes gets what they missed, and no snapshot")
	require.Equal(t, "FORBIDDEN", o.ask(o.first, "{ board { interactions { id } } }", nil).code())
	require.Equal(t, "FORBIDDEN", o.ask(citizen, "{ board { interactions { id } } }", nil).code())
}

func TestInteractionThatLeavesTheSegmentLeavesTheBoard(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, _ := o.talks()
	_, second := o.account("pfr.line1", access.NewRole{Role: viewer.Supervisor, AgencyID: o.pfr.ID, Line: 1})
	s := o.connect(second)
	s.subscribe("1", followInteractions, nil)
	require.Len(t, s.event("boardInteractions")["interactions"], 1)
	got := o.done(o.line1, "interactionTransfer", "InteractionTransferInput", map[string]any{"interactionId": id, "queueId": o.world.line2.ID}, "interaction { id }")
	require.NotNil(t, got.path("interactionTransfer", "interaction"), got.raw)
	require.Equal(t, id, s.until("boardInteractions", "InteractionLeft")["interactionId"])
	require.Empty(t, o.ask(second, "{ board { interactions { id } } }", nil).path("board", "interactions"))
}
