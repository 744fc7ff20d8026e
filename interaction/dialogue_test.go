package interaction_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/access/viewer"
	"ekc/ent"
	"ekc/ent/assistantturn"
	data "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/segment"
	"ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

func TestStartIsRepeatable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := interaction.StartInput{Text: "Вопрос", Phone: "8 (912) 345-67-89", IdempotencyKey: strings.Repeat("k", 16)}
	var wait sync.WaitGroup
	ids := make([]string, 4)
	for n := range ids {
		wait.Go(func() {
			i, _, err := w.Start(context.Background(), in)
			if err != nil {
				t.Errorf("start: %v", err)
				return
			}
			ids[n] = i.ID
		})
	}
	wait.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Equal(t, []string{"Вопрос"}, w.texts(ids[0]))
	who := w.client.Citizen.Query().OnlyX(w.system)
	require.Empty(t, who.Phone)
	phone, err := w.PhoneOf(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, "+79123456789", phone)

	w.clock.Advance(11 * time.Minute)
	_, _, err = w.Start(context.Background(), in)
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "an old key must not open somebody's chat")
}

func TestStartRefusesNonsense(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for field, in := range map[string]interaction.StartInput{
		"agencyCode":     {AgencyCode: "NASA"},
		"regionCode":     {RegionCode: "00"},
		"phone":          {Phone: "call me"},
		"pageUrl":        {PageURL: "javascript:alert(1)"},
		"text":           {Text: strings.Repeat("я", interaction.MaxTextRunes+1)},
		"name":           {Name: "\x00"},
		"idempotencyKey": {IdempotencyKey: "short"},
	} {
		_, _, err := w.Start(context.Background(), in)
		failure, ok := fail.As(err)
		require.True(t, ok, "%s: %v", field, err)
		require.Equal(t, fail.Invalid, failure.Code)
		require.Equal(t, field, failure.Field)
	}
	require.Zero(t, w.client.Interaction.Query().CountX(w.system))
	require.Zero(t, w.client.Citizen.Query().CountX(w.system))
}

func TestSendIsRepeatable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Первый")
	in := interaction.SendInput{InteractionID: i.ID, Text: "Второй", ClientKey: "key"}
	first, err := w.Send(citizen, in)
	require.NoError(t, err)
	again, err := w.Send(citizen, in)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, []string{"Первый", "Второй"}, w.texts(i.ID))
	require.GreaterOrEqual(t, w.yana.count(), 2)
}

func TestSendRefusesNonsense(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	for name, in := range map[string]interaction.SendInput{
		"nothing":      {},
		"blank":        {Text: " \n "},
		"too long":     {Text: strings.Repeat("я", interaction.MaxTextRunes+1)},
		"not text":     {Text: "\xff"},
		"no choice":    {ChoiceID: "7"},
		"two at once":  {ChoiceID: "1", Text: "слова"},
		"long key":     {Text: "a", ClientKey: strings.Repeat("k", 81)},
		"many files":   {AttachmentIDs: []string{"1", "2", "3", "4", "5", "6"}},
		"foreign file": {AttachmentIDs: []string{"att_x"}},
		"record":       {RecordID: "rec-1"},
	} {
		in.InteractionID = i.ID
		_, err := w.Send(citizen, in)
		require.NotEqual(t, fail.Internal, fail.CodeOf(err), "%s: %v", name, err)
		require.Error(t, err, name)
	}
	require.Equal(t, []string{"Вопрос"}, w.texts(i.ID))
}

func TestStrangersSeeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, _ := w.chat("Вопрос")
	other, otherCitizen := w.chat("Другой")
	_, operator := w.operator("anna", w.line1)
	for name, ctx := range map[string]context.Context{"citizen": otherCitizen, "operator": operator} {
		_, err := w.Send(ctx, interaction.SendInput{InteractionID: i.ID, Text: "чужое"})
		require.Equal(t, fail.NotFound, fail.CodeOf(err), name)
		_, err = w.End(ctx, i.ID)
		require.Equal(t, fail.NotFound, fail.CodeOf(err), name)
		require.Equal(t, fail.NotFound, fail.CodeOf(w.Typing(ctx, i.ID, nil)), name)
		_, err = w.Upload(ctx, i.ID, "a.txt", strings.NewReader("text"))
		require.Equal(t, fail.NotFound, fail.CodeOf(err), name)
	}
	_, err := w.Send(context.Background(), interaction.SendInput{InteractionID: other.ID, Text: "никто"})
	require.Equal(t, fail.Unauthenticated, fail.CodeOf(err))
	_, err = w.Send(otherCitizen, interaction.SendInput{InteractionID: "int_missing", Text: "нет"})
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
}

func TestReplySaysAndKeepsATurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	question := w.client.Message.Query().OnlyX(w.system)
	reply := dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "ANSWER", Reason: "confident",
		Utterances: []dialogue.Utterance{{Kind: "ANSWER", Text: "Ответ", Citations: []dialogue.Citation{{RecordID: "r", VersionID: "v", Version: 1}}}},
		RecordID:   "r", VersionID: "v", State: dialogue.State{Answered: 1}, Topic: "Пенсии",
	}
	said, err := w.Reply(context.Background(), reply)
	require.NoError(t, err)
	require.True(t, said)
	said, err = w.Reply(context.Background(), reply)
	require.NoError(t, err)
	require.False(t, said, "one question is answered once")
	require.Equal(t, []string{"Вопрос", "Ответ"}, w.texts(i.ID))
	after := w.reload(i.ID)
	require.Equal(t, 1, after.AnsweredByAssistant)
	require.Equal(t, "Пенсии", after.Topic)
	require.False(t, after.AwaitsAssistant)
	turn := w.client.AssistantTurn.Query().Where(assistantturn.RecordVersionID("v")).OnlyX(w.system)
	require.Equal(t, question.ID, turn.QuestionID)

	answer := w.client.Message.Query().Where(message.KindEQ(message.KindAnswer)).OnlyX(w.system)
	_, err = w.Feedback(citizen, answer.ID, true)
	require.NoError(t, err)
	_, err = w.Feedback(citizen, answer.ID, true)
	require.NoError(t, err)
	require.Equal(t, 1, w.client.Message.Query().Where(message.KindEQ(message.KindRatingRequest)).CountX(w.system))
	_, err = w.Feedback(citizen, question.ID, true)
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}

func TestReplyToAnOldQuestionIsNotSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	question := w.client.Message.Query().OnlyX(w.system)
	_, err := w.Send(citizen, interaction.SendInput{InteractionID: i.ID, Text: "И ещё"})
	require.NoError(t, err)
	said, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "ANSWER", Reason: "confident",
		Utterances: []dialogue.Utterance{{Kind: "ANSWER", Text: "Ответ"}},
	})
	require.NoError(t, err)
	require.False(t, said)
	require.True(t, w.reload(i.ID).AwaitsAssistant)
}

func TestTheWholeWayThroughTwoLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna, annaCtx := w.operator("anna", w.line1)
	boris, borisCtx := w.operator("boris", w.line2)
	i, citizen := w.active(annaCtx)
	require.Equal(t, data.StateActive, i.State)
	require.Equal(t, anna.ID, i.OperatorID)
	require.NotNil(t, i.AcceptedAt)

	m, err := w.Send(annaCtx, interaction.SendInput{InteractionID: i.ID, RecordID: "rec-1"})
	require.NoError(t, err)
	require.Equal(t, message.KindAnswer, m.Kind)
	require.Equal(t, "rec-1", m.Citations[0].RecordID)
	_, err = w.Hold(annaCtx, i.ID)
	require.NoError(t, err)
	_, err = w.Hold(annaCtx, i.ID)
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
	_, err = w.Resume(annaCtx, i.ID)
	require.NoError(t, err)

	_, err = w.Transfer(annaCtx, i.ID, "que_missing", "")
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	_, err = w.Transfer(annaCtx, i.ID, w.line2.ID, "личный вопрос")
	require.NoError(t, err)
	_, err = w.Send(annaCtx, interaction.SendInput{InteractionID: i.ID, Text: "ещё"})
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "it is not hers any more")
	w.accept(i.ID, borisCtx)
	after := w.reload(i.ID)
	require.Equal(t, boris.ID, after.OperatorID)
	require.Equal(t, 2, after.Line)
	require.Equal(t, "личный вопрос", after.Note)

	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, Text: "Спасибо"})
	require.NoError(t, err)
	_, err = w.Finish(borisCtx, i.ID)
	require.NoError(t, err)
	_, err = w.Close(borisCtx, interaction.CloseInput{InteractionID: i.ID, DispositionID: "dis_x", Outcome: data.OutcomeResolved})
	require.Equal(t, fail.NotFound, fail.CodeOf(err))
	closed, err := w.Close(borisCtx, interaction.CloseInput{InteractionID: i.ID, DispositionID: w.topic.ID, Outcome: data.OutcomeResolved})
	require.NoError(t, err)
	require.Equal(t, data.StateClosed, closed.State)
	require.NotNil(t, closed.ClosedAt)
	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, Text: "поздно"})
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
	rated, err := w.Rate(citizen, i.ID, 5, "быстро")
	require.NoError(t, err)
	require.Equal(t, 5, *rated.Rating)
	_, err = w.Rate(citizen, i.ID, 6, "")
	require.Equal(t, fail.Invalid, fail.CodeOf(err))

	var kinds []segment.Kind
	for _, s := range w.client.Segment.Query().Where(segment.InteractionID(i.ID)).Order(ent.Asc(segment.FieldID)).AllX(w.system) {
		require.NotNil(t, s.EndedAt, "%s is open", s.Kind)
		kinds = append(kinds, s.Kind)
	}
	require.Equal(t, []segment.Kind{
		segment.KindAssistant, segment.KindQueue, segment.KindOffer, segment.KindTalk, segment.KindHold, segment.KindTalk,
		segment.KindQueue, segment.KindOffer, segment.KindTalk, segment.KindWrapUp,
	}, kinds)
}

func TestEndInEveryState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("anna", w.line1)

	i, citizen := w.chat("Вопрос")
	ended, err := w.End(citizen, i.ID)
	require.NoError(t, err)
	require.Equal(t, data.StateClosed, ended.State)

	i, citizen = w.chat("Вопрос")
	_, err = w.RequestHandover(citizen, i.ID)
	require.NoError(t, err)
	ended, err = w.End(citizen, i.ID)
	require.NoError(t, err)
	require.Equal(t, data.StateAbandoned, ended.State)

	i, citizen = w.chat("Вопрос")
	_, err = w.RequestHandover(citizen, i.ID)
	require.NoError(t, err)
	require.NoError(t, w.routing.Tick(context.Background()))
	require.Equal(t, data.StateOffered, w.reload(i.ID).State)
	_, err = w.End(citizen, i.ID)
	require.NoError(t, err)
	offers := w.client.Offer.Query().AllX(w.system)
	require.Equal(t, "WITHDRAWN", string(offers[len(offers)-1].State))

	i, citizen = w.active(operator)
	ended, err = w.End(citizen, i.ID)
	require.NoError(t, err)
	require.Equal(t, data.StateWrapUp, ended.State)
	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, Text: "Ещё вопрос"})
	require.NoError(t, err)
	require.Equal(t, data.StateActive, w.reload(i.ID).State, "a word of the citizen reopens it")
}

func TestTimeEndsThings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("anna", w.line1)
	recorded, _ := w.active(operator)
	_, err := w.Finish(operator, recorded.ID)
	require.NoError(t, err)
	silent, _ := w.chat("Вопрос")

	require.NoError(t, w.Sweep(context.Background()))
	require.Equal(t, data.StateWrapUp, w.reload(recorded.ID).State)
	w.clock.Advance(61 * time.Second)
	told := w.yana.count()
	require.NoError(t, w.Sweep(context.Background()))
	require.Equal(t, data.StateClosed, w.reload(recorded.ID).State)
	require.Equal(t, data.StateWithAssistant, w.reload(silent.ID).State)
	require.Greater(t, w.yana.count(), told, "Yana is reminded of whom she left unanswered")

	w.clock.Advance(31 * time.Minute)
	require.NoError(t, w.Sweep(context.Background()))
	after := w.reload(silent.ID)
	require.Equal(t, data.StateClosed, after.State)
	require.Equal(t, data.CloseReasonTimedOut, *after.CloseReason)
}

func TestHandoverWithoutAQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client.Queue.Update().SetActive(false).ExecX(w.system)
	i, citizen := w.chat("Вопрос")
	after, err := w.RequestHandover(citizen, i.ID)
	require.NoError(t, err)
	require.Equal(t, data.StateWithAssistant, after.State)
	require.Len(t, w.texts(i.ID), 2)
}

func TestSupervisorTransfersWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	waiting, err := w.RequestHandover(citizen, i.ID)
	require.NoError(t, err)
	w.clock.Advance(time.Minute)
	supervisor := viewer.With(context.Background(), viewer.Viewer{
		Kind: viewer.Account, AccountID: "acc_boss", Grants: []viewer.Grant{{Role: viewer.Supervisor}},
	})
	moved, err := w.Transfer(supervisor, i.ID, w.line2.ID, "")
	require.NoError(t, err)
	require.Equal(t, w.line2.ID, moved.QueueID)
	require.Equal(t, waiting.PlaceAt.UnixMicro(), moved.PlaceAt.UnixMicro(), "it keeps its place in line")
	require.Equal(t, 1, w.client.AuditEntry.Query().CountX(w.system))
}
