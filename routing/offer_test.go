package routing_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/interaction"
	"ekc/ent/offer"
	"ekc/ent/presence"
	"ekc/internal/fail"
	"ekc/routing"
)

func TestAcceptGivesTheInteractionOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a, other := w.operator(3, q), w.account(3, viewer.Grant{Role: viewer.Operator}, q)
	i := w.enquiry(q)
	w.tick()
	o := w.requireOffered(i, a)
	require.Equal(t, 20*time.Second, o.ExpiresAt.Sub(o.CreatedAt))

	_, err := w.routing.Accept(w.as(other), o.ID)
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "an offer to somebody else does not exist")
	_, err = w.routing.Accept(w.as(a), "off_nothing")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))

	w.clock.Advance(5 * time.Second)
	accepted, err := w.routing.Accept(w.as(a), o.ID)
	require.NoError(t, err)
	require.Equal(t, offer.StateAccepted, accepted.State)
	require.Equal(t, 5*time.Second, accepted.AnsweredAt.Sub(o.CreatedAt))
	i = w.reload(i)
	require.Equal(t, interaction.StateActive, i.State)
	require.Equal(t, a.ID, i.OperatorID)

	again, err := w.routing.Accept(w.as(a), o.ID)
	require.NoError(t, err, "a repeat is harmless")
	require.Equal(t, accepted.AnsweredAt, again.AnsweredAt)
	_, err = again.QueryInteraction().Only(w.ctx)
	require.NoError(t, err, "the offer can be used after the transaction")
	_, err = w.routing.Decline(w.as(a), o.ID)
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
}

func TestOnlyOperatorsAnswerOffers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.routing.Accept(t.Context(), "off_any")
	require.Equal(t, fail.Unauthenticated, fail.CodeOf(err))
	citizen := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Citizen, InteractionID: "int_any"})
	_, err = w.routing.Decline(citizen, "off_any")
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
	supervisor := w.account(0, viewer.Grant{Role: viewer.Supervisor})
	_, err = w.routing.Set(w.as(supervisor), presence.StateAvailable, "")
	require.Equal(t, fail.Forbidden, fail.CodeOf(err))
}

func TestExpiredOfferReturnsToItsOldPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(1, q)
	first := w.enquiry(q)
	w.clock.Advance(time.Second)
	second := w.enquiry(q)
	w.tick()
	o := w.requireOffered(first, a)
	w.requireWaiting(second)

	w.clock.Advance(20 * time.Second)
	_, err := w.routing.Accept(w.as(a), o.ID)
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "too late, before the sweep already")
	place := *w.reload(first).PlaceAt
	w.tick()
	require.Equal(t, offer.StateExpired, w.client.Offer.GetX(w.ctx, o.ID).State)
	require.Equal(t, place, *w.reload(first).PlaceAt)
	require.Equal(t, 1, w.presenceOf(a).MissedOffers)
	_, err = w.routing.Accept(w.as(a), o.ID)
	require.Equal(t, fail.Conflict, fail.CodeOf(err))

	// The one who missed it gets the next in line meanwhile; another one gets the first.
	w.requireOffered(second, a)
	b := w.operator(1, q)
	w.tick()
	w.requireOffered(first, b)
	require.Equal(t, []string{routing.RuleLongestIdle, "requeue_missed", routing.RuleNoOperator, routing.RuleLongestIdle}, w.rules(first))
}

func TestThreeMissesInARowPauseTheOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(2, q)
	for range 3 {
		w.enquiry(q)
		w.tick()
		w.clock.Advance(21 * time.Second)
		w.tick()
	}
	p := w.presenceOf(a)
	require.Equal(t, presence.StatePaused, p.State)
	require.Equal(t, routing.PauseMissedOffers, p.Edges.PauseReason.Code)
	require.False(t, p.Edges.PauseReason.Selectable)
	w.tick()
	require.Zero(t, w.client.Offer.Query().Where(offer.StateEQ(offer.StatePending)).CountX(w.ctx),
		"offers that were left go back when the operator is paused")
	require.Equal(t, 3, w.client.Interaction.Query().Where(interaction.StateEQ(interaction.StateQueued)).CountX(w.ctx))

	w.available(a)
	require.Zero(t, w.presenceOf(a).MissedOffers)
}

func TestAnAnswerForgetsMisses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(1, q)
	i := w.enquiry(q)
	w.tick()
	w.clock.Advance(21 * time.Second)
	w.tick()
	require.Equal(t, 1, w.presenceOf(a).MissedOffers)
	w.clock.Advance(11 * time.Second)
	w.tick()
	_, err := w.routing.Decline(w.as(a), w.requireOffered(i, a).ID)
	require.NoError(t, err)
	require.Zero(t, w.presenceOf(a).MissedOffers)
}

func TestDeclinedGoesToAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a, b := w.operator(3, q), w.operator(3, q)
	i := w.enquiry(q)
	w.tick()
	o := w.requireOffered(i, a)
	declined, err := w.routing.Decline(w.as(a), o.ID)
	require.NoError(t, err)
	require.Equal(t, offer.StateDeclined, declined.State)
	_, err = w.routing.Decline(w.as(a), o.ID)
	require.NoError(t, err, "a repeat is harmless")
	w.requireWaiting(i)
	w.tick()
	w.requireOffered(i, b)
}

func TestDeclinedComesBackWhenNobodyElseIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(3, q)
	i := w.enquiry(q)
	w.tick()
	_, err := w.routing.Decline(w.as(a), w.requireOffered(i, a).ID)
	require.NoError(t, err)
	w.tick()
	w.requireWaiting(i)
	w.clock.Advance(11 * time.Second)
	w.tick()
	w.requireOffered(i, a)
	require.Equal(t, []string{routing.RuleLongestIdle, "requeue_declined", routing.RuleNoOperator, routing.RuleOfferedAgain}, w.rules(i))
}

func TestLeavingWithdrawsOffers(t *testing.T) {
	t.Parallel()
	for _, state := range []presence.State{presence.StateBusy, presence.StateOffline, presence.StatePaused} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.client.PauseReason.Create().SetCode("LUNCH").SetName("Обед").ExecX(w.ctx)
			q := w.queue()
			a := w.operator(3, q)
			first, second := w.enquiry(q), w.enquiry(q)
			w.tick()
			kept := w.requireOffered(first, a)
			_, err := w.routing.Accept(w.as(a), kept.ID)
			require.NoError(t, err)
			w.requireOffered(second, a)
			reason := ""
			if state == presence.StatePaused {
				reason = "LUNCH"
			}
			p, err := w.routing.Set(w.as(a), state, reason)
			require.NoError(t, err)
			require.Equal(t, state, p.State)
			w.requireWaiting(second)
			require.Equal(t, interaction.StateActive, w.reload(first).State, "open interactions stay")
			w.tick()
			w.requireWaiting(second)
			require.Contains(t, w.rules(second), "requeue_operator_away")
		})
	}
}

func TestDeactivatedGivesBackWhatIsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a, never := w.operator(1, q), w.account(1, viewer.Grant{Role: viewer.Operator}, q)
	i := w.enquiry(q)
	w.tick()
	w.requireOffered(i, a)
	for _, gone := range []*ent.Account{a, never} {
		require.NoError(t, w.log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) error {
			return w.routing.Deactivated(ctx, tx, gone.ID)
		}))
	}
	w.requireWaiting(i)
	require.Equal(t, presence.StateOffline, w.presenceOf(a).State)
}

func TestWithdrawOffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.queue()
	a := w.operator(1, q)
	i := w.enquiry(q)
	w.tick()
	o := w.requireOffered(i, a)
	withdraw := func() {
		require.NoError(t, w.log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) error {
			return w.routing.WithdrawOffer(ctx, tx, i.ID, "abandoned")
		}))
	}
	withdraw()
	require.Equal(t, offer.StateWithdrawn, w.client.Offer.GetX(w.ctx, o.ID).State)
	withdraw() // without a pending offer there is nothing to do
	loads, err := w.routing.Loads(t.Context(), []string{a.ID})
	require.NoError(t, err)
	require.Zero(t, loads[a.ID])
}

func TestPresenceIsValidated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client.PauseReason.Create().SetCode("LUNCH").SetName("Обед").ExecX(w.ctx)
	w.client.PauseReason.Create().SetCode("SYSTEM").SetName("Система").SetSelectable(false).ExecX(w.ctx)
	a := w.account(3, viewer.Grant{Role: viewer.Operator})
	p, err := w.routing.Presence(w.as(a))
	require.NoError(t, err)
	require.Equal(t, presence.StateOffline, p.State, "made at first use")
	for _, c := range []struct {
		state  presence.State
		reason string
		field  string
		code   fail.Code
	}{
		{presence.StateWrapUp, "", "state", fail.Invalid},
		{"ASLEEP", "", "state", fail.Invalid},
		{presence.StatePaused, "", "pauseReasonCode", fail.Invalid},
		{presence.StatePaused, "SYSTEM", "pauseReasonCode", fail.NotFound},
		{presence.StatePaused, "NONE", "pauseReasonCode", fail.NotFound},
		{presence.StateBusy, "LUNCH", "pauseReasonCode", fail.Invalid},
	} {
		_, err := w.routing.Set(w.as(a), c.state, c.reason)
		failure, ok := fail.As(err)
		require.True(t, ok, "%s %s: %v", c.state, c.reason, err)
		require.Equal(t, c.field, failure.Field)
		require.Equal(t, c.code, failure.Code)
	}
	p, err = w.routing.Set(w.as(a), presence.StatePaused, "LUNCH")
	require.NoError(t, err)
	require.NotEmpty(t, p.PauseReasonID)
	p, err = w.routing.Set(w.as(a), presence.StateAvailable, "")
	require.NoError(t, err)
	require.Empty(t, p.PauseReasonID)
}
