package interaction_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	data "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/ent/offer"
	"ekc/ent/presence"
	"ekc/ent/queue"
	"ekc/ent/routingtrace"
	"ekc/ent/segment"
	"ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

// in runs a method that works in the caller's transaction.
func (w *world) in(do func(ctx context.Context, tx *ent.Tx) error) error {
	w.Helper()
	return w.log.InTx(w.system, do)
}

// voice makes a queue for calls.
func (w *world) voice(code string, line int) *ent.Queue {
	return w.client.Queue.Create().SetCode(code).SetName(code).SetChannel(queue.ChannelVoice).SetLine(line).
		SetWrapUpSeconds(60).SaveX(w.system)
}

// caller begins a call and returns its enquiry.
func (w *world) caller(number string) *ent.Interaction {
	w.Helper()
	var i *ent.Interaction
	require.NoError(w, w.in(func(ctx context.Context, tx *ent.Tx) (err error) {
		i, err = w.BeginCall(ctx, tx, interaction.Caller{Number: number})
		return err
	}))
	return i
}

func (w *world) enqueue(id string, q *ent.Queue) {
	w.Helper()
	require.NoError(w, w.in(func(ctx context.Context, tx *ent.Tx) error {
		_, err := w.EnqueueCall(ctx, tx, locked(ctx, tx, id), q, 0)
		return err
	}))
}

// locked reads an enquiry and keeps it until tx ends.
func locked(ctx context.Context, tx *ent.Tx, id string) *ent.Interaction {
	return tx.Interaction.Query().Where(data.ID(id)).ForUpdate().OnlyX(ctx)
}

// kinds is the timeline in short.
func (w *world) kinds(id string) []segment.Kind {
	var all []segment.Kind
	for _, s := range w.client.Segment.Query().Where(segment.InteractionID(id)).Order(ent.Asc(segment.FieldID)).AllX(w.system) {
		all = append(all, s.Kind)
	}
	return all
}

func TestCallerIsTheSameCitizenAsBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.caller("+79161234567"), w.caller("8 916 123-45-67")
	require.Equal(t, first.CitizenID, second.CitizenID)
	require.NotEqual(t, first.CitizenID, w.caller("+79161234568").CitizenID)
	hidden, another := w.caller(""), w.caller("")
	require.NotEqual(t, hidden.CitizenID, another.CitizenID, "a hidden number says nothing")
	require.Equal(t, data.StateWithAssistant, first.State)
	require.Equal(t, data.ChannelVoice, first.Channel)
	require.Equal(t, []segment.Kind{segment.KindAssistant}, w.kinds(first.ID))
	require.Error(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
		_, err := w.BeginCall(ctx, tx, interaction.Caller{Number: "112"})
		return err
	}))
}

func TestMenuIsKeptOnceAndSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	agency := w.client.Agency.Create().SetCode("PFR").SetName("a").SetShortName("a").SaveX(w.system)
	region := w.client.Region.Create().SetCode("16").SetName("r").SetTimeZone("Europe/Moscow").SaveX(w.system)
	i := w.caller("+79161234567")
	learned := interaction.Learned{AgencyCode: "PFR", RegionCode: "16", Topic: "Пенсии", Steps: []interaction.Step{
		{At: w.clock.Now(), Node: "agency", Said: "Нажмите 1, если вопрос о пенсии.", Input: "1"},
		{At: w.clock.Now().Add(time.Second), Node: "region", Said: "Вы звоните из Казани?", Input: "да\x00"},
	}}
	for range 2 {
		require.NoError(t, w.Learn(context.Background(), i.ID, learned))
	}
	require.Equal(t, []string{"Нажмите 1, если вопрос о пенсии.", "1", "Вы звоните из Казани?", "да"}, w.texts(i.ID))
	i = w.reload(i.ID)
	require.Equal(t, agency.ID, i.AgencyID)
	require.Equal(t, region.ID, i.RegionID)
	require.Equal(t, "Пенсии", i.Topic)
	require.False(t, i.AwaitsAssistant, "keys are not for Yana")
	require.Zero(t, w.yana.count())
	require.NoError(t, w.Learn(context.Background(), i.ID, interaction.Learned{AgencyCode: "NASA"}))
	require.Equal(t, agency.ID, w.reload(i.ID).AgencyID)
}

func TestCallerAsksAndMenuHandsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.caller("+79161234567")
	asked, err := w.AskCall(context.Background(), i.ID, "Как назначить пенсию?")
	require.NoError(t, err)
	require.True(t, asked)
	require.True(t, w.reload(i.ID).AwaitsAssistant)
	question := w.client.Message.Query().OnlyX(w.system)
	said, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "ANSWER", Reason: "confident",
		Utterances: []dialogue.Utterance{{
			Kind: "ANSWER", Text: "Длинный ответ.", Spoken: "Короткий.",
			Citations: []dialogue.Citation{{RecordID: "r", VersionID: "v", Version: 1}},
		}},
		HandOver: &dialogue.HandOver{Line: 1},
	})
	require.NoError(t, err)
	require.True(t, said)
	require.Equal(t, []string{"Как назначить пенсию?", "Короткий."}, w.texts(i.ID), "kept as it was said")
	require.Equal(t, data.StateWithAssistant, w.reload(i.ID).State, "the menu hands over, not the reply")

	asked, err = w.AskCall(context.Background(), i.ID, "Как назначить пенсию?")
	require.NoError(t, err)
	require.False(t, asked, "it has just been answered")
	for range 2 {
		require.NoError(t, w.HelpedCall(context.Background(), i.ID, "v", true))
	}
	require.True(t, *w.client.Message.Query().Where(message.KindEQ(message.KindAnswer)).OnlyX(w.system).Helpful)
	require.Equal(t, fail.NotFound, fail.CodeOf(w.HelpedCall(context.Background(), i.ID, "other", true)))

	w.enqueue(i.ID, w.voice("voice-1", 1))
	_, err = w.AskCall(context.Background(), i.ID, "Ещё?")
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
}

func TestGoneInEveryState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.voice("voice-1", 1)
	_, operator := w.operator("anna", q)
	gone := func(id string) *ent.Interaction {
		require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
			_, err := w.Gone(ctx, tx, locked(ctx, tx, id))
			return err
		}))
		return w.reload(id)
	}
	i := gone(w.caller("").ID)
	require.Equal(t, data.CloseReasonClosedByCitizen, *i.CloseReason)

	answered := w.caller("")
	w.client.Interaction.UpdateOne(answered).SetAnsweredByAssistant(1).ExecX(w.system)
	i = gone(answered.ID)
	require.Equal(t, data.CloseReasonAnsweredByAssistant, *i.CloseReason)

	queued := w.caller("")
	w.enqueue(queued.ID, q)
	i = gone(queued.ID)
	require.Equal(t, data.StateAbandoned, i.State)
	require.Equal(t, data.CloseReasonLeftQueue, *i.CloseReason)

	talking := w.caller("")
	w.enqueue(talking.ID, q)
	w.accept(talking.ID, operator)
	for range 2 {
		i = gone(talking.ID)
		require.Equal(t, data.StateWrapUp, i.State)
	}
	require.Equal(t, []segment.Kind{
		segment.KindAssistant, segment.KindQueue, segment.KindOffer, segment.KindTalk, segment.KindWrapUp,
	}, w.kinds(i.ID))
	require.NotContains(t, w.texts(i.ID), "Оцените, пожалуйста, нашу помощь: от 1 (плохо) до 5 (отлично).", "the switchboard asks aloud")
}

func TestLostOperatorReturnsTheCallerToTheHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.voice("voice-1", 1)
	a, operator := w.operator("anna", q)
	i, patient := w.caller("+79161234567"), w.caller("+79161234568")
	w.enqueue(i.ID, q)
	w.accept(i.ID, operator)
	w.enqueue(patient.ID, q)
	w.client.Interaction.UpdateOneID(patient.ID).SetPriority(20).ExecX(w.system)
	lose := func(account string) error {
		return w.in(func(ctx context.Context, tx *ent.Tx) error {
			_, err := w.LoseOperator(ctx, tx, i.ID, account)
			return err
		})
	}
	require.Equal(t, fail.Conflict, fail.CodeOf(lose("acc_other")))
	require.NoError(t, lose(a.ID))
	require.Equal(t, fail.Conflict, fail.CodeOf(lose(a.ID)))
	back := w.reload(i.ID)
	require.Equal(t, data.StateQueued, back.State)
	require.Empty(t, back.OperatorID)
	position, _, _, err := w.routing.Estimate(context.Background(), q.ID, i.ID)
	require.NoError(t, err)
	require.Equal(t, 1, position, "before who merely waits")
	p := w.client.Presence.Query().Where(presence.AccountID(a.ID)).OnlyX(w.system)
	require.Equal(t, presence.StatePaused, p.State, "who has no device gets no calls")

	_, boris := w.operator("boris", q)
	w.accept(i.ID, boris)
	require.Equal(t, data.StateActive, w.reload(i.ID).State)
}

func TestCallbackKeepsItsPlaceWhileItWaitsForItsHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.voice("voice-1", 1)
	first, second := w.caller("+79161234567"), w.caller("+79161234568")
	w.enqueue(first.ID, q)
	w.clock.Advance(time.Minute)
	w.enqueue(second.ID, q)
	place := *w.reload(first.ID).PlaceAt
	for range 2 {
		require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
			_, err := w.Postpone(ctx, tx, first.ID, "night")
			return err
		}))
		require.Equal(t, data.StateDeferred, w.reload(first.ID).State)
	}
	w.clock.Advance(10 * time.Hour)
	for range 2 {
		require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
			_, err := w.ResumeWaiting(ctx, tx, first.ID, "hour_has_come")
			return err
		}))
		require.Equal(t, data.StateQueued, w.reload(first.ID).State)
	}
	require.Equal(t, place, w.reload(first.ID).PlaceAt.UTC())
	position, _, _, err := w.routing.Estimate(context.Background(), q.ID, first.ID)
	require.NoError(t, err)
	require.Equal(t, 1, position)
}

func TestUnansweredCallbackLeavesItsOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.voice("voice-1", 1)
	_, operator := w.operator("anna", q)
	i := w.caller("+79161234567")
	w.enqueue(i.ID, q)
	w.accept(i.ID, operator)
	require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
		_, err := w.Postpone(ctx, tx, i.ID, "no_answer")
		return err
	}))
	require.Empty(t, w.reload(i.ID).OperatorID)
	next := w.caller("+79161234568")
	w.enqueue(next.ID, q)
	w.accept(next.ID, operator)
}

func TestDiallingNeedsRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, _ := w.operator("anna", w.voice("voice-1", 1))
	dial := func() (i *ent.Interaction, err error) {
		err = w.in(func(ctx context.Context, tx *ent.Tx) (err error) {
			i, err = w.DialledCall(ctx, tx, interaction.Caller{Number: "+79161234567"}, a.ID, 1)
			return err
		})
		return i, err
	}
	i, err := dial()
	require.NoError(t, err)
	require.Equal(t, data.StateActive, i.State)
	require.Equal(t, a.ID, i.OperatorID)
	require.Equal(t, []segment.Kind{segment.KindTalk}, w.kinds(i.ID))
	_, err = dial()
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "one call at once")
}

func TestTalkIsHandedToWhoIsInTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.voice("voice-1", 1)
	_, operator := w.operator("anna", q)
	i := w.caller("+79161234567")
	w.enqueue(i.ID, q)
	w.accept(i.ID, operator)
	b, _ := w.operator("boris", q)
	hand := func() error {
		return w.in(func(ctx context.Context, tx *ent.Tx) error {
			_, err := w.HandTo(ctx, tx, i.ID, b.ID)
			return err
		})
	}
	require.NoError(t, hand())
	require.NoError(t, hand())
	require.Equal(t, b.ID, w.reload(i.ID).OperatorID)
	_, err := w.Hold(operator, i.ID)
	require.Equal(t, fail.NotFound, fail.CodeOf(err), "it is no longer hers")

	busy := w.caller("+79161234568")
	w.enqueue(busy.ID, q)
	w.accept(busy.ID, operator)
	require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
		_, err := w.HandTo(ctx, tx, busy.ID, b.ID)
		require.Equal(t, fail.Conflict, fail.CodeOf(err), "who talks already has no room")
		return nil
	}))
}

func TestTransferToOneOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q, q2 := w.voice("voice-1", 1), w.voice("voice-2", 2)
	_, operator := w.operator("anna", q)
	i := w.caller("+79161234567")
	w.enqueue(i.ID, q)
	w.accept(i.ID, operator)
	b, boris := w.operator("boris", q2)
	after, err := w.TransferToOperator(operator, i.ID, b.ID, "просил Бориса")
	require.NoError(t, err)
	require.Equal(t, data.StateOffered, after.State)
	require.Equal(t, q2.ID, after.QueueID)
	o := w.client.Offer.Query().Where(offer.StateEQ(offer.StatePending)).OnlyX(w.system)
	require.Equal(t, b.ID, o.AccountID)
	require.True(t, w.client.RoutingTrace.Query().Where(routingtrace.Rule("named")).ExistX(w.system))
	_, err = w.routing.Decline(boris, o.ID)
	require.NoError(t, err)
	require.Equal(t, data.StateQueued, w.reload(i.ID).State, "then it is for others")

	next := w.caller("+79161234568")
	w.enqueue(next.ID, q)
	w.accept(next.ID, operator)
	_, err = w.routing.Set(boris, "PAUSED", "LUNCH")
	require.Error(t, err, "there is no such reason here")
	_, err = w.routing.Set(boris, "BUSY", "")
	require.NoError(t, err)
	_, err = w.TransferToOperator(operator, next.ID, b.ID, "")
	require.Equal(t, fail.Conflict, fail.CodeOf(err))
	require.Equal(t, data.StateActive, w.reload(next.ID).State, "nothing happened")
}

func TestLostCallWaitsBehindTheLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	q := w.voice("voice-1", 1)
	lost := w.caller("+79161234567")
	w.enqueue(lost.ID, q)
	var again *ent.Interaction
	require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
		after, err := w.Gone(ctx, tx, locked(ctx, tx, lost.ID))
		require.NoError(t, err)
		again, err = w.LostCall(ctx, tx, after, -50)
		return err
	}))
	waits := w.caller("+79161234568")
	w.enqueue(waits.ID, q)
	require.Equal(t, lost.CitizenID, again.CitizenID)
	position, _, _, err := w.routing.Estimate(context.Background(), q.ID, again.ID)
	require.NoError(t, err)
	require.Equal(t, 2, position)
	for range 2 {
		require.NoError(t, w.in(func(ctx context.Context, tx *ent.Tx) error {
			_, err := w.GiveUp(ctx, tx, again.ID, data.CloseReasonCallbackCancelled)
			return err
		}))
	}
	require.Equal(t, data.CloseReasonCallbackCancelled, *w.reload(again.ID).CloseReason)
}
