package text

import "strings"

// functionWords is closed-class vocabulary: it carries grammar, and the words around a question ("подскажите,
// пожалуйста"), not what is asked. Question words are among them; the ranker looks at those apart.
var functionWords = wordSet(`
а без более бы был была были было быть в вам вас ваш ваша ваше ваши весь во вообще вот все всего всем всех вы где да
даже для до его ее если есть еще ж же за здесь и из или им ими их к каждый как какая какие каким каких какого какое
какой какую ко когда кого кому который которая которое которые которого которой которых кто куда ли либо лишь меня мне
мной мог могу могут может можно мои мой моя мое моего моей моему мою мы на над надо нам нас наш наша не него нее нет
нибудь них но ну о об обо он она они оно от по под после при про с со сам сама сами свой свои своя себя так такая такие
такое такой также там те тем тех то тоже того той только том тот ту тут ты у уже хотя чего чей чем через что чтобы чье
чья эта эти это этого этой этом этот эту я будет буду будут является ведь просто очень
каков какова каково каковы бывает бывают существует существуют имеется имеются зачем почему отчего сколько
чей никак нигде никто ничего никакой тебе тебя твой твоя свою вашу нашу нашей вашей ему ней нему одно один одна самому
подскажите подскажи пожалуйста скажите скажи здравствуйте добрый день вечер утро привет хочу хотел хотела хотелось
хотим нужно нужен нужна нужны расскажите расскажи узнать интересует вопрос помогите помоги спасибо ли мочь`)

// QuestionWords tell what kind of answer is asked for, by the stem-like class they belong to.
var questionWords = map[string]string{
	"кто": "who", "кому": "who", "кого": "who", "кем": "who",
	"где": "where", "куда": "where",
	"когда":   "when",
	"сколько": "howmany", "скольких": "howmany", "скольким": "howmany", "количество": "howmany", "долго": "howmany", "часто": "howmany",
	"как": "how", "каким": "how",
	"почему": "why", "зачем": "why", "отчего": "why",
	"можно": "can", "могу": "can", "может": "can", "нельзя": "can", "вправе": "can", "разрешено": "can",
	"могут": "can", "смогу": "can", "сможет": "can", "смогут": "can", "возможно": "can", "допускается": "can", "получится": "can",
	"разрешается": "can", "реально": "can",
	"какие": "which", "какой": "which", "какая": "which", "какое": "which", "каков": "which", "каковы": "which", "какова": "which",
	"каких": "which", "какую": "which", "каком": "which", "какими": "which", "какому": "which", "какого": "which",
	"что": "what", "чем": "what",
	"обязан": "must", "обязательно": "must", "обязаны": "must", "нужно": "must", "надо": "must", "должен": "must",
	"должна": "must", "должны": "must",
}

// QuestionClass tells what a word asks for ("who", "when", "howmany", ...); empty for a word that does not ask.
func QuestionClass(folded string) string { return questionWords[folded] }

// courtesyWords are what a question is wrapped in.
var courtesyWords = wordSet(`здравствуйте здравствуй добрый доброго день дня вечер вечера утро привет приветствую подскажите
подскажи пожалуйста скажите скажи спасибо помогите расскажите расскажи`)

// WithoutCourtesy drops greetings and the like from a question; a text of nothing else stays as it is.
func WithoutCourtesy(words []Word) []Word {
	kept := make([]Word, 0, len(words))
	for _, w := range words {
		if !courtesyWords[w.Surface] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		return words
	}
	return kept
}

// Negation reports whether a folded word negates.
func Negation(folded string) bool {
	switch folded {
	case "не", "нет", "без", "ни", "нельзя":
		return true
	}
	return false
}

// kinWords and possessives: "my mother" says for whom is asked.
var (
	kinWords = wordSet(`мать мама мамы маме маму матери отец отца отцу папа папы папе муж мужа мужу жена жены жене сын сына сыну
дочь дочери дочка бабушка бабушки бабушке бабушку дед деда деду дедушка дедушки дедушке брат брата сестра сестры сестре
родители родителям родителей тетя дядя внук внука внучка свекровь теща тесть свекор`)
	possessives = wordSet(`мой моя мои моего моей моему мою моим моих наш наша нашей нашему наши нашего`)
)

// Kin reports whether a folded word names a relative.
func Kin(folded string) bool { return kinWords[folded] }

// Possessive reports whether a folded word says whose.
func Possessive(folded string) bool { return possessives[folded] }

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
