package interaction_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent/assistantturn"
	"ekc/ent/suggestionverdict"
	"ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

func TestWhatOperatorsDoWithSuggestionsIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna, annaCtx := w.operator("anna", w.line1)
	_, borisCtx := w.operator("boris", w.line2)
	i, citizen := w.active(annaCtx)

	for range 2 {
		_, err := w.DismissSuggestion(annaCtx, i.ID, "rec-1")
		require.NoError(t, err)
	}
	m, err := w.Send(annaCtx, interaction.SendInput{InteractionID: i.ID, RecordID: "rec-1"})
	require.NoError(t, err)
	_, err = w.Send(annaCtx, interaction.SendInput{InteractionID: i.ID, RecordID: "rec-1"})
	require.NoError(t, err)

	dismissed := w.client.SuggestionVerdict.Query().Where(suggestionverdict.Accepted(false)).OnlyX(w.system)
	require.Equal(t, []string{i.ID, anna.ID, "rec-1", "ver-1"},
		[]string{dismissed.InteractionID, dismissed.AccountID, dismissed.RecordID, dismissed.RecordVersionID})
	accepted := w.client.SuggestionVerdict.Query().Where(suggestionverdict.Accepted(true)).OnlyX(w.system)
	require.Equal(t, m.ID, accepted.MessageID)

	_, err = w.DismissSuggestion(borisCtx, i.ID, "rec-1")
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "another's interaction")
	_, err = w.DismissSuggestion(citizen, i.ID, "rec-1")
	require.Error(t, err)
	_, err = w.DismissSuggestion(annaCtx, i.ID, "rec-2")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
}

func TestReplyInDistressComesFirstAndKeepsItsTrace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r16 := w.client.Region.Create().SetCode("16").SetName("Республика Татарстан").SetTimeZone("Europe/Moscow").SaveX(w.system)
	i, _ := w.chat("Мне очень плохо")
	said, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: w.reload(i.ID).QueryMessages().FirstIDX(w.system), Sequence: 1, Decision: "HAND_OVER", Reason: "distress",
		Utterances: []dialogue.Utterance{{Kind: "TEXT", Text: "Соединяю."}}, HandOver: &dialogue.HandOver{Line: 1, Priority: 90}, RegionCode: "16",
		Trace: dialogue.Trace{Question: "Мне очень плохо", Kind: "distress", Before: dialogue.State{Category: "parent"}, AnswerAt: .9},
	})
	require.NoError(t, err)
	require.True(t, said)
	after := w.reload(i.ID)
	require.Equal(t, "QUEUED", string(after.State))
	require.Equal(t, 90, after.Priority)
	require.Equal(t, r16.ID, after.RegionID)
	turn := w.client.AssistantTurn.Query().Where(assistantturn.InteractionID(i.ID)).OnlyX(w.system)
	require.Equal(t, dialogue.Trace{Question: "Мне очень плохо", Kind: "distress", Before: dialogue.State{Category: "parent"}, AnswerAt: .9}, turn.Trace)
	require.WithinDuration(t, w.clock.Now(), turn.CreatedAt, time.Hour)
}
