package assistant

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]kind{
		"Здравствуйте": greeting,
		"Добрый день!": greeting,
		"привет, Яна":  greeting,
		"Здравствуйте, как получить СНИЛС?": question,
		"день":                 question,
		"Спасибо большое!":     thanks,
		"всё понятно, спасибо": thanks,
		"Спасибо, а какие документы нужны?": question,
		"До свидания":                                        farewell,
		"спасибо, всего доброго":                             farewell,
		"пока мама в больнице, кто получит пенсию":           question,
		"оператор":                                           askForPerson,
		"Позовите живого человека":                           askForPerson,
		"соедините меня, пожалуйста, с оператором":           askForPerson,
		"хочу поговорить со специалистом":                    askForPerson,
		"Каким специалистам положена досрочная пенсия врача": question,
		"":   question,
		"?!": question,
	} {
		require.Equal(t, want, classify(text), text)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"нет", "Ничего из этого", "не то", "другое"} {
		require.True(t, refuses(text), text)
	}
	for _, text := range []string{"", "нет, я про пособие", "первый"} {
		require.False(t, refuses(text), text)
	}
}
