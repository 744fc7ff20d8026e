package training

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ekc/ent"
	"ekc/ent/message"
	"ekc/interaction/dialogue"
	"ekc/internal/fail"
	"ekc/internal/voice/spoken"
	"ekc/training/lesson"
)

func TestNothingPersonalIsLeft(t *testing.T) {
	t.Parallel()
	names := []string{"Семён Петрович Заболотный", "Анна Белова"}
	for said, want := range map[string]string{
		"Позвоните мне: +7 926 123-45-67":              "Позвоните мне: +[телефон]",
		"Мой СНИЛС 112-233-445 95":                     "Мой СНИЛС [СНИЛС]",
		"Пишите на a.b@example.ru":                     "Пишите на [почта]",
		"Это Семен":                                    "Это [имя]",
		"Заболотного, Семёна не было":                  "[имя], [имя] не было",
		"Вам отвечает Анна Белова":                     "Вам отвечает [имя] [имя]",
		"Я говорил с Беловой":                          "Я говорил с [имя]",
		"Меня зовут Иван, пенсия не пришла":            "[имя], пенсия не пришла",
		"Иванов Иван Иванович не получил справку":      "[имя] не получил справку",
		"Живу на ул. Лесная, д. 5, кв. 12":             "Живу на [адрес]",
		"Сколько лет стажа нужно в 2026 году?":         "Сколько лет стажа нужно в 2026 году?",
		"Какие документы нужны для назначения пенсии?": "Какие документы нужны для назначения пенсии?",
		"Номер центра 8 800 100 00 01 указан на сайте": "",
		"Мой номер дела 12-34-56-78":                   "Мой номер дела [номер]",
	} {
		got, err := anonymous(said, names)
		if want == "" { // six digits that nobody understood: rather no exercise than somebody's number
			if err != nil {
				require.Equal(t, fail.Invalid, fail.CodeOf(err), said)
			} else {
				require.NotRegexp(t, `\d{3}`, got)
			}
			continue
		}
		require.NoError(t, err, said)
		require.Equal(t, want, got, said)
	}
}

func TestDialogueBecomesTurns(t *testing.T) {
	t.Parallel()
	said := []*ent.Message{
		{Author: message.AuthorAssistant, Text: "Здравствуйте!"},
		{Author: message.AuthorCitizen, Text: "Добрый день"},
		{Author: message.AuthorCitizen, Text: "Как оформить пенсию?"},
		{Author: message.AuthorOperator, Text: "Подайте заявление.", Citations: []dialogue.Citation{{RecordID: "rec-1"}}},
		{Author: message.AuthorCitizen, Text: "Спасибо, это Олег"},
		{Author: message.AuthorOperator, Text: "Всего доброго, Олег!"},
		{Author: message.AuthorCitizen, Text: "И ещё вопрос"},
	}
	turns, err := turnsOf(written(said), hidden{names: []string{"Олег"}})
	require.NoError(t, err)
	require.Equal(t, []lesson.Turn{
		{Citizen: "Добрый день\nКак оформить пенсию?", Reply: "Подайте заявление.", RecordIDs: []string{"rec-1"}},
		{Citizen: "Спасибо, это [имя]", Reply: "Всего доброго, [имя]!"},
	}, turns, "what nobody answered is left out")
	_, err = turnsOf(written(said[:3]), hidden{})
	require.Equal(t, fail.Invalid, fail.CodeOf(err))
}

func TestNothingPersonalIsLeftOfWhatWasSaid(t *testing.T) {
	t.Parallel()
	hide := hidden{names: []string{"Анна Белова"}, spoken: true}
	for said, want := range map[string]string{
		"меня зовут пётр сергеевич ласточкин, пенсия не пришла": "меня зовут [имя], пенсия не пришла",
		"фамилия ласточкин":             "фамилия [имя]",
		"вам отвечает анна белова":      "вам отвечает [имя] [имя]",
		"сколько мне ждать, два месяца": "сколько мне ждать, два месяца",
		"в две тысячи двадцать шестом":  "в две тысячи двадцать шестом",
		"код семь три пять два":         "",
		"сто двадцать три сорок пять":   "",
	} {
		got, err := hide.in(said)
		if want == "" {
			require.Equal(t, fail.Invalid, fail.CodeOf(err), said)
			continue
		}
		require.NoError(t, err, said)
		require.Equal(t, want, got, said)
	}
	got, err := hide.in("мой телефон восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь")
	if err == nil {
		require.NotContains(t, got, "шестнадцать")
	}
}

func TestLinesOfACallStandAsTheyWereSaid(t *testing.T) {
	t.Parallel()
	said := voiced([]spoken.Line{
		{Channel: "said", At: 1500, Text: "как оформить пенсию"},
		{Channel: "said", At: 9000, Text: "спасибо"},
		{Channel: "heard", At: 200, Text: "здравствуйте"},
		{Channel: "heard", At: 4000, Text: "подайте заявление"},
	})
	turns, err := turnsOf(said, hidden{spoken: true})
	require.NoError(t, err)
	require.Equal(t, []lesson.Turn{{Citizen: "как оформить пенсию", Reply: "подайте заявление"}}, turns)
}

func TestSheetsAreMarked(t *testing.T) {
	t.Parallel()
	c := lesson.Content{
		Questions: []lesson.Question{
			{ID: "q1", Kind: lesson.Single, Right: []string{"1"}, Points: 2},
			{ID: "q2", Kind: lesson.Multiple, Right: []string{"0", "2"}, Points: 3},
			{ID: "q3", Kind: lesson.Order, Right: []string{"2", "0", "1"}, Points: 5},
		},
		Exercises: []lesson.Exercise{{ID: "e1", Turns: make([]lesson.Turn, 2)}},
	}
	require.Equal(t, 12, worth(c))
	for name, s := range map[string]struct {
		answers [][]string
		right   int
		want    int
	}{
		"nothing":           {[][]string{nil, nil, nil}, 0, 0},
		"all":               {[][]string{{"1"}, {"2", "0"}, {"2", "0", "1"}}, 2, 12},
		"half is not right": {[][]string{{"1"}, {"0"}, {"0", "1", "2"}}, 1, 3},
		"too many":          {[][]string{{"0"}, {"0", "1", "2"}, {"2", "0", "1"}}, 0, 5},
	} {
		sheet := lesson.Sheet{}
		for i, a := range s.answers {
			sheet.Questions = append(sheet.Questions, lesson.Asked{ID: c.Questions[i].ID, Answer: a})
		}
		for n := range 2 {
			sheet.Steps = append(sheet.Steps, lesson.Step{ExerciseID: "e1", Turn: n, Right: n < s.right})
		}
		require.Equal(t, s.want, mark(c, sheet), name)
	}
	require.True(t, passes(8, 10, 80))
	require.False(t, passes(7, 10, 80))
	require.True(t, passes(1, 3, 33))
	require.False(t, passes(1, 3, 34))
}
