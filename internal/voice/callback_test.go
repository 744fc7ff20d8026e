package voice_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/callback"
	"ekc/ent/callleg"
	"ekc/internal/fail"
	"ekc/internal/voice"
	"ekc/telephony"
)

const number = "+79161234567"

// promised is an enquiry whose citizen waits for a callback.
func (w *world) promised() string {
	w.Helper()
	id := w.waiting(number)
	for range 2 {
		require.NoError(w, w.voice.Callback(w.Context(), id, number))
	}
	require.NotNil(w, w.call(id).EndedAt)
	return id
}

func TestCallbackKeepsItsPlaceAndIsDialled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.promised()
	w.clock.Advance(time.Minute)
	second := w.waiting("+79161234568")
	require.Equal(t, "QUEUED", w.state(first))
	a := w.operator("anna", w.line1)
	o := w.offered(first)
	require.Equal(t, "QUEUED", w.state(second), "a callback is never overtaken")
	w.schedule()
	w.schedule()
	require.Equal(t, []telephony.CallRequest{{InteractionID: first, Number: number, AccountID: a.ID, OfferID: o.ID}}, w.board.asked)
	require.Equal(t, callback.StateDialling, w.callback(first).State)
	require.NoError(t, w.voice.PickedUp(w.Context(), o.ID, a.ID))
	at := w.clock.Now()
	require.NoError(t, w.voice.Leg(w.Context(), telephony.LegReport{
		ID: "l", CallID: w.call(first).ID, InteractionID: first, Kind: "trunk", Role: "citizen", BeganAt: at, AnsweredAt: &at,
	}))
	require.Equal(t, callback.StateDone, w.callback(first).State)
	w.ended(first, telephony.EndByCaller, 0)
	require.Equal(t, "WRAP_UP", w.state(first))
	require.Equal(t, 1, w.board.count())
}

func TestTwoNodesDialOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.promised()
	w.operator("anna", w.line1)
	w.offered(id)
	nodes, boards := []*voice.Service{}, []*board{}
	for range 4 {
		v, b := w.node()
		nodes, boards = append(nodes, v), append(boards, b)
	}
	var all sync.WaitGroup
	for _, v := range nodes {
		for range 3 {
			all.Go(func() {
				if err := v.Callbacks(context.Background()); err != nil {
					t.Errorf("callbacks: %v", err)
				}
			})
		}
	}
	all.Wait()
	dialled := 0
	for _, b := range boards {
		dialled += b.count()
	}
	require.Equal(t, 1, dialled)
}

func TestMissedOfferIsNoAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.promised()
	a := w.operator("anna", w.line1)
	o := w.offered(id)
	w.schedule()
	require.NoError(t, w.voice.Refused(w.Context(), o.ID, a.ID))
	w.board.down(id) // the switchboard withdraws, and tells nothing
	w.schedule()
	cb := w.callback(id)
	require.Equal(t, callback.StateWaiting, cb.State)
	require.Zero(t, cb.Attempts)
	require.Equal(t, "withdrawn", w.call(id).EndCause)
	w.clock.Advance(11 * time.Second)
	w.offered(id)
	w.schedule()
	require.Equal(t, 2, w.board.count())
}

func TestThreeAttemptsAtDecentHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.promised()
	place := w.callback(id).PlaceAt
	w.operator("anna", w.line1)
	for attempt := 1; attempt <= 3; attempt++ {
		w.talk(id)
		w.schedule()
		require.Equal(t, attempt, w.board.count())
		w.board.down(id)
		for range 2 {
			w.ended(id, telephony.EndUnanswered, 480)
		}
		cb := w.callback(id)
		require.Equal(t, attempt, cb.Attempts)
		require.Equal(t, 480, cb.LastSipCode)
		if attempt == 3 {
			require.Equal(t, callback.StateExhausted, cb.State)
			break
		}
		require.Equal(t, "DEFERRED", w.state(id))
		require.Empty(t, w.get(id).OperatorID)
		w.schedule()
		require.Equal(t, "DEFERRED", w.state(id), "not before its hour")
		w.clock.Advance(cb.NextAttemptAt.Sub(w.clock.Now()))
		w.schedule()
		require.Equal(t, "QUEUED", w.state(id))
		require.Equal(t, place.UTC(), w.get(id).PlaceAt.UTC())
	}
	i := w.get(id)
	require.Equal(t, "CLOSED", string(i.State))
	require.Equal(t, "NOT_REACHED", string(*i.CloseReason))
}

func TestNobodyIsCalledAtNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	region := w.client.Region.Create().SetCode("41").SetName("k").SetTimeZone("Asia/Kamchatka").SaveX(w.system) // 21 o'clock there
	id := w.waiting(number)
	w.client.Interaction.UpdateOneID(id).SetRegionID(region.ID).ExecX(w.system)
	require.NoError(t, w.voice.Callback(w.Context(), id, number))
	w.schedule()
	require.Equal(t, "DEFERRED", w.state(id))
	require.Equal(t, "2026-11-24T21:00:00Z", w.callback(id).NextAttemptAt.UTC().Format(time.RFC3339))
	w.clock.Advance(11 * time.Hour)
	w.schedule()
	require.Equal(t, "DEFERRED", w.state(id))
	w.clock.Advance(time.Hour)
	w.schedule()
	require.Equal(t, "QUEUED", w.state(id))
}

func TestOnlyOrdinaryNumbersAreCalledBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.waiting("")
	for _, number := range []string{"", "112", "+882161234567", "88091234567"} {
		require.Equal(t, fail.Invalid, fail.CodeOf(w.voice.Callback(w.Context(), id, number)), number)
	}
	require.NoError(t, w.voice.Callback(w.Context(), id, "9161234567"))
	require.Equal(t, number, w.promisedNumber(id))
	require.Empty(t, w.callback(id).Number)
	done := w.caller(number)
	w.ended(done, telephony.EndByMenu, 0)
	require.Equal(t, fail.Conflict, fail.CodeOf(w.voice.Callback(w.Context(), done, number)))
}

func TestLostCallerIsCalledBackByTheSameLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	quick := w.waiting("+79161111111")
	w.ended(quick, telephony.EndByCaller, 0)
	require.Zero(t, w.client.Callback.Query().CountX(w.system), "who hangs up at once has changed their mind")

	lost := w.waiting(number)
	w.clock.Advance(time.Minute)
	for range 2 {
		w.ended(lost, telephony.EndByCaller, 0)
	}
	require.Equal(t, "ABANDONED", w.state(lost))
	cb := w.client.Callback.Query().OnlyX(w.system)
	require.Equal(t, lost, cb.OriginID)
	require.Equal(t, callback.ReasonLost, cb.Reason)
	again := w.get(cb.InteractionID)
	require.Equal(t, w.line1.ID, again.QueueID)
	require.Equal(t, w.get(lost).CitizenID, again.CitizenID)

	back := w.caller(number)
	require.Equal(t, callback.StateDone, w.client.Callback.Query().OnlyX(w.system).State, "who has called again need not be called")
	require.Equal(t, "ABANDONED", w.state(again.ID))
	require.Positive(t, w.get(back).Priority)
}

// Rows of before numbers were encrypted are as good as others until they are.
func TestClearNumbersOfBeforeAreStillKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lost := w.waiting(number)
	require.Equal(t, number, w.citizenNumber(lost))
	w.db(`UPDATE calls SET caller = $1, citizen_sealed = NULL`, number)
	require.Equal(t, number, w.citizenNumber(lost))
	w.clock.Advance(time.Minute)
	w.ended(lost, telephony.EndByCaller, 0)
	cb := w.client.Callback.Query().OnlyX(w.system)
	require.Equal(t, number, w.promisedNumber(cb.InteractionID))
	require.Empty(t, cb.Number)

	w.db(`UPDATE callbacks SET number = $1, number_sealed = NULL, number_index = NULL`, number)
	require.Equal(t, number, w.promisedNumber(cb.InteractionID))
	w.caller("+79161111111")
	require.Equal(t, callback.StateWaiting, w.callback(cb.InteractionID).State, "somebody else")
	w.caller(number)
	require.Equal(t, callback.StateDone, w.callback(cb.InteractionID).State)
}

func TestSwitchboardThatCannotCallGivesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.promised()
	w.operator("anna", w.line1)
	w.offered(id)
	w.board.fails = fail.New(fail.Unavailable, "there is no such trunk")
	require.Error(t, w.voice.Callbacks(w.Context()))
	require.Equal(t, callback.StateWaiting, w.callback(id).State)
	w.board.fails = nil
	w.schedule()
	require.Equal(t, callback.StateDialling, w.callback(id).State)
}

func TestDeadNodesCallsBecomeCallbacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.db(`INSERT INTO server_nodes (id, created_at, host, seen_at, draining) VALUES ($1, now(), 'h', clock_timestamp(), false)`, w.voice.Node())
	menu, queued, hidden := w.caller(number), w.waiting("+79161234568"), w.waiting("")
	require.NoError(t, w.voice.Leg(w.Context(), telephony.LegReport{
		ID: "call-2-1", CallID: "call-2", InteractionID: queued, Kind: "trunk", Role: "citizen", BeganAt: w.clock.Now(),
	}))
	w.operator("anna", w.line1)
	talking := w.waiting("+79161234569")
	w.client.Interaction.UpdateOneID(talking).SetPriority(50).ExecX(w.system)
	w.talk(talking)
	promised := w.promised()
	live, _ := w.node()
	require.NoError(t, live.Bury(w.Context()))
	require.Equal(t, "ACTIVE", w.state(talking), "it lives")

	w.db(`UPDATE server_nodes SET seen_at = clock_timestamp() - interval '11 seconds'`)
	other, _ := w.node()
	var both sync.WaitGroup
	for _, v := range []*voice.Service{live, other} {
		both.Go(func() {
			if err := v.Bury(context.Background()); err != nil {
				t.Errorf("bury: %v", err)
			}
		})
	}
	both.Wait()
	for _, id := range []string{menu, queued, talking} {
		require.Equal(t, "QUEUED", w.state(id))
		cb := w.callback(id)
		require.Equal(t, callback.ReasonFailedNode, cb.Reason)
		require.Equal(t, 80, w.get(id).Priority)
		require.Equal(t, "node_lost", w.call(id).EndCause)
		require.True(t, w.call(id).AwaitsRecovery)
	}
	require.Equal(t, callback.ReasonRequested, w.callback(promised).Reason)
	require.Equal(t, "CALL_LOST", string(*w.get(hidden).CloseReason))
	require.Zero(t, w.client.CallLeg.Query().Where(callleg.EndedAtIsNil()).CountX(w.system))
	require.NotNil(t, w.client.ServerNode.GetX(w.system, w.voice.Node()).BuriedAt)

	require.NoError(t, live.Recorded(w.Context(), telephony.RecordingReport{
		ID: "call-2-r", CallID: "call-2", Object: "o", SHA256: "00", Bytes: 1, BeganAt: w.clock.Now(), Recovered: true,
	}))
	require.False(t, w.call(queued).AwaitsRecovery)
}

func TestDialledCallbackOfADeadNodeIsDialledAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.db(`INSERT INTO server_nodes (id, created_at, host, seen_at, draining) VALUES ($1, now(), 'h', clock_timestamp() - interval '1 minute', false)`, w.voice.Node())
	id := w.promised()
	w.operator("anna", w.line1)
	w.talk(id)
	w.schedule()
	live, b := w.node()
	require.NoError(t, live.Bury(w.Context()))
	require.Equal(t, "QUEUED", w.state(id))
	cb := w.callback(id)
	require.Equal(t, callback.StateWaiting, cb.State)
	require.Equal(t, callback.ReasonFailedNode, cb.Reason)
	w.offered(id)
	require.NoError(t, live.Callbacks(w.Context()))
	require.Equal(t, 1, b.count())
}

func TestDrainedCallsBecomeCallbacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.operator("anna", w.line1)
	id := w.waiting(number)
	w.talk(id)
	for range 2 {
		w.ended(id, telephony.EndByDrain, 0)
	}
	require.Equal(t, "QUEUED", w.state(id))
	require.Equal(t, callback.ReasonFailedNode, w.callback(id).Reason)
}

func TestLostDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.operator("anna", w.line1)
	id := w.waiting(number)
	w.talk(id)
	require.NoError(t, w.voice.OperatorLost(w.Context(), id, a.ID))
	require.Equal(t, "QUEUED", w.state(id))
	require.Nil(t, w.call(id).EndedAt, "the citizen is on the line")
	require.Equal(t, fail.Conflict, fail.CodeOf(w.voice.OperatorLost(w.Context(), id, a.ID)))
}
