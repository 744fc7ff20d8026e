package knowledge_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/knowledge"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	limits := knowledge.Thresholds{AnswerAt: 0.9, ClarifyAt: 0.5}
	intent := func(p float64) knowledge.Hit { return knowledge.Hit{Intent: true, Probability: p} }
	plain := func(p float64) knowledge.Hit { return knowledge.Hit{Probability: p} }
	personal := func(p float64) knowledge.Hit { return knowledge.Hit{Intent: true, Personal: true, Probability: p} }
	for _, c := range []struct {
		name     string
		hits     []knowledge.Hit
		choice   knowledge.Choice
		options  int
		personal bool
	}{
		{"nothing found", nil, knowledge.HandOver, 0, false},
		{"sure", []knowledge.Hit{intent(0.95), intent(0.01)}, knowledge.Answer, 1, false},
		{"at the threshold", []knowledge.Hit{intent(0.9)}, knowledge.Answer, 1, false},
		{"just below", []knowledge.Hit{intent(0.89)}, knowledge.Clarify, 1, false},
		{"sure of what is no intent", []knowledge.Hit{plain(0.99)}, knowledge.HandOver, 0, false},
		{"middle", []knowledge.Hit{intent(0.3), intent(0.2), intent(0.1), intent(0.1)}, knowledge.Clarify, 3, false},
		{"three that add up to too little", []knowledge.Hit{intent(0.2), intent(0.1), intent(0.1), intent(0.4)}, knowledge.HandOver, 0, false},
		{"only intents are offered", []knowledge.Hit{intent(0.4), plain(0.3), intent(0.2)}, knowledge.Clarify, 2, false},
		{"what is no intent does not count", []knowledge.Hit{plain(0.4), intent(0.3)}, knowledge.HandOver, 0, false},
		{"personal and sure", []knowledge.Hit{personal(0.97), intent(0.02)}, knowledge.HandOver, 0, true},
		{"personal in the middle", []knowledge.Hit{personal(0.6), intent(0.3)}, knowledge.HandOver, 0, true},
		{"personal below is not offered", []knowledge.Hit{intent(0.45), personal(0.3), intent(0.1)}, knowledge.Clarify, 2, false},
	} {
		v := knowledge.Decide(c.hits, limits)
		require.Equal(t, c.choice, v.Choice, c.name)
		require.Len(t, v.Options, c.options, c.name)
		require.Equal(t, c.personal, v.Personal, c.name)
	}
}

func TestDefaultThresholdsAreBands(t *testing.T) {
	t.Parallel()
	d := knowledge.DefaultThresholds()
	require.Greater(t, d.AnswerAt, d.ClarifyAt)
	require.Less(t, d.AnswerAt, 0.99)
	require.Greater(t, d.ClarifyAt, 0.1)
}

// Yana must serve a base of a few records as well as one of tens of thousands.
func TestSmallBaseIsAnsweredSensibly(t *testing.T) {
	t.Parallel()
	b := baseOf(t, small...)
	limits := knowledge.DefaultThresholds()
	for query, want := range map[string]string{
		"Куда обращаться за пенсией?":                            "pension",
		"Как оформить страховую пенсию по старости":              "pension",
		"подскажите, кто платит за больничный?":                  "sick",
		"Можно ли купить квартиру на материнский капитал?":       "capital",
		"сколько дней отпуска положено в год":                    "leave",
		"Здравствуйте! Как пройти медико-социальную экспертизу?": "disability",
	} {
		v := knowledge.Decide(search(t, b, knowledge.Query{Text: query}), limits)
		require.Equal(t, knowledge.Answer, v.Choice, query)
		require.Equal(t, want, v.Options[0].RecordID, query)
	}
	for _, query := range []string{
		"Как приготовить борщ с пампушками?", "какая погода будет завтра в Казани", "Кто написал роман Война и мир?",
		"Сколько планет в Солнечной системе?", "где купить билеты на концерт", "почему небо синее", "расскажи анекдот",
	} {
		v := knowledge.Decide(search(t, b, knowledge.Query{Text: query}), limits)
		require.Equal(t, knowledge.HandOver, v.Choice, "%s: %v", query, v.Options)
	}
	v := knowledge.Decide(search(t, b, knowledge.Query{Text: "Когда придёт моя пенсия?"}), limits)
	require.Equal(t, knowledge.HandOver, v.Choice)
	require.True(t, v.Personal)
}
