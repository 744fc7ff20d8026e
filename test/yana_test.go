package test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestYanaAnswersFromTheBase(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(map[string]any{"agencyCode": "PFR", "regionCode": "77", "text": clearQuestion})
	answered := c.hears("ANSWER", 0)
	require.Equal(t, "ASSISTANT", answered.Author)
	require.NotEmpty(t, answered.Citations, "an answer cites its record")
	record := ask[struct {
		Record *struct{ Answer, Question string }
	}](n.as("operator1"), `query($id: ID!) { record(id: $id) { question answer } }`, map[string]any{"id": answered.Citations[0].RecordID})
	require.Contains(t, answered.Text, record.Record.Answer, "nothing is invented")
	require.Equal(t, "WITH_ASSISTANT", c.now(c.id).State)

	c.do("answerFeedback", "AnswerFeedbackInput", map[string]any{"messageId": answered.ID, "helpful": true})
	thanks := c.say("Спасибо!")
	reply := c.hears("TEXT", thanks.Sequence)
	require.Empty(t, reply.Citations)
	c.do("chatEnd", "InteractionInput", map[string]any{"interactionId": c.id})
	over := c.becomes(c.id, "CLOSED")
	require.Equal(t, "CLOSED_BY_CITIZEN", over.CloseReason)
	require.NotEmpty(t, c.hears("RATING_REQUEST", 0).Text)
	c.do("interactionRate", "InteractionRateInput", map[string]any{"interactionId": c.id, "rating": 5, "comment": "Понятно"})
	require.Equal(t, 5, c.now(c.id).Rating)
	c.refuses("INVALID", "interactionRate", "InteractionRateInput", map[string]any{"interactionId": c.id, "rating": 6})
}

// What is nearest in words is not what was asked: dismissal is a matter of labour law, not of sick pay.
func TestYanaTellsTopicsApart(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	for asked, answer := range map[string]string{
		"могут ли уволить на больничном":           "Могут ли уволить во время больничного или отпуска?",
		"как оформить инвалидность":                "Как получить направление на медико-социальную экспертизу, чтобы оформить инвалидность?",
		"кому положена пенсия по потере кормильца": "Кому положена пенсия по потере кормильца?",
	} {
		c := n.nobody().starts(map[string]any{"text": asked})
		require.Equal(t, answer, c.hears("ANSWER", 0).Citations[0].Question)
	}
}

func TestYanaAsksOneClarifyingQuestion(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	c := n.nobody().starts(nil)
	asked := c.say(vagueQuestion)
	clarification := c.hears("CLARIFICATION", asked.Sequence)
	require.GreaterOrEqual(t, len(clarification.Choices), 2)
	choice := clarification.Choices[0]
	chosen := c.sends(map[string]any{"interactionId": c.id, "choiceId": choice.ID})
	require.Equal(t, choice.Text, chosen.Text)
	answered := c.hears("ANSWER", chosen.Sequence)
	require.Len(t, answered.Citations, 1)
	require.Equal(t, choice.Text, answered.Citations[0].Question)
	c.refuses("INVALID", "messageSend", "MessageSendInput", map[string]any{"interactionId": c.id, "choiceId": "99"})
}

func TestYanaHandsOver(t *testing.T) {
	t.Parallel()
	n := startNode(t)
	for name, text := range map[string]string{
		"on request":        "Позовите оператора",
		"on a personal one": "Когда рассмотрят моё заявление на пенсию, номер 12345?",
		"when lost":         "Какая погода будет завтра в Антананариву и почём там манго?",
	} {
		t.Run(name, func(t *testing.T) {
			c := n.nobody().starts(map[string]any{"agencyCode": "PFR", "text": text})
			queued := c.becomes(c.id, "QUEUED")
			require.NotNil(t, queued.Queue)
			require.NotNil(t, queued.Position)
			require.NotEmpty(t, c.hears("NOTICE", 0).Text)
			require.NotContains(t, kinds(c.dialogue(c.id)), "ANSWER")
		})
	}
}

func kinds(messages []said) []string {
	all := make([]string, 0, len(messages))
	for _, m := range messages {
		all = append(all, m.Kind)
	}
	return all
}
