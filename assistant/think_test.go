package assistant

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/assistantturn"
	"ekc/ent/message"
	"ekc/interaction/dialogue"
	"ekc/knowledge"
)

// base stands for a question base that may be another process: it answers what the test says, or is away.
type base struct {
	knowledge.Service
	hits []knowledge.Hit
	err  error
	// asked are the texts searched for.
	asked []string
}

func (b *base) Search(_ context.Context, q knowledge.Query) ([]knowledge.Hit, error) {
	b.asked = append(b.asked, q.Text)
	return b.hits, b.err
}

func (b *base) Record(_ context.Context, id string) (knowledge.Record, error) {
	if b.err != nil {
		return knowledge.Record{}, b.err
	}
	return knowledge.Record{ID: id, Version: knowledge.Version{
		ID: id + "-v1", Number: 1, Status: knowledge.StatusPublished, Question: "Вопрос " + id, Answer: "Ответ " + id,
	}}, nil
}

var published = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func hit(id string, probability float64) knowledge.Hit {
	return knowledge.Hit{
		RecordID: id, VersionID: id + "-v1", Version: 1, Question: "Вопрос " + id, Answer: "Ответ " + id, Intent: true,
		Agency: "PFR", Topic: "Пенсии", Probability: probability,
		LegalBasis:  []knowledge.LegalBasis{{Act: "Закон № 1", Article: "ст. 8"}, {Act: "Закон № 2"}},
		PublishedAt: published,
	}
}

func ask(text string, state dialogue.State) *turn {
	return &turn{
		interaction: &ent.Interaction{ID: "int_1", MessageCount: 1, AssistantState: state},
		question:    &ent.Message{ID: "msg_1", Text: text},
	}
}

func newYana(b *base) *Service {
	return New(Options{Base: b, Thresholds: knowledge.Thresholds{AnswerAt: .9, ClarifyAt: .5}})
}

func TestThink(t *testing.T) {
	t.Parallel()
	personal := hit("p", .8)
	personal.Personal, personal.Intent = true, false
	clarified := dialogue.State{PendingQuestion: "Пособие?", Pending: map[string]string{"1": "a"}}
	for name, c := range map[string]struct {
		turn     *turn
		base     *base
		decision assistantturn.Decision
		reason   string
		line     int
	}{
		"sure":              {ask("Как получить пенсию?", dialogue.State{}), &base{hits: []knowledge.Hit{hit("a", .95)}}, "ANSWER", ReasonConfident, 0},
		"unsure":            {ask("Пенсия?", dialogue.State{}), &base{hits: []knowledge.Hit{hit("a", .4), hit("b", .3)}}, "CLARIFY", ReasonUnsure, 0},
		"unsure again":      {ask("Ну пенсия", clarified), &base{hits: []knowledge.Hit{hit("a", .4), hit("b", .3)}}, "HAND_OVER", ReasonNotFound, 1},
		"unknown":           {ask("Какая погода?", dialogue.State{}), &base{hits: []knowledge.Hit{hit("a", .1)}}, "HAND_OVER", ReasonNotFound, 1},
		"nothing found":     {ask("Какая погода?", dialogue.State{}), &base{}, "HAND_OVER", ReasonNotFound, 1},
		"personal":          {ask("Где моя пенсия?", dialogue.State{}), &base{hits: []knowledge.Hit{personal}}, "HAND_OVER", ReasonPersonal, 2},
		"base away":         {ask("Как получить пенсию?", dialogue.State{}), &base{err: errors.New("away")}, "HAND_OVER", ReasonBaseUnavailable, 1},
		"person":            {ask("Позовите оператора", dialogue.State{}), &base{}, "HAND_OVER", ReasonAskedForPerson, 1},
		"greeting":          {ask("Здравствуйте", dialogue.State{}), &base{}, "SMALL_TALK", ReasonGreeting, 0},
		"thanks":            {ask("Спасибо!", dialogue.State{}), &base{}, "SMALL_TALK", ReasonThanks, 0},
		"farewell":          {ask("До свидания", dialogue.State{}), &base{}, "SMALL_TALK", ReasonFarewell, 0},
		"nothing but files": {&turn{interaction: &ent.Interaction{}, question: &ent.Message{}, files: true}, &base{}, "HAND_OVER", ReasonAttachment, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newYana(c.base).think(context.Background(), c.turn)
			require.Equal(t, string(c.decision), r.Decision)
			require.Equal(t, c.reason, r.Reason)
			if c.line == 0 {
				require.Nil(t, r.HandOver)
				require.NotEmpty(t, r.Utterances)
				return
			}
			require.NotNil(t, r.HandOver)
			require.Equal(t, c.line, r.HandOver.Line)
		})
	}
}

func TestAnswerIsCited(t *testing.T) {
	t.Parallel()
	r := newYana(&base{hits: []knowledge.Hit{hit("a", .95)}}).think(context.Background(), ask("Как получить пенсию?", dialogue.State{}))
	require.Equal(t, "Ответ a", r.Utterances[0].Text)
	require.Equal(t, []dialogue.Citation{{
		RecordID: "a", VersionID: "a-v1", Version: 1, Question: "Вопрос a", LegalBasis: []string{"Закон № 1, ст. 8", "Закон № 2"},
		PublishedAt: published,
	}}, r.Utterances[0].Citations)
	require.Equal(t, "a-v1", r.VersionID)
	require.Equal(t, "Пенсии", r.Topic)
}

func TestClarifyingChoices(t *testing.T) {
	t.Parallel()
	yana := newYana(&base{hits: []knowledge.Hit{hit("a", .4), hit("b", .3)}})
	asked := yana.think(context.Background(), ask("Пенсия?", dialogue.State{}))
	require.Equal(t, string(message.KindClarification), asked.Utterances[0].Kind)
	choices := asked.Utterances[0].Choices
	require.Len(t, choices, 3, "both records, and none of them")
	require.Equal(t, "Пенсия?", asked.State.PendingQuestion)

	for text, want := range map[string]string{"Вопрос b": "b", "2": "b", "вопрос a?": "a"} {
		answer := ask(text, asked.State)
		answer.choices = choices
		r := yana.think(context.Background(), answer)
		require.Equal(t, ReasonChosen, r.Reason, text)
		require.Equal(t, want, r.RecordID, text)
		require.Empty(t, r.State.Pending)
	}
	none := ask(textNone, asked.State)
	none.choices = choices
	require.Equal(t, ReasonNoneFits, yana.think(context.Background(), none).Reason)
}

func TestBothWordingsAreSearchedAfterAClarification(t *testing.T) {
	t.Parallel()
	b := &base{hits: []knowledge.Hit{hit("a", .4)}}
	newYana(b).think(context.Background(), ask("на ребёнка", dialogue.State{PendingQuestion: "Пособие?"}))
	require.Equal(t, []string{"на ребёнка", "Пособие?\nна ребёнка"}, b.asked)
}
