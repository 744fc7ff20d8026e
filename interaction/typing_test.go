package interaction_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/interaction"
	"ekc/internal/eventlog"
)

// signals hands on what the streams of an interaction are told and nobody keeps, until the test ends.
func (w *world) signals(id string) <-chan eventlog.Event {
	w.Helper()
	stream, told := w.log.OfInteraction(id, w.log.Tail()), make(chan eventlog.Event, 100)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = stream.Each(ctx, func(e eventlog.Event) error {
			if e.ID == 0 {
				told <- e
			}
			return nil
		})
	}()
	w.Cleanup(func() { cancel(); <-done })
	return told
}

func TestDraftsGoToTheOperatorsSuggestionsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, annaCtx := w.operator("anna", w.line1)
	i, citizen := w.active(annaCtx)
	told := w.signals(i.ID)
	words := "как оформ"
	require.NoError(t, w.Typing(citizen, i.ID, &words))
	require.Equal(t, map[string]string{interaction.DataAuthor: "CITIZEN", interaction.DataDraft: words}, (<-told).Data)
	require.NoError(t, w.Typing(annaCtx, i.ID, &words))
	require.Equal(t, map[string]string{interaction.DataAuthor: "OPERATOR"}, (<-told).Data, "an operator's words are nobody's")

	waiting, citizen := w.chat("вопрос")
	told = w.signals(waiting.ID)
	require.False(t, w.DraftsWelcome(w.reload(waiting.ID)))
	require.NoError(t, w.Typing(citizen, waiting.ID, &words))
	require.Equal(t, map[string]string{interaction.DataAuthor: "CITIZEN"}, (<-told).Data, "there is no operator yet")
}

func TestDraftsMayBeUnwelcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *interaction.Options) { o.NoDrafts = true })
	_, annaCtx := w.operator("anna", w.line1)
	i, citizen := w.active(annaCtx)
	told := w.signals(i.ID)
	words := "как оформ"
	require.False(t, w.DraftsWelcome(w.reload(i.ID)))
	require.NoError(t, w.Typing(citizen, i.ID, &words))
	require.NotContains(t, (<-told).Data, interaction.DataDraft)
}
