package ivr

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/russian"
)

// Choice is one key of a menu, and the words that mean the same.
type Choice struct {
	// Digit is 0 to 9, * or #.
	Digit string `json:"digit"`
	// Phrases are spoken instead of the key where speech is recognised: «пенсия», «соедините с оператором».
	Phrases []string `json:"phrases,omitempty"`
	Goto    string   `json:"goto"`
}

// checkChoices reports keys and phrases that are wrong or used twice.
func checkChoices(r *report, path string, choices []Choice) {
	digits, phrases := map[string]int{}, map[string]int{}
	for i, c := range choices {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(c.Digit) != 1 || !isKey(c.Digit[0]) {
			r.add(at+".digit", CodeInvalid, "want one of 0 to 9, * and #")
		} else if first, used := digits[c.Digit]; used {
			r.add(at+".digit", CodeDuplicateDigit, "the key %s is used by %s[%d] already", c.Digit, path, first)
		} else {
			digits[c.Digit] = i
		}
		for j, p := range c.Phrases {
			key := strings.Join(stems(p), " ")
			first, used := phrases[key]
			switch {
			case key == "":
				r.add(fmt.Sprintf("%s.phrases[%d]", at, j), CodeInvalid, "a phrase needs a word")
			case used && first != i:
				r.add(fmt.Sprintf("%s.phrases[%d]", at, j), CodeDuplicatePhrase, "%s[%d] is called by the same words", path, first)
			default:
				phrases[key] = i
			}
		}
	}
}

// byKey finds the choice of a key; −1 when there is none.
func byKey(choices []Choice, key byte) int {
	for i, c := range choices {
		if c.Digit == string(key) {
			return i
		}
	}
	return -1
}

// bySpeech finds the choice that was spoken: the longest phrase whose words were said one after the other wins; −1 when
// there is none or two are equally long. A digit that was spoken counts too.
func bySpeech(choices []Choice, text string) int {
	said := stems(text)
	best, length, tie := -1, 0, false
	for i, c := range choices {
		for _, p := range append([]string{digitWords[c.Digit]}, c.Phrases...) {
			words := stems(p)
			if len(words) == 0 || !within(said, words) {
				continue
			}
			switch {
			case len(words) > length:
				best, length, tie = i, len(words), false
			case len(words) == length && i != best:
				tie = true
			}
		}
	}
	if tie {
		return -1
	}
	return best
}

var digitWords = map[string]string{
	"0": "ноль", "1": "один", "2": "два", "3": "три", "4": "четыре", "5": "пять", "6": "шесть", "7": "семь", "8": "восемь",
	"9": "девять", "*": "звёздочка", "#": "решётка",
}

func within(said, words []string) bool {
	for i := 0; i+len(words) <= len(said); i++ {
		same := true
		for j, w := range words {
			same = same && said[i+j] == w
		}
		if same {
			return true
		}
	}
	return false
}

// stems are the words of a text without endings, ё as е.
func stems(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(text), "ё", "е")
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		env := snowballstem.NewEnv(w)
		russian.Stem(env)
		words[i] = env.Current()
	}
	return words
}

// hints are all phrases, for the recogniser.
func hints(choices []Choice) []string {
	all := []string{}
	for _, c := range choices {
		all = append(all, c.Phrases...)
	}
	return all
}

// yesNo are the choices of a question: keys 1 and 2, index 0 and 1.
var yesNo = []Choice{
	{Digit: "1", Phrases: []string{"да", "верно", "правильно", "помогло", "помог", "ага", "конечно"}},
	{Digit: "2", Phrases: []string{"нет", "неверно", "неправильно", "не помогло", "не помог", "не верно", "другой", "не совсем"}},
}
