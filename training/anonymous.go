package training

import (
	"regexp"
	"strings"
	"unicode"

	"ekc/internal/fail"
	"ekc/knowledge/personal"
)

// someone stands for a name.
const someone = "[имя]"

// Signs that something personal was not understood: six digits in a row, however they are grouped, and the marks of a full name.
var (
	digitsLeft = regexp.MustCompile(`\d(?:[\s().\x{2010}-\x{2014}-]{0,3}\d){5,}`)
	nameLeft   = regexp.MustCompile(`(?i:меня\s+зовут|моя\s+фамилия|фамилия|ф\.?\s?и\.?\s?о\.?:?)\s+\p{Lu}\p{Ll}+`)
)

// What speech recognition writes has no capital letters and no digits: a name is whatever follows on how it is said, and a number is
// words.
var (
	nameSaid    = regexp.MustCompile(`(?i)(меня\s+зовут|моя\s+фамилия|фамилия|имя|отчество)((?:\s+\p{L}+){1,3})`)
	numbersSaid = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:(?:ноль|один|одна|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|` +
		`\p{L}+надцать|двадцать|тридцать|сорок|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто|сто|двести|триста|четыреста|` +
		`пятьсот|шестьсот|семьсот|восемьсот|девятьсот)(?:[\s,.-]+|$)){4,}`)
)

// hidden is what must not be in an exercise.
type hidden struct {
	// names are of those who took part.
	names []string
	// spoken: the text was said, not written.
	spoken bool
}

// in hides what is personal in a text. INVALID when signs of something personal are left.
func (h hidden) in(text string) (string, error) {
	if h.spoken {
		text = nameSaid.ReplaceAllString(personal.Redacted(text), "${1} "+someone)
	}
	text, err := anonymous(text, h.names)
	if err == nil && h.spoken && numbersSaid.MatchString(text) {
		return "", personalLeft()
	}
	return text, err
}

func personalLeft() error {
	return fail.Field("interactionId", fail.Invalid, "something personal is left in the dialogue that could not be hidden")
}

// anonymous hides all that is personal in a text: identifiers, names by their form, and the words of the known names in any case of
// Russian declension. INVALID when signs of something personal are left.
func anonymous(text string, names []string) (string, error) {
	text = personal.Mask(personal.Redacted(text))
	for _, name := range names {
		for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
			text = hideWord(text, word)
		}
	}
	left := len(personal.Find(text)) > 0 || digitsLeft.MatchString(text) || nameLeft.MatchString(text)
	if left {
		return "", personalLeft()
	}
	return text, nil
}

// shortest is the length of a stem, in runes, below which a word of a name is matched as it is.
const shortest = 3

// hideWord hides a word of a name wherever a word begins with its stem and goes on as a case of it may.
func hideWord(text, word string) string {
	runes := []rune(word)
	if len(runes) < 2 {
		return text
	}
	stem := runes
	for len(stem) > shortest && strings.ContainsRune("аеёийоуыьэюя", unicode.ToLower(stem[len(stem)-1])) {
		stem = stem[:len(stem)-1]
	}
	fold := func(s string) string {
		return regexp.MustCompile(`[её]`).ReplaceAllString(regexp.QuoteMeta(strings.ToLower(s)), "[её]")
	}
	pattern, err := regexp.Compile(`(?i)(^|[^\p{L}])` + fold(string(stem)) + `\p{L}{0,3}([^\p{L}]|$)`)
	if err != nil {
		return text // a quoted text always compiles
	}
	for range 2 { // neighbours share the space between them
		text = pattern.ReplaceAllString(text, "${1}"+someone+"${2}")
	}
	return text
}
