package routing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/presence"
	"ekc/ent/segment"
	"ekc/routing"
)

func TestEstimates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, elsewhere := w.queue(), w.queue()
	ordinary := w.enquiry(q)
	w.clock.Advance(time.Second)
	later := w.enquiry(q)
	w.clock.Advance(time.Second)
	urgent := w.enquiry(q, func(c *ent.InteractionCreate) { c.SetPriority(1) })
	w.enquiry(elsewhere)
	over := w.enquiry(q, func(c *ent.InteractionCreate) { c.SetState(interaction.StateAbandoned) })

	position, _, known, err := w.routing.Estimate(t.Context(), q.ID, ordinary.ID)
	require.NoError(t, err)
	require.Equal(t, 2, position)
	require.False(t, known, "nobody is signed in")

	busy := w.operator(2, q)
	_, err = w.routing.Set(w.as(busy), presence.StateBusy, "")
	require.NoError(t, err)
	w.operator(1)
	all, err := w.routing.Estimates(t.Context(), q.ID)
	require.NoError(t, err)
	// Two places of the one member, five minutes each.
	require.Equal(t, map[string]routing.Estimate{
		urgent.ID:   {Position: 1, ExpectedWait: 150 * time.Second, Known: true},
		ordinary.ID: {Position: 2, ExpectedWait: 300 * time.Second, Known: true},
		later.ID:    {Position: 3, ExpectedWait: 450 * time.Second, Known: true},
	}, all)
	for id, want := range all {
		position, expected, known, err := w.routing.Estimate(t.Context(), q.ID, id)
		require.NoError(t, err)
		require.Equal(t, want, routing.Estimate{Position: position, ExpectedWait: expected, Known: known})
		placed, err := w.routing.Place(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, want, placed)
	}
	position, _, known, err = w.routing.Estimate(t.Context(), q.ID, over.ID)
	require.NoError(t, err)
	require.Zero(t, position)
	require.False(t, known)
	for _, id := range []string{over.ID, "nobody"} {
		placed, err := w.routing.Place(t.Context(), id)
		require.NoError(t, err)
		require.Zero(t, placed)
	}
}

// TestPlacesAreExactAndTheStaffIsBelievedForAMoment: a place moves at once; that somebody went away is heard of two seconds later.
func TestPlacesAreExactAndTheStaffIsBelievedForAMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	first, second := w.enquiry(q), w.enquiry(q, func(c *ent.InteractionCreate) { c.SetPlaceAt(w.clock.Now().Add(time.Second)) })
	a := w.operator(1, q)
	placed, err := w.routing.Place(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, routing.Estimate{Position: 2, ExpectedWait: 10 * time.Minute, Known: true}, placed)

	w.tick()
	_, err = w.routing.Accept(w.as(a), w.requireOffered(first, a).ID)
	require.NoError(t, err)
	_, err = w.routing.Set(w.as(a), presence.StateOffline, "")
	require.NoError(t, err)
	placed, err = w.routing.Place(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, routing.Estimate{Position: 1, ExpectedWait: 5 * time.Minute, Known: true}, placed)

	w.clock.Advance(2 * time.Second)
	placed, err = w.routing.Place(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, routing.Estimate{Position: 1}, placed, "nobody is there any more")
}

func TestOfferedKeepsItsPosition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(1, q)
	first, second := w.enquiry(q), w.enquiry(q, func(c *ent.InteractionCreate) { c.SetPlaceAt(w.clock.Now().Add(time.Second)) })
	w.tick()
	o := w.requireOffered(first, a)
	all, err := w.routing.Estimates(t.Context(), q.ID)
	require.NoError(t, err)
	require.Equal(t, 1, all[first.ID].Position)
	require.Equal(t, 2, all[second.ID].Position)
	_, err = w.routing.Accept(w.as(a), o.ID)
	require.NoError(t, err)
	position, _, _, err := w.routing.Estimate(t.Context(), q.ID, second.ID)
	require.NoError(t, err)
	require.Equal(t, 1, position)
}

func TestHandleTimeIsMeasured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	w.operator(1, q)
	for range 90 { // each talked for a minute and was recorded for another
		i := w.enquiry(q, func(c *ent.InteractionCreate) { c.SetState(interaction.StateClosed) })
		begin := w.clock.Now().Add(-time.Hour)
		for n, kind := range []segment.Kind{segment.KindTalk, segment.KindWrapUp} {
			at := begin.Add(time.Duration(n) * time.Minute)
			w.client.Segment.Create().SetInteractionID(i.ID).SetQueueID(q.ID).SetKind(kind).SetStartedAt(at).
				SetEndedAt(at.Add(time.Minute)).ExecX(w.ctx)
		}
	}
	figures, err := w.routing.Figures(t.Context(), []string{q.ID})
	require.NoError(t, err)
	require.Zero(t, figures[q.ID].ExpectedWait, "somebody is free")
	w.enquiry(q)
	figures, err = w.routing.Figures(t.Context(), []string{q.ID})
	require.NoError(t, err)
	// (10 × 5 min + 90 × 2 min) / 100 = 138 s, twice over one place.
	require.Equal(t, 276*time.Second, figures[q.ID].ExpectedWait)
}

func TestFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, empty := w.queue(), w.queue()
	full, free := w.operator(1, q), w.operator(1, q)
	away := w.operator(1, q)
	_, err := w.routing.Set(w.as(away), presence.StateBusy, "")
	require.NoError(t, err)
	w.account(1, viewer.Grant{Role: viewer.Operator}, q) // never came
	first := w.enquiry(q)
	w.tick()
	_, err = w.routing.Accept(w.as(full), w.requireOffered(first, full).ID)
	require.NoError(t, err)
	offered := w.enquiry(q)
	w.tick()
	w.requireOffered(offered, free)
	w.clock.Advance(7 * time.Second)
	w.enquiry(q)

	figures, err := w.routing.Figures(t.Context(), []string{q.ID, empty.ID})
	require.NoError(t, err)
	require.Equal(t, map[string]routing.Figures{
		q.ID: {
			Waiting: 2, LongestWait: 7 * time.Second, Active: 1, Available: 0, SignedIn: 3,
			ExpectedWait: 5 * time.Minute, Known: true,
		},
		empty.ID: {},
	}, figures)
}
