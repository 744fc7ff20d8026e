package phrase

var (
	greetWords = set("здравствуйте здравствуй здрасте здрасьте здраствуйте здравствуите привет приветствую приветик хай алло ало доброе добрый доброго " +
		"утро утра день дня вечер вечера ночи суток времени яна вы тут ты есть кто нибудь")
	greetMarks = set("здравствуйте здравствуй здрасте здрасьте здраствуйте здравствуите привет приветствую приветик хай алло ало доброе добрый доброго")
	thankWords = set("спасибо спс благодарю благодарен благодарна вам вас тебе большое огромное за помощь ответ информацию все понятно ок окей " +
		"ясно хорошо отлично супер помогли помогло яна очень")
	thankMarks = set("спасибо спс благодарю благодарен благодарна понятно ясно отлично супер")
	byeWords   = set("до свидания свиданья пока всего доброго хорошего дня вечера прощайте удачи встречи всем хорошего счастливо")
	byeMarks   = set("свидания свиданья пока прощайте удачи встречи всего счастливо")

	refusals = set("нет неа ничего другое другой иное не то никакой ни один подходит из этого это мимо")
)

// smallTalk is only what has no other word in it: "здравствуйте, как получить СНИЛС" is a question.
func smallTalk(words []string) Kind {
	switch {
	case only(words, byeMarks, byeWords, thankWords):
		return Farewell
	case only(words, thankMarks, thankWords, greetWords):
		return Thanks
	case only(words, greetMarks, greetWords):
		return Greeting
	}
	return Question
}

// only reports whether one word is a mark and every other is in one of the sets.
func only(words []string, marks map[string]bool, sets ...map[string]bool) bool {
	marked := false
	for _, w := range words {
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
