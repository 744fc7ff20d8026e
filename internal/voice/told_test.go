package voice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/internal/fail"
	"ekc/telephony"
)

// learnedThenQueued is what a menu tells in one breath, with a leg between that nobody can keep.
func (w *world) learnedThenQueued() []*telephony.Told {
	return []*telephony.Told{
		{Collected: &telephony.Collected{
			Topic: "Пенсии", Steps: []telephony.Step{{At: w.clock.Now(), Node: "main", Type: "menu", Input: "1"}},
		}},
		{Leg: &telephony.LegReport{ID: "odd", CallID: "odd", Kind: "pigeon", Role: "citizen"}},
		{Wish: &telephony.Wish{Line: 1}},
	}
}

func (w *world) keptInOrder(id string, told []*telephony.Told, results []error) {
	w.Helper()
	require.Len(w, results, 3)
	require.NoError(w, results[0])
	require.Equal(w, fail.Invalid, fail.CodeOf(results[1]))
	require.NoError(w, results[2])
	require.Equal(w, w.line1.ID, told[2].Queued.QueueID)
	require.Equal(w, "QUEUED", w.state(id))
	require.Equal(w, []string{"Меню: main", "1"}, w.texts(id)[:2], "what was learned comes before the queue")
	require.Len(w, w.texts(id), 3)
}

func TestWhatACallTellsTogetherIsKeptInItsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.caller("+79160000001")
	told := w.learnedThenQueued()
	w.keptInOrder(id, told, w.voice.Tell(w.Context(), id, told))
}

// TestTheOrderHoldsApart lets somebody else have the enquiry, so that all must be done apart.
func TestTheOrderHoldsApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.caller("+79160000001")
	tx, err := w.client.Tx(w.system)
	require.NoError(t, err)
	_, err = w.interactions.Lock(w.system, tx, id)
	require.NoError(t, err)
	told, results := w.learnedThenQueued(), make(chan []error, 1)
	go func() { results <- w.voice.Tell(w.system, id, told) }()
	other := w.caller("+79160000002") // in a round with it, or after it
	require.Equal(t, "WITH_ASSISTANT", w.state(other))
	require.NoError(t, tx.Rollback())
	w.keptInOrder(id, told, <-results)
}
