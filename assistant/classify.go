package assistant

import (
	"strings"
	"unicode"
)

// kind is what a citizen's message is, apart from its subject.
type kind int

const (
	question kind = iota
	askForPerson
	greeting
	thanks
	farewell
)

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// normal folds what people write in different ways: case, ё, punctuation.
func normal(text string) string {
	return strings.ReplaceAll(strings.Join(words(text), " "), "ё", "е")
}

func set(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}

var (
	greetWords = set("здравствуйте здравствуй здрасте здрасьте здраствуйте привет приветствую приветик хай алло ало доброе добрый доброго " +
		"утро утра день дня вечер вечера ночи суток времени яна")
	greetMarks = set("здравствуйте здравствуй здрасте здрасьте здраствуйте привет приветствую приветик хай алло ало доброе добрый доброго")
	thankWords = set("спасибо спс благодарю благодарен благодарна вам тебе большое огромное за помощь ответ информацию все понятно ок окей " +
		"ясно хорошо отлично супер помогли помогло яна очень")
	thankMarks = set("спасибо спс благодарю благодарен благодарна понятно ясно отлично супер")
	byeWords   = set("до свидания свиданья пока всего доброго хорошего дня вечера прощайте удачи встречи всем хорошего счастливо")
	byeMarks   = set("свидания свиданья пока прощайте удачи встречи всего счастливо")

	// people are the words for a person who answers; calls are the words with which one is asked for.
	people = []string{"оператор", "специалист", "консультант", "сотрудник", "человек", "человеком", "менеджер", "живой", "живым", "живого"}
	calls  = []string{
		"соедин", "позов", "позвать", "переключ", "перевед", "переведи", "хочу", "нужен", "нужна", "дайте", "дай", "можно",
		"свяж", "связать", "поговор", "общать", "пообщ", "подключ", "требую", "пригласи", "вызов",
	}

	refusals = set("нет неа ничего другое другой иное не то никакой ни один подходит из этого это мимо")
)

// maxPersonWords is how long a message may be and still be a call for a person.
const maxPersonWords = 12

// classify tells small talk and the wish for a person from a question. Small talk is only what has no other word in it:
// "здравствуйте, как получить СНИЛС" is a question.
func classify(text string) kind {
	all := strings.Fields(normal(text))
	if len(all) == 0 {
		return question
	}
	if wantsPerson(all) {
		return askForPerson
	}
	switch {
	case only(all, byeMarks, byeWords, thankWords):
		return farewell
	case only(all, thankMarks, thankWords, greetWords):
		return thanks
	case only(all, greetMarks, greetWords):
		return greeting
	}
	return question
}

// only reports whether one word is a mark and every other is in one of the sets.
func only(all []string, marks map[string]bool, sets ...map[string]bool) bool {
	marked := false
	for _, w := range all {
		marked = marked || marks[w]
		known := marks[w]
		for _, s := range sets {
			known = known || s[w]
		}
		if !known {
			return false
		}
	}
	return marked
}

// wantsPerson reports whether a short message asks for a person: it names one, and calls or says little else.
func wantsPerson(all []string) bool {
	if len(all) > maxPersonWords {
		return false
	}
	named := false
	for _, w := range all {
		for _, p := range people {
			named = named || strings.HasPrefix(w, p)
		}
	}
	if !named {
		return false
	}
	if len(all) <= 2 {
		return true
	}
	for _, w := range all {
		for _, c := range calls {
			if strings.HasPrefix(w, c) {
				return true
			}
		}
	}
	return false
}

// refuses reports whether a message says that none of the offered choices fits.
func refuses(text string) bool {
	all := strings.Fields(normal(text))
	if len(all) == 0 {
		return false
	}
	for _, w := range all {
		if !refusals[w] {
			return false
		}
	}
	return true
}
