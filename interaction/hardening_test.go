package interaction_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	data "ekc/ent/interaction"
	"ekc/ent/message"
	"ekc/interaction"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
)

// TestLongestAnswerIsSaid says what the base may hold at most: 20,000 characters, a topic of 500, an id of 100.
func TestLongestAnswerIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, _ := w.chat("Вопрос")
	question := w.client.Message.Query().OnlyX(w.system)
	answer := strings.Repeat("щ", 20_000)
	said, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "ANSWER", Reason: "confident",
		Utterances: []dialogue.Utterance{{Kind: "ANSWER", Text: answer}},
		RecordID:   strings.Repeat("я", 100), VersionID: "v", Topic: strings.Repeat("тема ", 100),
	})
	require.NoError(t, err)
	require.True(t, said)
	require.Equal(t, []string{"Вопрос", answer}, w.texts(i.ID), "nothing of an answer is left out")
	require.Len(t, []rune(w.reload(i.ID).Topic), 200)
}

func TestFeedbackThatComesTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	question := w.client.Message.Query().OnlyX(w.system)
	_, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "ANSWER", Reason: "confident",
		Utterances: []dialogue.Utterance{{Kind: "ANSWER", Text: "Ответ"}},
	})
	require.NoError(t, err)
	answer := w.client.Message.Query().Where(message.KindEQ(message.KindAnswer)).OnlyX(w.system)
	held, err := w.client.Tx(w.system) // so that all of them have read the answer before the first may change it
	require.NoError(t, err)
	_, err = held.ExecContext(w.system, `SELECT FROM interactions WHERE id = $1 FOR UPDATE`, i.ID)
	require.NoError(t, err)
	const times = 6
	var wait sync.WaitGroup
	for range times {
		wait.Go(func() {
			m, err := w.Feedback(citizen, answer.ID, false)
			if err != nil || m.Helpful == nil || *m.Helpful {
				t.Errorf("feedback: %v, %v", m, err)
			}
		})
	}
	require.Eventually(t, func() bool { return w.waitingForLocks() == times }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, held.Rollback())
	wait.Wait()
	require.Len(t, w.texts(i.ID), 3, "Yana answers one word once: %q", w.texts(i.ID))
}

// waitingForLocks is how many transactions of the test's database wait for another one.
func (w *world) waitingForLocks() (n int) {
	rows, err := w.client.QueryContext(w.system,
		`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	if err != nil {
		w.Errorf("waiting for locks: %v", err)
		return -1
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			w.Errorf("waiting for locks: %v", err)
		}
	}
	return n
}

func TestKeyOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("anna", w.line1)
	i, citizen := w.active(operator)
	_, err := w.Send(citizen, interaction.SendInput{InteractionID: i.ID, Text: "Слова гражданина", ClientKey: "1"})
	require.NoError(t, err)
	_, err = w.Send(operator, interaction.SendInput{InteractionID: i.ID, Text: "Ответ оператора", ClientKey: "1"})
	require.Equal(t, fail.Conflict, fail.CodeOf(err), "the answer must not vanish behind the citizen's message")
}

func TestWaitingOutlastsAClosedLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	_, err := w.RequestHandover(citizen, i.ID)
	require.NoError(t, err)
	w.clock.Advance(11 * 24 * time.Hour) // the New Year holidays
	require.NoError(t, w.Sweep(context.Background()))
	require.Equal(t, data.StateQueued, w.reload(i.ID).State, "it was promised to stay in the queue")
	w.clock.Advance(4 * 24 * time.Hour)
	require.NoError(t, w.Sweep(context.Background()))
	require.Equal(t, data.StateAbandoned, w.reload(i.ID).State)
	texts := w.texts(i.ID)
	require.Contains(t, texts[len(texts)-1], "завершаем диалог")
}

func TestOneThatCannotBeEndedDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("anna", w.line1)
	broken, _ := w.active(operator)
	_, err := w.Finish(operator, broken.ID)
	require.NoError(t, err)
	silent, _ := w.chat("Вопрос")
	for _, statement := range []string{
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$`,
		fmt.Sprintf(`CREATE TRIGGER refuse BEFORE UPDATE ON interactions FOR EACH ROW WHEN (OLD.id = '%s') EXECUTE FUNCTION refuse()`, broken.ID),
	} {
		_, err := w.client.ExecContext(w.system, statement)
		require.NoError(t, err)
	}
	w.clock.Advance(time.Hour)
	require.ErrorContains(t, w.Sweep(context.Background()), "broken")
	require.Equal(t, data.StateClosed, w.reload(silent.ID).State)
}

func TestForgottenFilesAreRemovedAndKeptOnesStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, citizen := w.chat("Вопрос")
	sent, err := w.Upload(citizen, i.ID, "a.txt", strings.NewReader("text"))
	require.NoError(t, err)
	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, AttachmentIDs: []string{sent.ID}})
	require.NoError(t, err)
	folder := filepath.Join(w.dir, "attachments")
	const many = 1100 // more than are looked up at once
	for n := range many {
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("att_%04d", n)), []byte("x"), 0o600))
	}
	w.clock.Advance(25 * time.Hour)
	require.NoError(t, w.SweepFiles(context.Background()))
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range left {
		names = append(names, entry.Name())
	}
	require.ElementsMatch(t, []string{sent.ID, "incoming"}, names)
}

func (w *world) ratingRequests(id string) int {
	return w.client.Message.Query().Where(message.InteractionID(id), message.KindEQ(message.KindRatingRequest)).CountX(w.system)
}

func TestRatingIsAskedForAgainAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, operator := w.operator("anna", w.line1)
	i, citizen := w.chat("До свидания")
	question := w.client.Message.Query().OnlyX(w.system)
	_, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "SMALL_TALK", Reason: "farewell", AskRating: true,
		Utterances: []dialogue.Utterance{{Kind: "TEXT", Text: "До свидания!"}},
	})
	require.NoError(t, err)
	require.Equal(t, 1, w.ratingRequests(i.ID))
	_, err = w.RequestHandover(citizen, i.ID)
	require.NoError(t, err)
	w.accept(i.ID, operator)
	_, err = w.Finish(operator, i.ID)
	require.NoError(t, err)
	require.Equal(t, 2, w.ratingRequests(i.ID), "the operator's help is rated too")
	_, err = w.Send(citizen, interaction.SendInput{InteractionID: i.ID, Text: "Ещё одно"})
	require.NoError(t, err)
	_, err = w.Close(operator, interaction.CloseInput{InteractionID: i.ID, DispositionID: w.topic.ID, Outcome: data.OutcomeResolved})
	require.NoError(t, err)
	require.Equal(t, 2, w.ratingRequests(i.ID), "not a third time")

	i, citizen = w.chat("До свидания")
	question = w.client.Message.Query().Where(message.InteractionID(i.ID)).OnlyX(w.system)
	_, err = w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "SMALL_TALK", Reason: "farewell", AskRating: true,
	})
	require.NoError(t, err)
	_, err = w.End(citizen, i.ID)
	require.NoError(t, err)
	require.Equal(t, 1, w.ratingRequests(i.ID), "the request is the last word already")
}

func TestNobodyFillsTheDatabaseWithoutWriting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.client.Queue.Update().SetActive(false).ExecX(w.system)
	i, citizen := w.chat("Вопрос")
	question := w.client.Message.Query().OnlyX(w.system)
	_, err := w.Reply(context.Background(), dialogue.Reply{
		InteractionID: i.ID, QuestionID: question.ID, Sequence: 1, Decision: "ANSWER", Reason: "confident",
		Utterances: []dialogue.Utterance{{Kind: "ANSWER", Text: "Ответ"}},
	})
	require.NoError(t, err)
	answer := w.client.Message.Query().Where(message.KindEQ(message.KindAnswer)).OnlyX(w.system)
	w.client.Interaction.UpdateOneID(i.ID).SetMessageCount(5000).ExecX(w.system)
	_, err = w.RequestHandover(citizen, i.ID)
	require.Equal(t, fail.RateLimited, fail.CodeOf(err))
	_, err = w.Feedback(citizen, answer.ID, false)
	require.Equal(t, fail.RateLimited, fail.CodeOf(err))
}
