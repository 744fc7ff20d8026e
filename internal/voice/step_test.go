package voice_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/ent/call"
	"ekc/ent/event"
	entinteraction "ekc/ent/interaction"
	"ekc/ent/segment"
	"ekc/interaction"
	"ekc/internal/fail"
	"ekc/telephony"
)

// atOnce does something for so many at the same time and returns what came of each.
func atOnce(n int, do func(n int) error) []error {
	results := make([]error, n)
	var all sync.WaitGroup
	for k := range n {
		all.Go(func() { results[k] = do(k) })
	}
	all.Wait()
	return results
}

// TestManyCallsAtOnceAreKeptAsOneWouldBe takes calls side by side through everything that is written in rounds, with one among them
// whose step is refused.
func TestManyCallsAtOnceAreKeptAsOneWouldBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = 24
	known := w.caller("+79160000007")
	citizen := w.get(known).CitizenID
	calls := make([]string, many)
	for n, err := range atOnce(many, func(n int) (err error) {
		calls[n], err = w.voice.Begin(w.Context(), telephony.NewCall{
			ID: fmt.Sprintf("many-%d", n), Node: w.voice.Node(), Caller: fmt.Sprintf("+7916%07d", n/2*7), Called: "+78006000000", At: w.clock.Now(),
		})
		return err
	}) {
		require.NoError(t, err, "call %d", n)
	}
	require.Equal(t, citizen, w.get(calls[2]).CitizenID, "a number that is known makes no new citizen")
	require.Equal(t, citizen, w.get(calls[3]).CitizenID)
	w.ended(calls[many-1], telephony.EndByCaller, 0)
	for n, err := range atOnce(many, func(n int) error {
		return w.voice.Collect(w.Context(), calls[n], telephony.Collected{
			Topic: "Пенсии", Steps: []telephony.Step{{At: w.clock.Now(), Node: "main", Type: "menu", Input: "1"}},
		})
	}) {
		require.Equal(t, n == many-1, fail.CodeOf(err) == fail.Conflict, "call %d: %v", n, err)
	}
	for n, err := range atOnce(many, func(n int) error {
		_, err := w.voice.Enqueue(w.Context(), calls[n], telephony.Wish{Line: 1})
		return err
	}) {
		require.Equal(t, n == many-1, err != nil, "call %d: %v", n, err)
	}
	for n, err := range atOnce(many-1, func(n int) error {
		return w.voice.Ended(w.Context(), calls[n], telephony.End{Cause: telephony.EndByCaller, At: w.clock.Now()})
	}) {
		require.NoError(t, err, "call %d", n)
	}
	for n, id := range calls {
		i := w.get(id)
		kinds := w.client.Segment.Query().Where(segment.InteractionID(id)).Order(segment.ByStartedAt(), segment.ByID()).AllX(w.system)
		require.True(t, w.client.Call.Query().Where(call.InteractionID(id), call.EndedAtNotNil()).ExistX(w.system), "call %d has not ended", n)
		if n == many-1 {
			require.Equal(t, entinteraction.StateClosed, i.State)
			require.Len(t, kinds, 1)
			continue
		}
		require.Equal(t, entinteraction.StateAbandoned, i.State)
		require.Equal(t, "Пенсии", i.Topic)
		require.Equal(t, []string{"Меню: main", "1"}, w.texts(id)[:2])
		require.Len(t, w.texts(id), i.MessageCount)
		require.Len(t, kinds, 2)
		require.NotNil(t, kinds[0].EndedAt)
		require.NotNil(t, kinds[1].EndedAt)
		require.Equal(t, 3, w.client.Event.Query().Where(event.InteractionID(id), event.Kind(interaction.KindMessageAdded)).CountX(w.system))
	}
}

// TestARowThatSomebodyHasHoldsNobodyElseUp locks one call's enquiry: its step waits, those of others do not.
func TestARowThatSomebodyHasHoldsNobodyElseUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.caller("+79160000001")
	other := w.caller("+79160000002")
	tx, err := w.client.Tx(w.system)
	require.NoError(t, err)
	_, err = w.interactions.Lock(w.system, tx, held)
	require.NoError(t, err)
	waits := make(chan error, 1)
	go func() {
		_, err := w.voice.Enqueue(context.Background(), held, telephony.Wish{Line: 1})
		waits <- err
	}()
	for range 5 { // in rounds with the other's, and after them
		_, err = w.voice.Enqueue(w.Context(), other, telephony.Wish{Line: 1})
		require.NoError(t, err)
	}
	select {
	case err := <-waits:
		require.Fail(t, "it did not wait", "%v", err)
	default:
	}
	require.NoError(t, tx.Rollback())
	require.NoError(t, <-waits)
	require.Equal(t, "QUEUED", w.state(held))
	require.Equal(t, "QUEUED", w.state(other))
}

// TestOperatorsAnswerAndEndTheirTalksAtOnce answers offers side by side, one of them of somebody else's, and ends the talks.
func TestOperatorsAnswerAndEndTheirTalksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = 6
	calls := make([]string, many)
	for n := range calls {
		w.present(w.operator(fmt.Sprintf("operator-at-once-%d", n), w.line1), "AVAILABLE")
		calls[n] = w.waiting(fmt.Sprintf("+791600001%02d", n))
	}
	require.NoError(t, w.routing.Tick(w.system))
	offers := w.client.Offer.Query().AllX(w.system)
	require.Len(t, offers, many)
	for n, err := range atOnce(2*many, func(n int) error { // each by the right one, and by another
		o := offers[n/2]
		account := o.AccountID
		if n%2 == 1 {
			account = offers[(n/2+1)%many].AccountID
		}
		return w.voice.PickedUp(w.Context(), o.ID, account)
	}) {
		require.Equal(t, n%2 == 1, err != nil, "%d: %v", n, err)
	}
	for n, err := range atOnce(2*many, func(n int) error { // told twice
		return w.voice.OperatorHungUp(w.Context(), offers[n/2].InteractionID, offers[n/2].AccountID)
	}) {
		require.NoError(t, err, n)
	}
	for _, o := range offers {
		i := w.get(o.InteractionID)
		require.Equal(t, entinteraction.StateWrapUp, i.State)
		require.Equal(t, o.AccountID, i.OperatorID)
		require.NotNil(t, i.AcceptedAt)
		require.NotNil(t, i.WrapUpUntil)
		p := w.client.Presence.Query().AllX(w.system)
		for _, one := range p {
			require.Equal(t, "WRAP_UP", string(one.State), one.AccountID)
		}
	}
	disposition := w.client.Disposition.Create().SetCode("OTHER").SetName("Иное").SaveX(w.system).ID
	for n, err := range atOnce(many, func(n int) error {
		_, err := w.interactions.Close(asAccount(w.Context(), offers[n].AccountID), interaction.CloseInput{
			InteractionID: offers[n].InteractionID, DispositionID: disposition, Outcome: entinteraction.OutcomeResolved, Note: "Пояснено.",
		})
		return err
	}) {
		require.NoError(t, err, n)
	}
	for _, o := range offers {
		i := w.get(o.InteractionID)
		require.Equal(t, entinteraction.StateClosed, i.State)
		require.Equal(t, "Пояснено.", i.Note)
		require.Equal(t, disposition, i.DispositionID)
	}
	for _, one := range w.client.Presence.Query().AllX(w.system) {
		require.Equal(t, "AVAILABLE", string(one.State))
	}
}

// TestWithoutADatabaseEveryStepFailsAndNobodyHangs closes the database under calls.
func TestWithoutADatabaseEveryStepFailsAndNobodyHangs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.caller("+79160000001")
	require.NoError(t, w.client.Close())
	for n, err := range atOnce(8, func(n int) error {
		if n%2 == 0 {
			_, err := w.voice.Enqueue(w.Context(), id, telephony.Wish{Line: 1})
			return err
		}
		_, err := w.interactions.Close(asAccount(w.Context(), "acc"), interaction.CloseInput{
			InteractionID: id, DispositionID: "dis", Outcome: entinteraction.OutcomeResolved,
		})
		return err
	}) {
		require.Error(t, err, n)
	}
}
