package phrase

import (
	"strings"

	"ekc/knowledge/text"
)

// maxFollowUp is how many words a follow-up has at most: who writes more says what it is about.
const maxFollowUp = 12

var (
	anaphors = set("это этого этому этом этим этой эту этих его ее их него нее них нему ней ними него туда там такое такую такой таком тоже эта этот эти")
	// hanging are the beginnings that hang on something said before.
	hanging = patterns(`
^а|и|тогда|но если|для|у|как|сколько|где|куда|когда|какие|какой|можно|нужно|надо|кто|кому|что|ребенку|без|с|на|в|по|до|через
^а|и
^если
^для
^еще`)
	asking = set("сколько где куда когда какие какой какая как кому кто почему зачем через можно нужно нужны надо стоит срок сроки документы документ бумаги " +
		"долго обращаться подавать подать идти платят сумма размер")
	// focus are the words of a question that ask, and do not say about what.
	focus = set("получить получать оформить оформлять назначить узнать подать подавать положен положена положено положены нужны нужно нужен документы документ " +
		"сколько какие какой как где куда когда кому кто можно стоит размер срок порядок сделать имеет право выплачивается выплачивают")
)

// Anaphor reports whether a folded word stands for something said before.
func Anaphor(word string) bool { return anaphors[word] }

// FollowsUp reports whether a message cannot be understood without what was said before: it begins in the middle of a thought,
// points back, or only asks without saying about what.
func FollowsUp(s string) bool {
	words := wordsOf(s)
	if len(words) == 0 || len(words) > maxFollowUp {
		return false
	}
	if find(hanging, words) != "" {
		return true
	}
	content := 0
	for i, w := range text.Words(s, maxWords) {
		if i < len(words) && anaphors[w.Surface] {
			return true
		}
		if !w.Function && !asking[w.Surface] {
			content++
		}
	}
	return content == 0
}

// Subject is what a question is about: its words without those that only ask.
func Subject(question string) string {
	var kept []string
	for _, w := range text.Words(question, maxWords) {
		if !focus[w.Surface] && (!w.Function || w.Surface == "по" || w.Surface == "на" || w.Surface == "при") {
			kept = append(kept, w.Surface)
		}
	}
	return strings.Join(kept, " ")
}
